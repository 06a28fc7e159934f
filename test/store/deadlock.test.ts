import { expect, layer } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Store } from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as tables from "../../src/store/tables.js"
import * as postgres from "../support/postgres.js"

layer(Layer.provide(SqlStore.layer, postgres.layer))("two transactions on Postgres", (it) => {
  it.effect("that wait for each other's rows both succeed, one after the other", () =>
    Effect.gen(function* () {
      const store = yield* Store
      yield* store.put(
        tables.data,
        ["a", "b"].map((id) => ({ id, provider: "p", value: 0 }))
      )
      const add = (ids: readonly [string, string], mine: Deferred.Deferred<void>, theirs: Deferred.Deferred<void>) =>
        store.transaction(
          Effect.gen(function* () {
            for (const id of ids) {
              const row = Option.getOrThrow(yield* store.get(tables.data, id))
              yield* store.put(tables.data, [{ ...row, value: Number(row.value) + 1 }])
              yield* Deferred.succeed(mine, undefined)
              yield* Deferred.await(theirs)
            }
          })
        )
      const one = yield* Deferred.make<void>()
      const other = yield* Deferred.make<void>()
      yield* Effect.all([add(["a", "b"], one, other), add(["b", "a"], other, one)], { concurrency: 2 })
      const rows = yield* store.getAll(tables.data, ["a", "b"])
      expect(rows.map(({ value }) => value)).toEqual([2, 2])
    })
  )
})
