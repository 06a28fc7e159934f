/** How a store on a SQL database and the SqlClient it is made of go together. */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Statement from "@effect/sql/Statement"
import { describe, expect, type Vitest, vi } from "@effect/vitest"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import { Store } from "../../src/Store.js"
import { keeping } from "../support/tracer.js"
import { blocksOf, putBlock, upTo } from "./rows.js"

const transaction = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Store, (store) => store.transaction(effect))

/** A table of the caller's own, and their statements on it. */
const ownTable = (name: string) =>
  Effect.map(SqlClient, (sql) => ({
    sql,
    create: sql`CREATE TABLE ${sql(name)} (n INTEGER PRIMARY KEY)`,
    add: (n: number) => sql`INSERT INTO ${sql(name)} (n) VALUES (${n})`,
    all: Effect.map(sql<{ n: number }>`SELECT n FROM ${sql(name)} ORDER BY n`, (rows) => rows.map(({ n }) => n))
  }))

export const withClient = (it: Vitest.MethodsNonLive<Store | SqlClient>): void => {
  describe("a store and its SqlClient", () => {
    it.effect("the caller's statements in a transaction of the store are kept and undone with it", () =>
      Effect.gen(function* () {
        const own = yield* ownTable("va")
        yield* own.create
        const seen = yield* transaction(Effect.zipRight(Effect.all([putBlock("va", 1), own.add(1)]), own.all))
        expect(seen).toEqual([1])
        yield* Effect.flip(transaction(Effect.all([putBlock("va", 2), own.add(2), Effect.fail("no")])))
        expect([yield* blocksOf("va"), yield* own.all]).toEqual([[1], [1]])
      })
    )

    it.effect("the caller's withTransaction in a transaction of the store is a savepoint of it", () =>
      Effect.gen(function* () {
        const own = yield* ownTable("vb")
        yield* own.create
        const undone = own.sql.withTransaction(Effect.all([putBlock("vb", 2), own.add(2), Effect.fail("no")]))
        yield* transaction(
          Effect.all([
            putBlock("vb", 1),
            Effect.ignore(undone),
            own.sql.withTransaction(Effect.all([putBlock("vb", 3), own.add(3)]))
          ])
        )
        expect([yield* blocksOf("vb"), yield* own.all]).toEqual([[1, 3], [3]])
      })
    )

    it.effect("transactions of the store and of the caller at the same time each keep or undo their own", () =>
      Effect.gen(function* () {
        const own = yield* ownTable("vc")
        yield* own.create
        const run = (n: number) => {
          const end = n % 3 === 1 ? Effect.fail(n) : Effect.yieldNow()
          const body = Effect.zipRight(own.add(n), end)
          return n % 2 === 0 ? transaction(Effect.zipRight(putBlock("vc", n), body)) : own.sql.withTransaction(body)
        }
        const exits = yield* Effect.forEach(upTo(60), (n) => Effect.exit(run(n)), { concurrency: "unbounded" })
        const kept = upTo(60).filter((n) => n % 3 !== 1)
        expect(exits.flatMap((exit, n) => (Exit.isSuccess(exit) ? [n] : []))).toEqual(kept)
        expect(yield* own.all).toEqual(kept)
        expect(yield* blocksOf("vc")).toEqual(kept.filter((n) => n % 2 === 0))
      })
    )

    it.effect("a transaction of the caller that asks the store is refused, and goes on by itself", () =>
      Effect.gen(function* () {
        const own = yield* ownTable("vd")
        yield* own.create
        const refused = yield* own.sql.withTransaction(Effect.zipLeft(Effect.flip(putBlock("vd", 1)), own.add(1)))
        expect(refused).toMatchObject({ _tag: "StoreError", reason: "InTransaction" })
        expect(refused.message).toContain("Store.transaction")
        expect([yield* blocksOf("vd"), yield* own.all]).toEqual([[], [1]])
      })
    )

    it.effect("a tracer sees the statements under the caller's span", () =>
      Effect.gen(function* () {
        const { spans, tracer } = yield* keeping
        yield* transaction(putBlock("ve", 1)).pipe(
          Effect.zipRight(blocksOf("ve")),
          Effect.withSpan("ours"),
          Effect.withTracer(tracer)
        )
        const [ours, ...statements] = spans
        expect(ours?.span.name).toBe("ours")
        expect(statements.map(({ parent, span }) => [span.name, parent])).toEqual(
          statements.map(() => ["sql.execute", ours?.span.spanId])
        )
        expect(statements.map(({ span }) => String(span.attributes.get("db.query.text")).split(" ")[0])).toEqual([
          "INSERT",
          "SELECT"
        ])
      })
    )

    it.effect("without a tracer no statement has a span", () =>
      Effect.gen(function* () {
        const native = Context.get(DefaultServices.liveServices, Tracer.Tracer)
        const made = vi.spyOn(native, "span")
        yield* Effect.zipRight(transaction(putBlock("vf", 1)), blocksOf("vf"))
        expect(made.mock.calls.map(([name]) => name)).not.toContain("sql.execute")
        made.mockRestore()
      })
    )

    it.effect("a transformer of the caller's has the store's statements too", () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const noting: Statement.Statement.Transformer = (statement, sql) => {
          const [text, params] = statement.compile()
          seen.push(text)
          return Effect.succeed(sql.unsafe(`/* noted */ ${text}`, params))
        }
        yield* Statement.withTransformer(Effect.zipRight(transaction(putBlock("vg", 1)), putBlock("vg", 2)), noting)
        expect(seen.map((text) => text.split(" ")[0])).toEqual(["INSERT", "INSERT"])
        expect(yield* blocksOf("vg")).toEqual([1, 2])
      })
    )
  })
}
