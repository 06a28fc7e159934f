/** Work that comes in after its unit was taken back. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Conductor, Units } from "../../src/index.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Marketplace } from "../mturk-server/support.js"
import { later } from "../support/clocks.js"
import { arrive, Between, layer } from "./market.js"
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

/** A run that was taken back while somebody was at work on it whom only the service knows, and what they hold. */
const heldByStranger = Effect.gen(function* () {
  const units = yield* Units.Units
  const { run } = yield* launched()
  yield* arrive("ann", run)
  expect(Duration.toSeconds(yield* units.expireAll(run.id))).toBeGreaterThan(500)
  const [held] = (yield* Between).held.values()
  if (held === undefined) return yield* Effect.dieMessage("ann holds a unit")
  return { run, held }
})

const secondsLeft = (run: TaskRun) =>
  Effect.gen(function* () {
    const until = yield* Effect.flatMap(Units.Units, (units) => units.busyUntil(run.id))
    const now = yield* DateTime.now
    return Option.match(until, { onNone: () => 0, onSome: (end) => DateTime.distance(now, end) / 1000 })
  })

describe("a run that was taken back while only the service knows who is at work", () => {
  it.scopedLive("waits for nobody who has given it back: only for what may not be listed yet, a minute", () =>
    Effect.gen(function* () {
      const units = yield* Units.Units
      const { giveBack } = yield* Marketplace
      const { held, run } = yield* heldByStranger
      expect(yield* units.sync(run.id)).toBe(0)
      expect(yield* secondsLeft(run)).toBeGreaterThan(500)
      yield* giveBack(held)
      expect(yield* units.sync(run.id)).toBe(1)
      const left = yield* secondsLeft(run)
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(60)
      expect(yield* later("30 seconds", Effect.zipRight(units.sync(run.id), secondsLeft(run)))).toBeLessThanOrEqual(30)
      expect(yield* later("61 seconds", units.busyUntil(run.id))).toEqual(Option.none())
    }).pipe(Effect.provide(layer()))
  )

  it.scopedLive("is looked at once more when that minute is over", () =>
    Effect.gen(function* () {
      const units = yield* Units.Units
      const { giveBack } = yield* Marketplace
      const { held, run } = yield* heldByStranger
      yield* giveBack(held)
      yield* units.sync(run.id)
      const { wire } = yield* Between
      const found = assignment("ASSIGNMENT1", "A1ADA")
      wire.on("ListAssignmentsForHIT", ({ HITId }) => ok({ Assignments: HITId === held.hitId ? [found] : [] }))
      yield* later("61 seconds", units.sync(run.id))
      const completed = yield* Stream.runCollect(units.list(run.id, { status: "completed" }))
      expect([...completed].map(({ remoteId }) => remoteId)).toEqual([Option.some(held.hitId)])
    }).pipe(Effect.provide(layer()))
  )
})
