import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StoreError } from "../../CrowdError.js"
import type { Database, Manager, Open, Reserved } from "./session.js"

/** Transactions that share one BEGIN and one COMMIT. */
interface Group {
  readonly reserved: Reserved
  /** Done when the commit is. */
  readonly committed: Deferred.Deferred<void, StoreError>
  members: number
}

interface Member extends Open {
  readonly group: Group
  /** It alone has no savepoint: what it leaves undone is undone by ending the group, in which nobody else is yet. */
  readonly first: boolean
}

const maxMembers = 64

/**
 * For a database with one connection and one writer, where a commit costs far more than a statement: transactions that
 * wait for each other share one. Each of them after the first runs inside a savepoint of its own, so one that fails undoes
 * nothing of the others; none of them succeeds before the commit has.
 *
 * @internal
 */
export const make = (database: Database): Effect.Effect<Manager<Member>> =>
  Effect.map(Effect.makeSemaphore(1), (turn) => {
    let waiting = 0
    let group: Group | undefined

    const execute = (group: Group, operation: string, text: string) =>
      database.execute(group.reserved.connection, operation, text)

    const end = (ended: Group, result: Exit.Exit<void, StoreError>) =>
      Effect.suspend(() => {
        group = undefined
        return Effect.zipRight(ended.reserved.release, Deferred.done(ended.committed, result))
      })

    const giveUp = (failed: Group, result: Exit.Exit<void, StoreError>) =>
      Effect.zipRight(Effect.ignore(execute(failed, "rollback", "ROLLBACK")), end(failed, result))

    const start = Effect.flatMap(database.reserve, (reserved) =>
      database.execute(reserved.connection, "begin", database.dialect.begin).pipe(
        Effect.onError(() => reserved.release),
        Effect.zipRight(Deferred.make<void, StoreError>()),
        Effect.map((committed) => {
          group = { reserved, committed, members: 0 }
          return member(group, true)
        })
      )
    )

    const member = (group: Group, first: boolean): Member => ({
      connection: group.reserved.connection,
      failure: undefined,
      ended: false,
      group,
      first
    })

    const join = Effect.suspend(() => {
      if (group === undefined) return start
      const joined = member(group, false)
      return Effect.as(execute(group, "begin", "SAVEPOINT crowd"), joined)
    })

    const commit = (done: Group) =>
      Effect.flatMap(Effect.exit(execute(done, "commit", "COMMIT")), (exit) =>
        Exit.isSuccess(exit) ? end(done, exit) : giveUp(done, exit)
      )

    const keep = ({ first, group }: Member) => {
      group.members++
      return first ? Effect.void : execute(group, "commit", "RELEASE SAVEPOINT crowd")
    }

    const undo = ({ first, group }: Member) =>
      first
        ? giveUp(group, Exit.void)
        : Effect.zipRight(
            execute(group, "rollback", "ROLLBACK TO SAVEPOINT crowd"),
            execute(group, "rollback", "RELEASE SAVEPOINT crowd")
          )

    // Where the database has already undone the whole group (a full disk), the savepoint is gone, and with it the others'.
    const settle = (member: Member, kept: boolean) =>
      Effect.catchAll(kept ? keep(member) : undo(member), (error) =>
        giveUp(member.group, Exit.fail(member.failure ?? error))
      )

    const commitUnlessWaiting = Effect.suspend(() =>
      group !== undefined && (waiting === 0 || group.members >= maxMembers) ? commit(group) : Effect.void
    )

    return {
      enter: Effect.suspend(() => {
        waiting++
        return Effect.flatMap(turn.take(1), () => {
          waiting--
          return Effect.onError(join, () => turn.release(1))
        })
      }),
      leave: (member, kept) =>
        settle(member, kept).pipe(
          // Lets those come that are about to wait.
          Effect.zipRight(Effect.yieldNow()),
          Effect.zipRight(commitUnlessWaiting),
          Effect.zipRight(turn.release(1)),
          Effect.zipRight(kept ? Deferred.await(member.group.committed) : Effect.void)
        )
    }
  })
