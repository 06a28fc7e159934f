import { type SqlClient, TransactionConnection } from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"
import * as Statement from "@effect/sql/Statement"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { StoreError } from "../../CrowdError.js"
import type { Service } from "../../Store.js"
import { inCallersTransaction, reachesTheCrowd } from "../transactionErrors.js"
import * as Database from "./database.js"
import type { Dialect } from "./dialect.js"
import * as Grouped from "./groupCommit.js"
import * as Separate from "./ownConnection.js"
import { isConflict } from "./sqlErrors.js"

/** A transaction that is under way. */
interface Open {
  readonly client: SqlClient
  readonly connection: Connection
  /** The first failure of the database in it. After one, nothing of the transaction is kept. */
  failure: StoreError | undefined
  /** That failure was another transaction that was in the way. */
  conflicted: boolean
  ended: boolean
}

/** Beside SqlClient's own tag, which does not tell whose transaction it is, nor that it has ended. */
const Open = Context.GenericTag<Open>("effect-crowd/store/Open")

/** How often a transaction is run again after another was in its way. */
const runsAgain = 10

type Rows = Effect.Effect<ReadonlyArray<unknown>, StoreError>

/** Runs statements on the right connection. @internal */
export interface Session {
  readonly transaction: Service["transaction"]
  readonly ensureNoTransaction: Service["ensureNoTransaction"]
  /** In the transaction we are in, or else on a connection of its own; `kept` replaces `text` inside a transaction. */
  readonly read: (operation: string, params: ReadonlyArray<unknown>, text: string, kept?: string) => Rows
  /** In the transaction we are in, or else in one of its own. */
  readonly write: (operation: string, params: ReadonlyArray<unknown>, text: string) => Rows
}

/** What SqlClient's `withTransaction` does for the statements inside it. */
const on = (connection: Connection) => Context.make(TransactionConnection, [connection, 0] as const)

/** The tracer of programs that provide none. */
const native = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/**
 * The statement as SqlClient runs it; where nobody traces or transforms, what that comes to. By `sql.unsafe` alone,
 * claims fall from 0.22 to 0.15 (bench claims, 5,000 units, normal; bound 0.2).
 */
const executed = (sql: SqlClient, connection: Connection, text: string, params: ReadonlyArray<unknown>) =>
  Effect.withFiberRuntime<ReadonlyArray<unknown>, SqlError>((fiber) =>
    fiber.currentTracer === native && Option.isNone(fiber.getFiberRef(Statement.currentTransformer))
      ? connection.execute(text, params, undefined)
      : Effect.provide(sql.unsafe(text, params), on(connection))
  )

/** Runs an effect in a transaction of its own, and again where another was in its way. */
const transactionsOf = <T extends { readonly connection: Connection }>(
  client: SqlClient,
  manager: Database.Manager<T>
) => {
  const begun = <A, E, R>(effect: Effect.Effect<A, E, R>, again = runsAgain): Effect.Effect<A, E | StoreError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(manager.enter, (entered) => {
        const { connection } = entered
        const open: Open = { client, connection, failure: undefined, conflicted: false, ended: false }
        const within = Effect.provide(restore(effect), Context.add(on(connection), Open, open))
        return Effect.flatMap(Effect.exit(within), (exit) => {
          open.ended = true
          const result: Exit.Exit<A, E | StoreError> =
            Exit.isSuccess(exit) && open.failure !== undefined ? Exit.fail(open.failure) : exit
          const left = manager.leave(entered, Exit.isSuccess(result), open.failure)
          if (open.conflicted && again > 0) {
            return Effect.zipRight(Effect.ignore(left), restore(begun(effect, again - 1)))
          }
          return Effect.zipRight(Exit.isSuccess(result) ? left : Effect.ignore(left), result)
        })
      })
    )
  return begun
}

/** @internal */
export const make = (sql: SqlClient, dialect: Dialect, facts: Database.Facts): Session => {
  const database = Database.make(sql, dialect, facts)
  return dialect.oneWriter ? over(database, Grouped.make(database)) : over(database, Separate.make(database))
}

const over = <T extends { readonly connection: Connection }>(
  database: Database.Database,
  manager: Database.Manager<T>
): Session => {
  const { client, dialect, failure, reserve } = database
  const sql = client.withoutTransforms()

  const openIn = (context: Context.Context<never>): Open | "the caller's" | undefined => {
    const open = Context.getOption(context, Open)
    if (open._tag === "None") return context.unsafeMap.has(TransactionConnection.key) ? "the caller's" : undefined
    return open.value.client === client && !open.value.ended ? open.value : undefined
  }

  const inside = (open: Open, operation: string, params: ReadonlyArray<unknown>, text: string): Rows =>
    open.failure !== undefined
      ? Effect.fail(open.failure)
      : Effect.mapError(executed(sql, open.connection, text, params), (error) => {
          open.conflicted = isConflict(error)
          open.failure = failure(operation, error)
          return open.failure
        })

  const alone = (operation: string, params: ReadonlyArray<unknown>, text: string): Rows =>
    Effect.acquireUseRelease(
      reserve,
      ({ connection }) =>
        Effect.mapError(executed(sql, connection, text, params), (error) => failure(operation, error)),
      ({ release }) => release
    )

  /**
   * Over a wire, a read that nobody waits for any more comes to its end by itself: to cancel it, the driver takes another
   * connection of the same pool, and waits for five seconds where all have a statement that is to be cancelled.
   */
  const readAlone: typeof alone = dialect.oneWriter
    ? alone
    : (...statement) => Effect.disconnect(Effect.uninterruptible(alone(...statement)))

  const begun = transactionsOf(client, manager)

  const transaction: Service["transaction"] = (effect) =>
    Effect.withFiberRuntime((fiber) => {
      const open = openIn(fiber.currentContext)
      if (open === undefined) return begun(effect)
      return open === "the caller's" ? Effect.fail(inCallersTransaction("transaction")) : effect
    })

  const within =
    (outside: typeof alone): Session["read"] =>
    (operation, params, text, kept) =>
      Effect.withFiberRuntime((fiber) => {
        const open = openIn(fiber.currentContext)
        if (open === undefined) return outside(operation, params, text)
        return open === "the caller's"
          ? Effect.fail(inCallersTransaction(operation))
          : inside(open, operation, params, kept ?? text)
      })

  const read = within(readAlone)

  const write: Session["write"] = dialect.oneWriter
    ? (operation, params, text) => transaction(read(operation, params, text))
    : within(alone)

  const ensureNoTransaction: Session["ensureNoTransaction"] = (operation) =>
    Effect.withFiberRuntime((fiber) =>
      openIn(fiber.currentContext) === undefined ? Effect.void : reachesTheCrowd(operation)
    )

  return { transaction, ensureNoTransaction, read, write }
}
