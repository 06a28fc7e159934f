import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { programs, rage } from "./storm/storm.js"

/** `npm run prove:mturk` has a thousand units and fifty kills. */
describe("a requester that is killed again and again, against a service that drops a fifth of all calls", () => {
  it.live(
    "makes a HIT for every row once, decides every assignment once, and pays every bonus once, to the cent",
    () =>
      Effect.gen(function* () {
        const proof = yield* rage(yield* programs, { seed: 20, units: 16, kills: 2 })
        expect(proof.wrong).toEqual([])
        expect({ hits: proof.hits, decided: proof.decided, bonuses: proof.bonuses }).toEqual({
          hits: 8,
          decided: 16,
          bonuses: 16
        })
        expect(proof.kills).toBe(2)
        const times = (fault: string) => proof.faults.get(fault) ?? 0
        expect(times("DropBefore")).toBeGreaterThan(0)
        expect(times("DropAfter")).toBeGreaterThan(0)
      }),
    180_000
  )
})
