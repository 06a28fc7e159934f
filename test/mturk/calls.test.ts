import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { Units } from "../../src/index.js"
import { allowed, arrive, decide, lived, type Sync, settle, submit, syncs } from "./syncs.js"

const isMore = (sync: Sync) => sync.calls > allowed(sync)

for (const units of [1_000, 5_000]) {
  it.effect(
    `a sync of ${units} HITs takes N/50 + 2 × changed + 10 calls at the most`,
    () =>
      Effect.gen(function* () {
        const all = yield* syncs(units)
        expect(all.filter(isMore)).toEqual([])
        expect(all.map(({ changed }) => changed)).toEqual([0, 100, 0, 100, 0])
      }),
    60_000
  )
}

it.effect("takes no more where units were taken back, and looks at each of them once", () =>
  lived(200, ({ run, service: { hits, read }, sync }) =>
    Effect.gen(function* () {
      submit(hits.slice(0, 20))
      const busy = hits.slice(20, 40)
      for (const hit of busy) hit.worker = `A${hit.id}`
      yield* Effect.flatMap(Units.Units, (units) => units.expireAll(run.id))
      const soon = [yield* sync("closing"), yield* sync("nothing")]
      submit(busy)
      const late = yield* sync("those at work submitted")
      expect([...soon, late].map(({ changed }) => changed)).toEqual([0, 0, 20])
      yield* TestClock.adjust("2 minutes")
      const rest = yield* Effect.replicateEffect(sync("a while"), 35)
      expect([...soon, late, ...rest].filter(isMore)).toEqual([])
      expect(read).toHaveLength(200)
      expect(new Set(read).size).toBe(200)
    })
  )
)

it.effect("takes no more where very many are held; who returned a HIT is noticed", () =>
  lived(
    1_000,
    ({ run, service: { hits, read }, sync }) =>
      Effect.gen(function* () {
        yield* arrive(run, hits.slice(0, 100))
        yield* TestClock.adjust("10 seconds")
        const working = yield* sync("a tenth accepted")
        for (const hit of hits.slice(0, 98)) hit.worker = undefined
        const left = yield* sync("nearly all returned")
        for (const hit of hits.slice(0, 99)) hit.worker = undefined
        const last = yield* sync("one more returned")
        expect([working, left, last].map(({ changed }) => changed)).toEqual([0, 98, 1])
        expect([working, left, last].filter(isMore)).toEqual([])
        expect(read).toEqual([])
      }),
    "https://pages.example"
  )
)

it.effect("takes no more where many were rejected, and notices overridden rejections within one day", () =>
  lived(1_000, ({ service: { hits }, sync }) =>
    Effect.gen(function* () {
      yield* settle(hits.slice(100))
      const rejected = hits.slice(0, 100)
      submit(rejected)
      decide(rejected, "Rejected")
      const all = [yield* sync("rejected")]
      decide([...rejected.slice(0, 5), ...rejected.slice(-5)], "Approved")
      for (let hours = 0; hours < 24; hours += 2) {
        yield* TestClock.adjust("2 hours")
        all.push(yield* sync("two hours"))
      }
      expect(all.filter(isMore)).toEqual([])
      expect(all.reduce((sum, { changed }) => sum + changed, 0)).toBe(100 + 10)
    })
  )
)
