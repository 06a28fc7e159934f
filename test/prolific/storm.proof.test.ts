import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { programs, rage } from "./storm/storm.js"

/** `npm run prove:prolific` has five hundred units and twenty kills. */
describe("a requester that is killed again and again, at a Prolific of which a fifth of all calls fail", () => {
  it.live(
    "sells every place once, pays every reward and bonus once, to the cent, and lists what cannot be known",
    () =>
      Effect.gen(function* () {
        const proof = yield* rage(yield* programs, { seed: 14, units: 8, kills: 2 })
        expect(proof.wrong).toEqual([])
        expect(proof).toMatchObject({ approved: 8, bonuses: 9, kills: 2 })
        expect(proof.rejected).toBeGreaterThan(0)
        expect(proof.failed).toBeGreaterThan(0)
      }),
    180_000
  )
})
