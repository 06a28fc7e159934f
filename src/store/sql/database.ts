import type { SqlClient } from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { StoreError } from "../../CrowdError.js"
import type { Dialect } from "./dialect.js"
import { fromDriver } from "./sqlErrors.js"

/** A connection nobody else uses until it is released. @internal */
export interface Reserved {
  readonly connection: Connection
  readonly release: Effect.Effect<void>
}

/** What a session and its transactions need of the client. @internal */
export interface Database {
  readonly client: SqlClient
  readonly dialect: Dialect
  /** How long to wait for another process that writes, where there is one writer. */
  readonly busyTimeout: Duration.Duration
  readonly failure: (operation: string, error: unknown) => StoreError
  readonly reserve: Effect.Effect<Reserved, StoreError>
  readonly execute: (connection: Connection, operation: string, text: string) => Effect.Effect<void, StoreError>
}

/** What the database says of itself. @internal */
export interface Facts extends Pick<Database, "busyTimeout"> {
  /** How the user knows it. */
  readonly place: string
}

/** How transactions begin and end. Both are run uninterruptibly. @internal */
export interface Manager<T extends { readonly connection: Connection }> {
  readonly enter: Effect.Effect<T, StoreError>
  /** Succeeds when what was kept is durable; of what was undone, `failure` is why. */
  readonly leave: (entered: T, keep: boolean, failure: StoreError | undefined) => Effect.Effect<void, StoreError>
}

/** @internal */
export const make = (client: SqlClient, dialect: Dialect, { busyTimeout, place }: Facts): Database => {
  const failure = (operation: string, error: unknown) => fromDriver(place, operation, error)
  return {
    client,
    dialect,
    busyTimeout,
    failure,
    reserve: Effect.flatMap(Scope.make(), (scope) =>
      Effect.mapBoth(Scope.extend(client.reserve, scope), {
        onFailure: (error) => failure("connect", error),
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
