/** Launches and relaunches of a crowd whose offers hold a row's units, or a run's. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import { Journal } from "../../src/Journal.js"
import { type TaskRun, TaskRuns } from "../../src/TaskRuns.js"
import { type LaunchOptions, Units } from "../../src/Units.js"
import { failure, kit } from "../support/failures.js"
import { lost, make, silent } from "../support/offersCrowd.js"

const row = { offers: { holds: "row" } } as const

const launch = ({ id }: TaskRun, options?: LaunchOptions) =>
  Effect.flatMap(Units, (units) => Stream.runDrain(units.launch(id, options)))

const relaunch = (run: TaskRun) =>
  Effect.gen(function* () {
    yield* (yield* TaskRuns).relaunch(run.id)
    yield* launch(run, { relaunched: true })
  })

const offersOf = (run: TaskRun) =>
  Effect.map(kit.unitsOf(run), (units) => units.map(({ remoteId }) => Option.getOrNull(remoteId)))

const opened = (rows: number, unitsPerAssignment: number) => kit.opened({ rows, task: { unitsPerAssignment } })

describe("offers that hold a row", () => {
  it.effect("are one order a row, for all of its units", () => {
    const crowd = make(row)
    return Effect.gen(function* () {
      const run = yield* opened(3, 2)
      yield* launch(run)
      expect(crowd.asked()).toEqual(Array(3).fill({ units: 2, offer: null, size: 2, places: 2 }))
      for (const { order } of crowd.launched) expect(new Set(order.units.map((unit) => unit.assignment)).size).toBe(1)
      const units = yield* kit.unitsOf(run)
      expect(units.map(({ offerSize, status }) => [status, offerSize])).toEqual(Array(6).fill(["launched", 2]))
      expect(yield* offersOf(run)).toEqual(["offer-0", "offer-1", "offer-2", "offer-0", "offer-1", "offer-2"])
      yield* launch(run)
      expect(crowd.launched).toHaveLength(3)
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("are split by a limit; the next launch adds places to the same offer, told how many it has in all", () => {
    const crowd = make(row)
    return Effect.gen(function* () {
      const run = yield* opened(2, 3)
      yield* launch(run, { limit: 4 })
      expect(crowd.asked()).toEqual([
        { units: 3, offer: null, size: 3, places: 3 },
        { units: 1, offer: null, size: 1, places: 1 }
      ])
      yield* launch(run, { limit: 1 })
      yield* launch(run)
      expect(crowd.asked().slice(2)).toEqual([
        { units: 1, offer: "offer-1", size: 1, places: 2 },
        { units: 1, offer: "offer-1", size: 1, places: 3 }
      ])
      expect([...crowd.places]).toEqual([
        ["offer-0", 3],
        ["offer-1", 3]
      ])
      const units = yield* kit.unitsOf(run)
      expect(units.map(({ offerSize }) => offerSize)).toEqual([3, 1, 3, 1, 3, 1])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("are used again by a relaunch: places that came back count before any are added", () => {
    const crowd = make({ offers: { holds: "row", returned: "closed" } })
    return Effect.gen(function* () {
      const run = yield* opened(1, 3)
      yield* launch(run)
      const gone = yield* kit.accepted(run)
      yield* kit.submitted(yield* kit.accepted(run))
      yield* (yield* Agents).return(gone.id)
      yield* relaunch(run)
      expect(crowd.asked()[1]).toEqual({ units: 1, offer: "offer-0", size: 3, places: 3 })
      const units = yield* kit.unitsOf(run)
      yield* Effect.forEach(
        units.filter(({ status }) => status === "launched"),
        ({ id }) => Effect.flatMap(Units, (units) => units.expire(id))
      )
      yield* relaunch(run)
      expect(crowd.asked()[2]).toEqual({ units: 2, offer: "offer-0", size: 3, places: 3 })
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("have new places where rejected work is lost to them", () => {
    const crowd = make(row)
    return Effect.gen(function* () {
      const run = yield* opened(1, 2)
      yield* launch(run)
      const { id } = yield* kit.submitted(yield* kit.accepted(run))
      yield* (yield* Agents).reject(id, "empty")
      yield* relaunch(run)
      expect(crowd.asked()[1]).toEqual({ units: 1, offer: "offer-0", size: 2, places: 3 })
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("are another where the crowd answers with another, made with as many places as it was asked for", () => {
    const crowd = make(row)
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* opened(1, 3)
      yield* launch(run, { limit: 2 })
      crowd.full.add("offer-0")
      yield* launch(run)
      expect(yield* offersOf(run)).toEqual(["offer-0", "offer-0", "offer-1"])
      expect((yield* kit.unitsOf(run)).map(({ offerSize }) => offerSize)).toEqual([2, 2, 1])
      const at = (offer: string) => agents.register(run.id, { worker: offer, offer })
      expect((yield* kit.unitsOf(run))[2]?.id).toBe((yield* at("offer-1")).unit)
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("cost what the size they were made with costs", () => {
    const crowd = make(row)
    return Effect.gen(function* () {
      const agents = yield* Agents
      const runs = yield* TaskRuns
      const cost = (unitsPerAssignment: number, limit: number) =>
        Effect.gen(function* () {
          const run = yield* opened(1, unitsPerAssignment)
          yield* launch(run, { limit })
          yield* launch(run)
          const all = yield* Effect.replicateEffect(
            Effect.flatMap(kit.accepted(run), kit.submitted),
            unitsPerAssignment
          )
          yield* Effect.forEach(all, ({ id }) => agents.approve(id))
          return (yield* runs.summary(run.id)).cost.fees
        })
      expect(yield* cost(3, 3)).toBe(3 * 2)
      expect(yield* cost(3, 2)).toBe(3 * 1)
      expect(yield* cost(2, 2)).toBe(2 * 1)
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("settle an order that was cut off before they are asked for more places", () => {
    const crowd = make(row)
    return Effect.gen(function* () {
      const run = yield* opened(1, 3)
      crowd.next(silent)
      const cut = yield* Effect.fork(launch(run, { limit: 1 }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(cut)
      expect(crowd.launched).toHaveLength(1)
      yield* kit.patient(launch(run))
      expect(crowd.asked()).toEqual([
        { units: 1, offer: null, size: 1, places: 1 },
        { units: 2, offer: "offer-0", size: 1, places: 3 }
      ])
      expect(yield* offersOf(run)).toEqual(["offer-0", "offer-0", "offer-0"])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("wait for a person where an order is uncertain, and other rows go on", () => {
    const crowd = make({ ...row, uncertain: true })
    return Effect.gen(function* () {
      const journal = yield* Journal
      const run = yield* opened(2, 2)
      crowd.next(lost(failure("Unavailable")))
      yield* Effect.flip(kit.patient(launch(run, { limit: 1 })))
      const [intent] = yield* Stream.runCollect(journal.list("uncertain", run.id))
      expect(yield* Effect.flip(kit.patient(launch(run)))).toMatchObject({ _tag: "Uncertain" })
      expect(crowd.asked().slice(1)).toEqual([{ units: 2, offer: null, size: 2, places: 2 }])
      if (intent === undefined) return yield* Effect.dieMessage("an intent is uncertain")
      yield* journal.resolve(intent.id, "happened", { remoteId: "offer-0" })
      yield* kit.patient(launch(run))
      expect(crowd.asked()[2]).toEqual({ units: 1, offer: "offer-0", size: 1, places: 2 })
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("are one for each row, however many launch at once", () => {
    const crowd = make(row)
    return Effect.gen(function* () {
      const run = yield* opened(5, 3)
      yield* kit.patient(
        Effect.all([launch(run, { limit: 7 }), launch(run), launch(run, { limit: 2 })], { concurrency: "unbounded" })
      )
      expect([...crowd.places.values()]).toEqual(Array(5).fill(3))
      expect(new Set(crowd.launched.map(({ token }) => token)).size).toBe(crowd.launched.length)
    }).pipe(Effect.provide(crowd.layer))
  })
})

describe("offers that hold a run", () => {
  it.effect("are one, of which each order says how many places it has in all", () => {
    const crowd = make({ offers: { holds: "run" } })
    return Effect.gen(function* () {
      const run = yield* opened(600, 1)
      yield* launch(run)
      expect(crowd.asked()).toEqual([
        { units: 500, offer: null, size: 500, places: 500 },
        { units: 100, offer: "offer-0", size: 500, places: 600 }
      ])
      expect([...crowd.places]).toEqual([["offer-0", 600]])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("are one, however many launch at once", () => {
    const crowd = make({ offers: { holds: "run" } })
    return Effect.gen(function* () {
      const run = yield* opened(8, 1)
      yield* kit.patient(
        Effect.all([launch(run, { limit: 3 }), launch(run), launch(run, { limit: 2 })], { concurrency: "unbounded" })
      )
      expect([...crowd.places]).toEqual([["offer-0", 8]])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("count only the places of the offer that the crowd has now", () => {
    const crowd = make({ offers: { holds: "run" } })
    return Effect.gen(function* () {
      const run = yield* opened(5, 1)
      yield* launch(run, { limit: 2 })
      crowd.full.add("offer-0")
      yield* launch(run, { limit: 2 })
      yield* launch(run)
      expect(crowd.asked()[2]).toEqual({ units: 1, offer: "offer-1", size: 2, places: 3 })
    }).pipe(Effect.provide(crowd.layer))
  })
})
