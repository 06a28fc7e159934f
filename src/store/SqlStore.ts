/**
 * The store over any `SqlClient`: SQLite or Postgres.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { StoreError } from "../CrowdError.js"
import { type Service, Store } from "../Store.js"
import * as migrations from "./migrations.js"
import * as Access from "./sql/access.js"
import * as changes from "./sql/changes.js"
import type { Facts } from "./sql/database.js"
import * as Dialect from "./sql/dialect.js"
import * as reads from "./sql/reads.js"
import * as Session from "./sql/session.js"

const unknownDialect = new StoreError({
  reason: "Unavailable",
  operation: "open",
  description: "this SqlClient is for a database other than SQLite or Postgres; use one of these two"
})

const unknown: Facts = { place: "the database", busyTimeout: Duration.zero }

const factsOf = (sql: SqlClient.SqlClient, dialect: Dialect.Dialect): Effect.Effect<Facts, StoreError> =>
  Effect.map(Session.make(sql, dialect, unknown).read("open", [], dialect.facts), ([row]) => ({
    place: Access.textOf(row, "place") || unknown.place,
    busyTimeout: Duration.millis(Number(Access.textOf(row, "busy")))
  }))

/**
 * A store over this client. Brings its tables up to date first.
 *
 * @example
 * import { PgClient } from "@effect/sql-pg"
 * import * as SqlStore from "effect-crowd/store/SqlStore"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * const store = Effect.provide(SqlStore.make, PgClient.layer({ url: Redacted.make("postgres://localhost/crowd") }))
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Service, StoreError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const dialect = yield* Effect.mapError(Dialect.of(sql), () => unknownDialect)
  const facts = yield* factsOf(sql, dialect)
  const session = Session.make(sql, dialect, facts)
  yield* migrations.run(session, dialect, facts.place)
  const access = Access.make(dialect, session)
  return {
    transaction: session.transaction,
    ensureNoTransaction: session.ensureNoTransaction,
    insert: changes.insert(access),
    put: changes.put(access),
    get: reads.get(access),
    getAll: reads.getAll(access),
    getAllBy: reads.getAllBy(access),
    page: reads.page(access),
    update: changes.update(access),
    remove: changes.remove(access),
    count: reads.count(access),
    sum: reads.sum(access),
    claim: changes.claim(access),
    available: reads.available(access),
    writes: Option.none()
  }
})

/**
 * The store in the database of this client, in tables whose names begin with `crowd_`.
 *
 * @example
 * import { PgClient } from "@effect/sql-pg"
 * import * as Local from "effect-crowd/Local"
 * import * as SqlStore from "effect-crowd/store/SqlStore"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const database = PgClient.layer({ url: Redacted.make("postgres://localhost/crowd") })
 *
 * export const crowd = Local.layer().pipe(Layer.provide(SqlStore.layer), Layer.provide(database))
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Store, StoreError, SqlClient.SqlClient> = Layer.effect(Store, make)
