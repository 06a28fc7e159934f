import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { prove } from "./prove.js"
import { faults, longestGaps, single } from "./report.js"
import { oneKill } from "./script.js"

/** `npm run prove:machines` has three processes, all events and all crowds. */
describe("two processes over one Postgres of which the busier is killed", () => {
  it.live(
    "each run has one owner again within ten seconds, everything is done once, and no message is left over",
    () =>
      Effect.gen(function* () {
        const proof = yield* prove({
          crowd: "mock",
          processes: 2,
          runs: 4,
          rows: 4,
          calm: 9,
          lasting: 6,
          happens: oneKill
        })
        expect(faults(proof)).toEqual([])
        expect(single(proof)).toBe(1)
        expect([...longestGaps(proof).values()].some((gap) => gap > 0.5)).toBe(true)
        expect(proof.rounds).toBeGreaterThan(0)
      }),
    90_000
  )
})
