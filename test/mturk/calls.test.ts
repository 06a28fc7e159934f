import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer as marketplace } from "../mturk-server/support.js"
import { allowed, closing, syncs } from "./syncs.js"

layer(marketplace({ balance: 1_000_000 }), { excludeTestServices: true })("a sync of a run on MTurk", (it) => {
  for (const units of [100, 400]) {
    it.scoped(
      `of ${units} units takes a call for a hundred units, one for each that changed, and two`,
      () =>
        Effect.gen(function* () {
          const all = yield* syncs(units)
          expect(all.filter((sync) => sync.calls > allowed(sync))).toEqual([])
          const tenth = units / 10
          expect(all.map(({ changed }) => changed)).toEqual([0, tenth, 0, 0, 9 * tenth, 0, 0, 0, 0])
        }),
      240_000
    )
  }
  it.scoped(
    "takes no more where units were taken back, soon after it and later, and looks at each of them once",
    () =>
      Effect.gen(function* () {
        const { looked, rows } = yield* closing(100, 200)
        expect(rows.filter((sync) => sync.calls > allowed(sync))).toEqual([])
        expect(rows.slice(0, 4).map(({ changed }) => changed)).toEqual([0, 0, 10, 0])
        expect(looked).toHaveLength(100)
        expect(new Set(looked).size).toBe(100)
        expect(rows.at(-1)?.calls).toBe(3)
      }),
    240_000
  )

  it.scoped(
    "takes no more where very many were taken back",
    () =>
      Effect.gen(function* () {
        const { rows } = yield* closing(400, 5)
        expect(rows.filter((sync) => sync.calls > allowed(sync))).toEqual([])
        expect(rows.map(({ changed }) => changed)).toEqual([0, 0, 40, 0, 0, 0, 0, 0])
      }),
    240_000
  )
})
