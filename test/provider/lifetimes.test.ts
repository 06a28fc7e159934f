/** How long units are on offer. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Conductor from "../../src/Conductor.js"
import type { RunId } from "../../src/Ids.js"
import * as Mock from "../../src/Mock.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"

const task = { lifetime: Duration.hours(10) }

/** In how many hours the first and the last offer of the run end. */
const hoursLeft = (run: RunId) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const ends = yield* (yield* Units).offerEnds(run)
    return Option.map(ends, ({ first, last }) => [first, last].map((end) => DateTime.distance(now, end) / 3_600_000))
  })

const statuses = (run: TaskRun) => Effect.map(kit.unitsOf(run), (units) => units.map(({ status }) => status))

describe("an offer", () => {
  it.effect("lasts the task's lifetime from when its unit was launched, not from when its run was made", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.opened({ rows: 2, task })
      yield* Stream.runDrain(units.launch(run.id, { limit: 1 }))
      yield* TestClock.adjust("9 hours")
      yield* Stream.runDrain(units.launch(run.id))
      expect(yield* hoursLeft(run.id)).toEqual(Option.some([1, 10]))
      yield* TestClock.adjust("1 hours")
      yield* Conductor.round(run.id)
      expect(yield* statuses(run)).toEqual(["expired", "launched"])
      expect(yield* hoursLeft(run.id)).toEqual(Option.some([9, 9]))
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that ends takes back the units whose time ended, and no others", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched({ rows: 3, task: { ...task, duration: Duration.hours(20) } })
      yield* kit.submitted(yield* kit.accepted(run))
      yield* kit.accepted(run)
      yield* TestClock.adjust("9 hours")
      expect(yield* units.expireOverdue(run.id)).toBe(0)
      yield* TestClock.adjust("1 hours")
      expect(yield* units.expireOverdue(run.id)).toBe(2)
      expect(yield* statuses(run)).toEqual(["completed", "assigned", "expired"])
      expect(yield* units.offerEnds(run.id)).toEqual(Option.none())
      expect(yield* units.expireOverdue(run.id)).toBe(0)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is kept while its unit is in hands, and goes on when it comes back", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched({ rows: 1, task: { ...task, duration: Duration.hours(2) } })
      yield* kit.accepted(run)
      yield* TestClock.adjust("3 hours")
      yield* Conductor.round(run.id)
      expect(yield* statuses(run)).toEqual(["launched"])
      expect(yield* hoursLeft(run.id)).toEqual(Option.some([7, 7]))
      yield* units.expireAll(run.id)
      expect(yield* units.offerEnds(run.id)).toEqual(Option.none())
    }).pipe(Effect.provide(Mock.layer()))
  )
})
