/** Work that comes in after its unit was taken back. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Conductor, Units } from "../../src/index.js"
import { hit as aHit, assignment, launched, ok, on, show } from "./wire.js"

describe("a run whose units were taken back", () => {
  it.scopedLive(
    "is conducted until nobody can submit any more",
    on((wire) =>
      Effect.gen(function* () {
        const { run, units } = yield* launched()
        const [unit] = units
        if (unit === undefined) return
        show(wire, [])
        wire.on("UpdateExpirationForHIT", () => ok())
        wire.on("GetHIT", () => ok({ HIT: aHit("HIT1", { NumberOfAssignmentsPending: 1 }) }))
        yield* (yield* Units.Units).expireAll(run.id)
        const found = assignment("ASSIGNMENT1", "A1ADA")
        wire.on("GetAssignment", () => ok({ Assignment: found }))
        wire.on("ApproveAssignment", () => ok())
        let rounds = 0
        const submitInTheSecond = Effect.sync(() => {
          if (++rounds === 2) show(wire, [{ unit, assignments: [found] }])
        })
        const ended = yield* Conductor.conduct(run.id, {
          approve: true,
          every: "1 millis",
          onRound: () => submitInTheSecond
        })
        expect(ended.units).toMatchObject({ accepted: 1, expired: 0 })
      })
    )
  )
})
