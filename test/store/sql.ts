/** What a store on a SQL database must do besides, on both of them. */

import { SqlClient } from "@effect/sql/SqlClient"
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Store } from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as Dialect from "../../src/store/sql/dialect.js"
import * as Statements from "../../src/store/sql/statements.js"
import * as tables from "../../src/store/tables.js"
import { agent, agentId, block, blocksOf, putBlock, run, seed, unit, upTo, worker } from "./rows.js"
import { withClient } from "./suiteClient.js"

/** Statements after which a block of generation 13 can be inserted, but not committed. */
export interface Trap {
  readonly set: ReadonlyArray<string>
  readonly unset: ReadonlyArray<string>
}

export interface Options {
  readonly name: string
  readonly database: Layer.Layer<Store | SqlClient, unknown>
  readonly trap: Trap
  /** How the database names the steps by which it would run this. */
  readonly explain: (
    sql: SqlClient,
    statement: string,
    params: ReadonlyArray<unknown>
  ) => Effect.Effect<string, unknown>
}

export const sqlSuite = ({ database, explain, name, trap }: Options): void => {
  describe(name, () => {
    layer(database)((it) => {
      withClient(it)

      it.effect("refuses to work inside a transaction of the user's own", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const store = yield* Store
          const refused = { _tag: "StoreError", reason: "InTransaction" }
          const inside = <A, E>(effect: Effect.Effect<A, E>) => Effect.flip(sql.withTransaction(effect))
          expect(yield* inside(store.get(tables.blocks, "x"))).toMatchObject(refused)
          expect(yield* inside(store.put(tables.blocks, [block("ua", 1)]))).toMatchObject(refused)
          expect(yield* inside(store.transaction(Effect.void))).toMatchObject(refused)
          yield* putBlock("ua", 2)
          expect(yield* blocksOf("ua")).toEqual([2])
        })
      )

      it.effect(
        "finds the unit to claim by the index (run, status, place), and one the worker had before by what they have left",
        () =>
          Effect.gen(function* () {
            const sql = yield* SqlClient
            const dialect = yield* Dialect.of(sql)
            const store = yield* Store
            const units = yield* seed("ub", 4000, (place) => ({ status: place < 2000 ? "completed" : "launched" }))
            const workers = upTo(200).map((n) => worker("ub", n))
            yield* store.insert(tables.workers, workers)
            const agents = units.map((unit, n) => agent("ub", n, unit, { worker: worker("ub", n % 200).id }))
            yield* store.insert(tables.agents, agents)
            yield* sql.unsafe("ANALYZE")
            const params = [agentId("ub", 0), 1, 2, run("ub").id, -1, worker("ub").id]
            const plan = yield* explain(sql, Statements.claim(dialect), params)
            expect(plan).toContain("crowd_units_run_status_place")
            expect(plan).toContain("crowd_agents_worker_assignment")
            const { id } = worker("ub", 0)
            const again = yield* explain(sql, Statements.claimAgain(dialect), [
              ...[agentId("ub", 0), 1, 2],
              ...[run("ub").id, id, -1, id]
            ])
            expect(again).toContain("crowd_units_assignment")
            expect(again).toContain("crowd_agents_run_status_worker")
            expect(again).not.toContain("crowd_units_run_status_place")
          })
      )

      it.effect("refuses a row that refers to nothing", () =>
        Effect.gen(function* () {
          const store = yield* Store
          const failed = yield* Effect.flip(store.insert(tables.agents, [agent("uc", 0, unit("uc", 0))]))
          expect(failed).toMatchObject({ _tag: "StoreError", reason: "Failed" })
        })
      )

      it.effect("names the table and the row it cannot read", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const store = yield* Store
          yield* seed("ud", 1)
          const id = unit("ud", 0).id
          yield* sql.unsafe(`UPDATE crowd_units SET status = 'nonsense' WHERE id = '${id}'`)
          const failed = yield* Effect.flip(store.get(tables.units, id))
          expect(failed).toMatchObject({ _tag: "StoreError", reason: "Corrupt" })
          expect(failed.message).toContain(id)
          expect(failed.message).toContain("crowd_units")
        })
      )

      it.effect("acknowledges nothing when the commit fails, and goes on afterwards", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const store = yield* Store
          for (const statement of trap.set) yield* sql.unsafe(statement)
          const exits = yield* Effect.forEach(
            [11, 12, 13, 14],
            (n) => Effect.exit(store.transaction(putBlock("ue", n))),
            {
              concurrency: "unbounded"
            }
          )
          const kept = yield* blocksOf("ue")
          expect(exits.flatMap((exit, n) => (Exit.isSuccess(exit) ? [11 + n] : []))).toEqual(kept)
          expect(kept).not.toContain(13)
          for (const exit of exits)
            if (Exit.isFailure(exit)) expect(exit.cause).toMatchObject({ error: { reason: "Failed" } })
          for (const statement of trap.unset) yield* sql.unsafe(statement)
          yield* putBlock("ue", 13)
          expect(yield* blocksOf("ue")).toContain(13)
        })
      )

      it.effect("refuses a database of a newer version, and says what to do", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          yield* sql.unsafe(`INSERT INTO crowd_migrations (version, name, applied_at) VALUES (7, 'later', 0)`)
          const failed = yield* Effect.flip(SqlStore.make)
          yield* sql.unsafe(`DELETE FROM crowd_migrations WHERE version = 7`)
          expect(failed).toMatchObject({ _tag: "StoreError", reason: "Newer" })
          expect(failed.message).toMatch(/version 7.*knows version 1; update the package effect-crowd/)
          yield* SqlStore.make
        })
      )

      it.effect("refuses a database of an earlier version's tables, and says what to do", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          yield* sql.unsafe(`UPDATE crowd_migrations SET name = name || ' of before'`)
          const failed = yield* Effect.flip(SqlStore.make)
          yield* sql.unsafe(`UPDATE crowd_migrations SET name = replace(name, ' of before', '')`)
          expect(failed).toMatchObject({ _tag: "StoreError", reason: "Older" })
          expect(failed.message).toContain("name a new database")
          yield* SqlStore.make
        })
      )

      it.effect("is the same store to all who open it", () =>
        Effect.gen(function* () {
          const other = yield* SqlStore.make
          yield* putBlock("uf", 1)
          expect(yield* other.get(tables.blocks, block("uf", 1).id)).toEqual(Option.some(block("uf", 1)))
          yield* Effect.forEach(
            upTo(40),
            (n) => (n % 2 === 0 ? putBlock("ug", n) : other.put(tables.blocks, [block("ug", n)])),
            {
              concurrency: "unbounded"
            }
          )
          expect(yield* blocksOf("ug")).toEqual(upTo(40))
        })
      )
    })
  })
}
