import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StoreError } from "../../CrowdError.js"
import { yieldToEventLoop } from "../../internal/eventLoop.js"
import * as busyWait from "./busyWait.js"
import type { Database, Manager, Reserved } from "./database.js"
import * as Turn from "./lock.js"

/** Transactions that share one BEGIN and one COMMIT. */
interface Group {
  readonly reserved: Reserved
  /** How the commit went. */
  readonly result: Deferred.Deferred<void, StoreError>
  /** How many have come to their end in it, those also that were undone: who keeps failing must not keep it open. */
  members: number
}

interface Member {
  readonly connection: Reserved["connection"]
  readonly group: Group
  /** It alone has no savepoint: what it leaves undone is undone by ending the group, in which nobody else is yet. */
  readonly first: boolean
}

type Result = Exit.Exit<void, StoreError>

const maxMembers = 64

const memberOf = (group: Group, first: boolean): Member => ({
  connection: group.reserved.connection,
  group,
  first
})

/**
 * For a database with one connection and one writer, where a commit costs far more than a statement: transactions that
 * wait for each other share one. Each of them after the first runs inside a savepoint of its own, so one that fails undoes
 * nothing of the others; none of them succeeds before the commit has.
 *
 * @internal
 */
export const make = (database: Database): Manager<Member> => {
  const turn = Turn.make()
  const begin = busyWait.begin(database)
  let group: Group | undefined

  const execute = (group: Group, operation: string, text: string) =>
    database.execute(group.reserved.connection, operation, text)

  const start = Effect.flatMap(database.reserve, (reserved) =>
    begin(reserved.connection).pipe(
      Effect.onError(() => reserved.release),
      Effect.zipRight(Deferred.make<void, StoreError>()),
      Effect.map((result) => {
        group = { reserved, result, members: 0 }
        return memberOf(group, true)
      })
    )
  )

  const join = Effect.suspend(() => {
    if (group === undefined) return start
    return Effect.as(execute(group, "begin", "SAVEPOINT crowd"), memberOf(group, false))
  })

  const end = (ended: Group, result: Result): Effect.Effect<void> => {
    group = undefined
    return Effect.zipRight(ended.reserved.release, Deferred.done(ended.result, result))
  }

  const rollback = (failed: Group, result: Result): Effect.Effect<void> =>
    Effect.flatMap(Effect.ignore(execute(failed, "rollback", "ROLLBACK")), () => end(failed, result))

  const commit = (full: Group): Effect.Effect<void> =>
    Effect.flatMap(Effect.exit(execute(full, "commit", "COMMIT")), (result) =>
      Exit.isSuccess(result) ? end(full, result) : rollback(full, result)
    )

  const keep = ({ first, group }: Member): Effect.Effect<void, StoreError> =>
    first ? Effect.void : execute(group, "commit", "RELEASE SAVEPOINT crowd")

  const undo = ({ first, group }: Member): Effect.Effect<void, StoreError> =>
    first
      ? rollback(group, Exit.void)
      : Effect.zipRight(
          execute(group, "rollback", "ROLLBACK TO SAVEPOINT crowd"),
          execute(group, "rollback", "RELEASE SAVEPOINT crowd")
        )

  // Where the database has undone the whole group by itself (a full disk), the savepoint is gone, and the others' work.
  const settle = (member: Member, kept: boolean, failure: StoreError | undefined): Effect.Effect<void> =>
    Effect.suspend(() => {
      member.group.members++
      return kept ? keep(member) : undo(member)
    }).pipe(Effect.catchAll((error) => rollback(member.group, Exit.fail(failure ?? error))))

  const commitUnlessAwaited = Effect.suspend(() => {
    if (group === undefined) return Effect.void
    if (group.members >= maxMembers) return Effect.zipRight(commit(group), yieldToEventLoop)
    return turn.isAwaited() ? Effect.void : commit(group)
  })

  const finish = Effect.suspend(() =>
    turn.isAwaited() ? commitUnlessAwaited : Effect.zipRight(yieldToEventLoop, commitUnlessAwaited)
  )

  return {
    enter: Effect.zipRight(
      turn.take,
      Effect.onError(join, () => turn.pass)
    ),
    leave: (member, kept, failure) =>
      settle(member, kept, failure).pipe(
        Effect.zipRight(finish),
        Effect.zipRight(turn.pass),
        Effect.zipRight(kept ? Deferred.await(member.group.result) : Effect.void)
      )
  }
}
