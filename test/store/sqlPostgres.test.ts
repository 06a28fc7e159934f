import { SqlClient, TransactionConnection } from "@effect/sql/SqlClient"
import { describe, expect, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Store } from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as tables from "../../src/store/tables.js"
import * as postgres from "../support/postgres.js"
import { block, upTo } from "./rows.js"
import { sqlSuite } from "./sql.js"

const database = Layer.provideMerge(SqlStore.layer, postgres.layer)

sqlSuite({
  name: "SQL on Postgres",
  database,
  trap: {
    set: [
      "CREATE TABLE parent (id BIGINT PRIMARY KEY)",
      "CREATE TABLE child (id BIGINT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
      `CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF new.generation = 13 THEN INSERT INTO child VALUES (1); END IF; RETURN new; END $$`,
      "CREATE TRIGGER trap AFTER INSERT ON crowd_blocks FOR EACH ROW EXECUTE FUNCTION trap()"
    ],
    unset: ["DROP TRIGGER trap ON crowd_blocks"]
  },
  explain: (sql, statement, params) =>
    Effect.map(sql.unsafe<{ "QUERY PLAN": string }>(`EXPLAIN ${statement}`, [...params]), (rows) =>
      rows.map((row) => row["QUERY PLAN"]).join("\n")
    )
})

describe("SqlStore on Postgres", () => {
  layer(postgres.layer)((it) => {
    it.effect("is made by several processes at once", () =>
      Effect.gen(function* () {
        const stores = yield* Effect.all(
          Array.from({ length: 8 }, () => SqlStore.make),
          { concurrency: "unbounded" }
        )
        expect(stores.length).toBe(8)
        const rows = yield* Effect.flatMap(SqlClient, (sql) => sql.unsafe("SELECT version FROM crowd_migrations"))
        expect(rows).toEqual([{ version: "1" }])
      })
    )
  })

  layer(database)((it) => {
    const row = block("pa", 0)

    /** On a connection of its own, also inside a transaction. */
    const outside = <A, E>(effect: Effect.Effect<A, E>) =>
      Effect.mapInputContext(effect, (context: Context.Context<never>) => Context.omit(TransactionConnection)(context))

    /** Until so many sessions are as described. */
    const sessions = (condition: string, n: number) =>
      Effect.flatMap(SqlClient, (sql) =>
        sql
          .unsafe<{ pid: number }>(
            `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`
          )
          .pipe(outside, Effect.repeat({ until: (rows) => rows.length === n }))
      )

    const holding = (held: Deferred.Deferred<void>, go: Deferred.Deferred<void>) =>
      Effect.flatMap(Store, (store) =>
        store.transaction(
          store
            .get(tables.blocks, row.id)
            .pipe(Effect.zipRight(Deferred.succeed(held, undefined)), Effect.zipRight(Deferred.await(go)))
        )
      )

    it.effect("keeps a row it has read from being changed by others", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.put(tables.blocks, [row])
        const [held, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const holder = yield* Effect.fork(holding(held, go))
        yield* Deferred.await(held)
        const other = yield* Effect.fork(store.put(tables.blocks, [{ ...row, generation: 5 }]))
        yield* sessions("wait_event_type = 'Lock'", 1)
        expect(yield* store.get(tables.blocks, row.id)).toEqual(Option.some(row))
        yield* Deferred.succeed(go, undefined)
        yield* Fiber.join(holder)
        yield* Fiber.join(other)
        expect(yield* store.get(tables.blocks, row.id)).toEqual(Option.some({ ...row, generation: 5 }))
      })
    )

    it.effect("keeps nothing where a statement was interrupted, though the transaction went on", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.put(tables.blocks, [row])
        const [held, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const holder = yield* Effect.fork(holding(held, go))
        yield* Deferred.await(held)
        const body = Effect.gen(function* () {
          yield* store.put(tables.blocks, [block("pa", 1)])
          const waiting = yield* Effect.fork(store.get(tables.blocks, row.id))
          yield* sessions("wait_event_type = 'Lock'", 1)
          yield* Fiber.interrupt(waiting)
        })
        expect(yield* Effect.flip(store.transaction(body))).toMatchObject({ _tag: "StoreError", reason: "Failed" })
        yield* Deferred.succeed(go, undefined)
        yield* Fiber.join(holder)
        expect(yield* store.get(tables.blocks, block("pa", 1).id)).toEqual(Option.none())
        yield* sessions("state LIKE 'idle in transaction%'", 0)
      })
    )

    it.effect("tells that the connection was lost, keeps nothing of its transaction, and goes on", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const sql = yield* SqlClient
        const body = Effect.gen(function* () {
          yield* store.put(tables.blocks, [block("pb", 0)])
          const [session] = yield* sessions("state = 'idle in transaction'", 1)
          yield* outside(sql.unsafe(`SELECT pg_terminate_backend(${session?.pid})`))
          yield* sessions(`pid = ${session?.pid}`, 0)
          yield* store.put(tables.blocks, [block("pb", 1)])
        })
        const failed = yield* Effect.flip(store.transaction(body))
        expect(failed).toMatchObject({ _tag: "StoreError", reason: "Unavailable" })
        yield* store.put(tables.blocks, [block("pb", 2)])
        const left = yield* store.getAll(
          tables.blocks,
          upTo(3).map((n) => block("pb", n).id)
        )
        expect(left).toEqual([block("pb", 2)])
      })
    )
  })
})
