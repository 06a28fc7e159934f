import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { Units } from "../../src/index.js"
import type * as fake from "./fake.js"
import { allowed, arrive, decide, giveBack, lived, type Sync, settle, submit, syncs, take } from "./syncs.js"

const host = "https://pages.example"

const isMore = (sync: Sync) => sync.calls > allowed(sync)

for (const [rows, units] of [
  [500, 1],
  [200, 3]
] as const) {
  it.effect(
    `a sync of ${rows} HITs of ${units} takes N/50 + 2 × changed + 10 calls at the most`,
    () =>
      Effect.gen(function* () {
        const all = yield* syncs({ rows, units })
        expect(all.filter(isMore)).toEqual([])
        expect(all.map(({ changed }) => changed)).toEqual([0, 100, 0, 100, 0])
      }),
    60_000
  )
}

/** The n-th place of each HIT. */
const nth = (hits: ReadonlyArray<fake.Hit>, n: number) => hits.flatMap(({ places }) => places.slice(n, n + 1))

it.effect(
  "takes no more where several places of HITs are worked on, left and taken back at different times",
  () =>
    lived({ rows: 150, units: 3, host }, ({ run, service: { hits }, sync }) =>
      Effect.gen(function* () {
        const [first, second, third] = [nth(hits, 0), nth(hits, 1), nth(hits, 2)]
        yield* arrive(run, first)
        yield* arrive(run, second.slice(50))
        yield* TestClock.adjust("10 seconds")
        const all = [yield* sync("first and second accepted")]
        submit(first.slice(0, 100))
        giveBack(first.slice(100))
        giveBack(second.slice(100))
        all.push(yield* sync("some submitted elsewhere, some left"), yield* sync("nothing"))
        yield* Effect.flatMap(Units.Units, (units) => units.expireAll(run.id))
        take(third.slice(0, 25))
        yield* TestClock.adjust("10 seconds")
        all.push(yield* sync("taken back"), yield* sync("nothing"))
        submit(second.slice(50, 100))
        submit(third.slice(0, 25))
        all.push(yield* sync("those at work submitted"))
        yield* TestClock.adjust("1 hour")
        all.push(...(yield* Effect.replicateEffect(sync("a while"), 45)))
        expect(all.filter(isMore)).toEqual([])
        // In the end there is nothing to look at: three pages of what is over, one of what is under review.
        expect(all.at(-1)?.calls).toBe(4)
      })
    ),
  60_000
)

it.effect("takes no more where units were taken back, and looks at each of them once", () =>
  lived({ rows: 200 }, ({ places, run, service: { read }, sync }) =>
    Effect.gen(function* () {
      submit(places.slice(0, 20))
      const busy = places.slice(20, 40)
      take(busy)
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
  lived({ rows: 1_000, host }, ({ places, run, service: { read }, sync }) =>
    Effect.gen(function* () {
      yield* arrive(run, places.slice(0, 100))
      yield* TestClock.adjust("10 seconds")
      const working = yield* sync("a tenth accepted")
      giveBack(places.slice(0, 98))
      const left = yield* sync("nearly all returned")
      giveBack(places.slice(98, 99))
      const last = yield* sync("one more returned")
      expect([working, left, last].map(({ changed }) => changed)).toEqual([0, 98, 1])
      expect([working, left, last].filter(isMore)).toEqual([])
      expect(read).toEqual([])
    })
  )
)

it.effect("takes no more where many were rejected, and notices overridden rejections within one day", () =>
  lived({ rows: 1_000 }, ({ places, run, service: { hits }, sync }) =>
    Effect.gen(function* () {
      yield* settle(run, hits.slice(100))
      const rejected = places.slice(0, 100)
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
