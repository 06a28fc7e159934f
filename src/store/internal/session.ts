import { type SqlClient, TransactionConnection } from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { StoreError } from "../../CrowdError.js"
import * as Current from "../../internal/current.js"
import type { Service } from "../../Store.js"
import type { Dialect } from "./dialect.js"
import { fromDriver, inTransaction, isConflict } from "./failure.js"

/** A connection nobody else uses until it is released. @internal */
export interface Reserved {
  readonly connection: Connection
  readonly release: Effect.Effect<void>
}

/** A transaction that is under way. @internal */
export interface Open {
  readonly connection: Connection
  /** The first failure of the database in it. After one, nothing of the transaction is kept. */
  failure: StoreError | undefined
  /** That failure was another transaction that was in the way. */
  conflicted?: boolean
  ended: boolean
}

/** How transactions begin and end. Both are run uninterruptibly. @internal */
export interface Manager<T extends Open> {
  readonly enter: Effect.Effect<T, StoreError>
  /** Succeeds when what was kept is durable. */
  readonly leave: (open: T, keep: boolean) => Effect.Effect<void, StoreError>
}

/** How often a transaction is run again after another was in its way. */
const runsAgain = 10

type Rows = Effect.Effect<ReadonlyArray<unknown>, StoreError>

/** Runs statements on the right connection. @internal */
export interface Session {
  readonly transaction: Service["transaction"]
  /** In the transaction we are in, or else on a connection of its own; `kept` replaces `text` inside a transaction. */
  readonly read: (operation: string, params: ReadonlyArray<unknown>, text: string, kept?: string) => Rows
  /** In the transaction we are in, or else in one of its own. */
  readonly write: (operation: string, params: ReadonlyArray<unknown>, text: string) => Rows
}

/** What a manager and a session need of the client. @internal */
export interface Database {
  readonly dialect: Dialect
  readonly failure: (operation: string, error: unknown) => StoreError
  readonly reserve: Effect.Effect<Reserved, StoreError>
  readonly execute: (connection: Connection, operation: string, text: string) => Effect.Effect<void, StoreError>
}

/** @internal */
export const database = (sql: SqlClient, dialect: Dialect, place: string): Database => {
  const failure = (operation: string, error: unknown) => fromDriver(place, operation, error)
  return {
    dialect,
    failure,
    reserve: Effect.flatMap(Scope.make(), (scope) =>
      Effect.mapBoth(Scope.extend(sql.reserve, scope), {
        onFailure: (error: SqlError) => failure("connect", error),
        onSuccess: (connection) => ({ connection, release: Scope.close(scope, Exit.void) })
      })
    ),
    execute: (connection, operation, text) =>
      Effect.mapBoth(connection.execute(text, [], undefined), {
        onFailure: (error) => failure(operation, error),
        onSuccess: () => undefined
      })
  }
}

/** @internal */
export const make = <T extends Open>(
  database: Database,
  manager: Manager<T>,
  options: { readonly writesAlone: boolean }
): Session => {
  const current = Current.make<Open>()

  const inForeign = (context: Context.Context<never>): boolean => context.unsafeMap.has(TransactionConnection.key)

  const inside = (open: Open, operation: string, params: ReadonlyArray<unknown>, text: string): Rows =>
    open.failure !== undefined
      ? Effect.fail(open.failure)
      : Effect.mapError(open.connection.execute(text, params, undefined), (error) => {
          const failure = database.failure(operation, error)
          open.failure = failure
          open.conflicted = isConflict(error)
          return failure
        })

  const alone = (operation: string, params: ReadonlyArray<unknown>, text: string): Rows =>
    Effect.acquireUseRelease(
      database.reserve,
      ({ connection }) =>
        Effect.mapError(connection.execute(text, params, undefined), (error) => database.failure(operation, error)),
      ({ release }) => release
    )

  const begun = <A, E, R>(effect: Effect.Effect<A, E, R>, again = runsAgain): Effect.Effect<A, E | StoreError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(manager.enter, (open) =>
        Effect.flatMap(current.exit(restore(effect), open), (exit) => {
          open.ended = true
          const result: Exit.Exit<A, E | StoreError> =
            Exit.isSuccess(exit) && open.failure !== undefined ? Exit.fail(open.failure) : exit
          const left = manager.leave(open, Exit.isSuccess(result))
          if (open.conflicted === true && again > 0) {
            return Effect.zipRight(Effect.ignore(left), restore(begun(effect, again - 1)))
          }
          return Exit.isSuccess(result) ? Effect.zipRight(left, result) : Effect.zipRight(Effect.ignore(left), result)
        })
      )
    )

  const transaction: Service["transaction"] = (effect) =>
    Effect.withFiberRuntime((fiber) => {
      if (current.in(fiber.currentContext) !== undefined) return effect
      return inForeign(fiber.currentContext) ? Effect.fail(inTransaction("transaction")) : begun(effect)
    })

  const read: Session["read"] = (operation, params, text, kept) =>
    Effect.withFiberRuntime((fiber) => {
      const open = current.in(fiber.currentContext)
      if (open !== undefined) return inside(open, operation, params, kept ?? text)
      return inForeign(fiber.currentContext) ? Effect.fail(inTransaction(operation)) : alone(operation, params, text)
    })

  const write: Session["write"] = options.writesAlone
    ? read
    : (operation, params, text) => transaction(read(operation, params, text))

  return { transaction, read, write }
}
