import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer as marketplace } from "../mturk-server/support.js"
import { allowed, syncs } from "./syncs.js"

layer(marketplace({ balance: 1_000_000 }), { excludeTestServices: true })("a sync of a run on MTurk", (it) => {
  for (const units of [100, 1_000]) {
    it.scoped(
      `of ${units} units takes a call for a hundred units, one for each that changed, and two`,
      () =>
        Effect.gen(function* () {
          const all = yield* syncs(units)
          expect(all.filter((sync) => sync.calls > allowed(sync))).toEqual([])
          const tenth = units / 10
          expect(all.map(({ changed }) => changed)).toEqual([0, tenth, 0, 0, 9 * tenth, 0, 0, 0, 0])
        }),
      120_000
    )
  }
})
