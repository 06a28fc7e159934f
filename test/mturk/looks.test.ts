/** What the figures of a HIT do not tell is found by looking, at a few HITs in each sync. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents, TaskRuns, Units } from "../../src/index.js"
import { later } from "../support/clocks.js"
import { allowed } from "./syncs.js"
import { hit as aHit, assignment, launched, ok, on, show, type Wire } from "./wire.js"

/** Syncs until something changes; answers how often, and the calls of those that took more than they may. */
const syncsUntilChange = (wire: Wire, run: TaskRuns.TaskRun, units: number, most = 200) =>
  Effect.gen(function* () {
    const { sync } = yield* Units.Units
    for (let n = 1; n <= most; n++) {
      const before = wire.calls.length
      const changed = yield* sync(run.id)
      const calls = wire.calls.length - before
      expect(calls).toBeLessThanOrEqual(allowed({ changed, hits: units }))
      if (changed > 0) return n
    }
    return most
  })

const over = { Expiration: 1_000_000_000 }

const closable = (wire: Wire) => {
  wire.on("UpdateExpirationForHIT", () => ok())
  wire.on("GetHIT", ({ HITId }) =>
    ok({ HIT: aHit(String(HITId), { HITStatus: "Reviewable", NumberOfAssignmentsAvailable: 0 }) })
  )
}

describe("a submission of the last seconds before a unit was taken back", () => {
  it.scopedLive(
    "is found although it became visible only then, by a look at its HIT",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const { run, units: all } = yield* launched(20)
        closable(wire)
        show(wire, [])
        yield* units.expireAll(run.id)
        const late = all[13]
        if (late === undefined) return
        show(
          wire,
          all.map((unit) => ({
            unit,
            hit: over,
            assignments: unit === late ? [assignment("ASSIGNMENT1", "A1ADA")] : []
          }))
        )
        const fetched = wire.of("ListAssignmentsForHIT").length
        yield* syncsUntilChange(wire, run, 20, 3)
        expect(wire.of("ListAssignmentsForHIT")).toHaveLength(fetched)
        expect(yield* later("2 minutes", syncsUntilChange(wire, run, 20))).toBeLessThanOrEqual(7)
        expect((yield* units.get(late.id)).status).toBe("completed")
        yield* later("2 minutes", syncsUntilChange(wire, run, 20, 5))
        const looked = wire.of("ListAssignmentsForHIT").slice(fetched)
        expect(looked).toHaveLength(20)
        expect(new Set(looked.map(({ HITId }) => HITId)).size).toBe(20)
      })
    )
  )

  it.scopedLive(
    "is found at once where somebody was still at work on it",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const { run, units: all } = yield* launched(20)
        const busy = all[13]
        if (busy === undefined) return
        wire.on("ListReviewableHITs", () => ok({ HITs: [] }))
        wire.on("UpdateExpirationForHIT", () => ok())
        wire.on("GetHIT", ({ HITId }) =>
          ok({
            HIT: aHit(String(HITId), { NumberOfAssignmentsPending: Option.contains(busy.remoteId, HITId) ? 1 : 0 })
          })
        )
        expect(yield* units.expireAll(run.id)).toEqual(run.task.duration)
        show(
          wire,
          all.map((unit) => ({
            unit,
            hit: over,
            assignments: unit === busy ? [assignment("ASSIGNMENT1", "A1ADA")] : []
          }))
        )
        expect(yield* syncsUntilChange(wire, run, 20)).toBe(1)
        expect((yield* units.get(busy.id)).status).toBe("completed")
      })
    )
  )
})

describe("a rejection that was overridden elsewhere", () => {
  const rejected = (wire: Wire) =>
    Effect.gen(function* () {
      const units = yield* Units.Units
      const { run, units: all } = yield* launched(20)
      const shown = (status: (n: number) => string, decidedAt: number) =>
        show(
          wire,
          all.map((unit, n) => ({
            unit,
            hit: { NumberOfAssignmentsCompleted: 1 },
            assignments: [assignment(`ASSIGNMENT${n}`, `A${n}`, { AssignmentStatus: status(n), SubmitTime: decidedAt })]
          }))
        )
      const now = Math.floor(Date.now() / 1000)
      shown(() => "Rejected", now)
      yield* units.sync(run.id)
      shown((n) => (n === 7 ? "Approved" : "Rejected"), now)
      return run
    })

  it.scopedLive(
    "is noticed within one day, and paid for in our books",
    on((wire) =>
      Effect.gen(function* () {
        const run = yield* rejected(wire)
        expect(yield* later("5 hours", syncsUntilChange(wire, run, 20, 5))).toBe(5)
        expect(yield* later("13 hours", syncsUntilChange(wire, run, 20, 8))).toBeLessThanOrEqual(7)
        const all = [...(yield* Stream.runCollect((yield* Agents.Agents).list(run.id)))]
        expect(all.filter(({ status }) => status === "approved").map(({ workerName }) => workerName)).toEqual(["A7"])
        expect((yield* (yield* TaskRuns.TaskRuns).summary(run.id)).cost).toMatchObject({ rewards: 5, fees: 1 })
      })
    )
  )

  it.scopedLive(
    "is not looked for after the 30 days in which there can be one",
    on((wire) =>
      Effect.gen(function* () {
        const run = yield* rejected(wire)
        const fetched = wire.of("ListAssignmentsForHIT").length
        yield* later("31 days", syncsUntilChange(wire, run, 20, 5))
        expect(wire.of("ListAssignmentsForHIT")).toHaveLength(fetched)
      })
    )
  )
})
