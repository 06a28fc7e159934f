/** Offers that hold a row's units, or a run's, are taken back; places are given back, or sold again. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import { make } from "../support/offersCrowd.js"

const launched = (rows: number, unitsPerAssignment: number) => kit.launched({ rows, task: { unitsPerAssignment } })

const statuses = (run: TaskRun) => Effect.map(kit.unitsOf(run), (units) => units.map(({ status }) => status))

describe("taking back", () => {
  it.effect("a single unit of a row's offer is done here; the crowd is told once, with the last that is open", () => {
    const crowd = make({ offers: { holds: "row" } })
    return Effect.gen(function* () {
      const units = yield* Units
      const run = yield* launched(2, 3)
      const ofRow = (yield* kit.unitsOf(run)).filter(({ remoteId }) => Option.contains(remoteId, "offer-0"))
      const told: Array<number> = []
      for (const { id } of ofRow) {
        yield* units.expire(id)
        yield* units.expire(id)
        told.push(crowd.closed.length)
      }
      expect(told).toEqual([0, 0, 1])
      expect(crowd.closed).toEqual(["offer-0"])
      expect(yield* statuses(run)).toEqual(["expired", "launched", "expired", "launched", "expired", "launched"])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("the last open unit while somebody is at work on another that was taken back tells the crowd", () => {
    const crowd = make({ offers: { holds: "row" } })
    return Effect.gen(function* () {
      const units = yield* Units
      const run = yield* launched(1, 2)
      const held = yield* kit.accepted(run)
      const free = (yield* kit.unitsOf(run)).filter(({ status }) => status === "launched")
      yield* Effect.forEach(free, ({ id }) => units.expire(id))
      expect(crowd.closed).toEqual([])
      yield* units.expire(held.unit)
      expect(crowd.closed).toEqual(["offer-0"])
      yield* kit.submitted(held)
      expect(yield* statuses(run)).toEqual(["completed", "expired"])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect.each(["row", "run"] as const)(
    "all of a run tells the crowd once of each offer that holds a %s",
    (holds) => {
      const crowd = make({ offers: { holds } })
      return Effect.gen(function* () {
        const units = yield* Units
        const run = yield* launched(12, 2)
        yield* Effect.replicateEffect(kit.accepted(run), 3)
        yield* kit.submitted(yield* kit.accepted(run))
        yield* units.expireAll(run.id)
        yield* units.expireAll(run.id)
        expect(crowd.closed.toSorted()).toEqual([...crowd.places.keys()].toSorted())
        const kept = (yield* statuses(run)).filter((status) => status !== "expired")
        expect(kept.toSorted()).toEqual(["assigned", "assigned", "assigned", "completed"])
      }).pipe(Effect.provide(crowd.layer))
    }
  )

  it.effect("tells the crowd of each offer that a run has had", () => {
    const crowd = make({ offers: { holds: "run" } })
    return Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.opened({ rows: 4 })
      yield* Stream.runDrain(units.launch(run.id, { limit: 2 }))
      crowd.full.add("offer-0")
      yield* Stream.runDrain(units.launch(run.id))
      yield* units.expireAll(run.id)
      expect(crowd.closed.toSorted()).toEqual(["offer-0", "offer-1"])
    }).pipe(Effect.provide(crowd.layer))
  })
})

describe("a place that somebody gave back or let pass", () => {
  const left = (run: TaskRun) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const one = yield* kit.accepted(run)
      yield* kit.accepted(run)
      yield* agents.return(one.id)
      yield* TestClock.adjust(run.task.duration)
      yield* agents.endOverdue(run.id)
      return yield* statuses(run)
    })

  it.effect("is on offer again", () => {
    const crowd = make({ offers: { holds: "row" } })
    return Effect.gen(function* () {
      expect(yield* left(yield* launched(1, 3))).toEqual(["launched", "launched", "launched"])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("is closed where the crowd closes it", () => {
    const crowd = make({ offers: { holds: "row", returned: "closed" } })
    return Effect.gen(function* () {
      expect(yield* left(yield* launched(1, 3))).toEqual(["expired", "expired", "launched"])
    }).pipe(Effect.provide(crowd.layer))
  })
})

describe("the place of rejected work", () => {
  it.effect("is the row's next unit, made in the same transaction, where the crowd sells it again", () => {
    const crowd = make({ offers: { holds: "row", rejected: "offered" } })
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched(1, 2)
      const rejected = yield* kit.submitted(yield* kit.accepted(run))
      yield* agents.reject(rejected.id, "empty")
      const [first, , next] = yield* kit.unitsOf(run)
      expect(first).toMatchObject({ id: rejected.unit, status: "rejected" })
      expect(next).toMatchObject({
        status: "launched",
        index: 2,
        remoteId: Option.some("offer-0"),
        offerSize: 2,
        replaces: Option.some(rejected.unit)
      })
      const others = yield* Effect.replicateEffect(kit.accepted(run), 2)
      expect(others.map(({ unit }) => unit)).toContain(next?.id)
      yield* Stream.runDrain((yield* Units).launch(run.id))
      expect(crowd.launched).toHaveLength(1)
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("is nobody's where the crowd closes it, and where the unit was taken back before", () => {
    const closing = make({ offers: { holds: "row" } })
    const selling = make({ offers: { holds: "row", rejected: "offered" } })
    const rejectedIn = (run: TaskRun) =>
      Effect.gen(function* () {
        const agent = yield* kit.accepted(run)
        yield* (yield* Units).expireAll(run.id)
        yield* kit.submitted(agent)
        yield* (yield* Agents).reject(agent.id, "empty")
        return yield* statuses(run)
      })
    return Effect.gen(function* () {
      const kept = Effect.flatMap(launched(1, 1), rejectedIn)
      expect(yield* kept.pipe(Effect.provide(closing.layer))).toEqual(["rejected"])
      expect(yield* kept.pipe(Effect.provide(selling.layer))).toEqual(["rejected"])
    })
  })
})
