import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { hire } from "./eager.js"

const reward = 5
const workers = 10

/** `npm run prove:mturk` has a thousand rows. */
describe("ten eager workers on MTurk's protocol", () => {
  it.live("never get two units of one row", () =>
    Effect.gen(function* () {
      const proof = yield* hire({ rows: 15, units: 3, workers, hosted: false, between: 3 })
      expect(proof).toMatchObject({ hits: 15, submitted: 45, twice: 0, rewards: 45 * reward })
    })
  )

  it.live("keep to the limit for one worker on pages of ours", () =>
    Effect.gen(function* () {
      const proof = yield* hire({ rows: 20, units: 3, workers, limit: 5, hosted: true, between: 7 })
      expect(proof).toMatchObject({ submitted: workers * 5, twice: 0, most: 5, rewards: workers * 5 * reward })
    })
  )

  it.live("pass it inside HITs by no more than they accept between two syncs, and are paid for that", () =>
    Effect.gen(function* () {
      const between = 3
      const { most, rewards, submitted, twice } = yield* hire({
        rows: 30,
        units: 3,
        workers,
        limit: 5,
        hosted: false,
        between
      })
      expect(twice).toBe(0)
      expect(most).toBeGreaterThan(5)
      expect(most).toBeLessThan(5 + between)
      expect(rewards).toBe(submitted * reward)
    })
  )
})
