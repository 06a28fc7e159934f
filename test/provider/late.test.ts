/** Units that were taken back while somebody was at work on them whom only the crowd knows. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Conductor, Units } from "../../src/index.js"
import * as Store from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { kit, layer, ledger, type Sending } from "../support/ledger.js"

/** Taken back, and somebody may still submit it for so long. */
const busyFor =
  (wait: Duration.DurationInput): Sending =>
  (act) =>
    Effect.map(act, (receipt) => ({ ...receipt, wait: Duration.decode(wait) }))

const free: Sending = (act) => act

/** A run of three units that was taken back, on two of which somebody is at work. */
const takenBack = () => {
  const crowd = ledger("repeatable")
  const run = Effect.gen(function* () {
    const run = yield* kit.launched({ rows: 3 })
    crowd.next(busyFor("10 minutes"), free, busyFor("20 minutes"))
    const wait = yield* (yield* Units.Units).expireAll(run.id)
    return { run, wait }
  })
  return { run, crowd: layer(crowd) }
}

const minutesLeft = (until: Option.Option<DateTime.Utc>) =>
  Effect.map(DateTime.now, (now) => Option.map(until, (end) => DateTime.distance(now, end) / 60_000))

describe("a run that was taken back", () => {
  it.effect("is busy until nobody can submit any of it", () => {
    const { crowd, run } = takenBack()
    return Effect.gen(function* () {
      const units = yield* Units.Units
      const {
        run: { id },
        wait
      } = yield* run
      expect(wait).toEqual(Duration.minutes(20))
      expect(yield* Effect.flatMap(units.busyUntil(id), minutesLeft)).toEqual(Option.some(20))
      yield* TestClock.adjust("12 minutes")
      expect(yield* units.expireAll(id)).toEqual(Duration.minutes(8))
      yield* TestClock.adjust("8 minutes")
      expect(yield* units.busyUntil(id)).toEqual(Option.none())
      expect(yield* units.expireAll(id)).toEqual(Duration.zero)
    }).pipe(Effect.provide(crowd), Effect.provide(Store.layerMemory))
  })

  it.effect("says of each unit how long somebody may be at work on it", () => {
    const { crowd, run } = takenBack()
    return Effect.gen(function* () {
      const units = yield* Units.Units
      const all = yield* kit.unitsOf((yield* run).run)
      yield* TestClock.adjust("1 minute")
      const waits = yield* Effect.forEach(all, ({ id }) => Effect.map(units.expire(id), Duration.toMinutes))
      expect(waits).toEqual([9, 0, 19])
    }).pipe(Effect.provide(crowd), Effect.provide(Store.layerMemory))
  })

  it.effect("is conducted for so long, and no longer than somebody is at work", () => {
    const { crowd, run } = takenBack()
    return Effect.gen(function* () {
      const {
        run: { id }
      } = yield* run
      const conducted = yield* Effect.fork(Conductor.conduct(id, { every: "30 seconds" }))
      yield* TestClock.adjust("19 minutes")
      expect(yield* Fiber.poll(conducted)).toEqual(Option.none())
      yield* TestClock.adjust("2 minutes")
      expect(Exit.isSuccess(yield* Fiber.await(conducted))).toBe(true)
    }).pipe(Effect.provide(crowd), Effect.provide(Store.layerMemory))
  })

  it.effect("is over as soon as what was late is decided", () => {
    const { crowd, run } = takenBack()
    return Effect.gen(function* () {
      const store = yield* Store.Store
      const { run: found } = yield* run
      const busy = (yield* kit.unitsOf(found)).filter(({ leaseUntil }) => Option.isSome(leaseUntil))
      expect(busy).toHaveLength(2)
      const conducted = yield* Effect.fork(Conductor.conduct(found.id))
      yield* TestClock.adjust("1 minute")
      // As the transitions leave a unit that was submitted late and is decided.
      yield* store.update(tables.units, {
        ids: busy.map(({ id }) => id),
        set: { status: "accepted", leaseUntil: Option.none() }
      })
      yield* TestClock.adjust("2 seconds")
      expect(Option.isSome(yield* Fiber.poll(conducted))).toBe(true)
    }).pipe(Effect.provide(crowd), Effect.provide(Store.layerMemory))
  })
})

describe("a run that is out", () => {
  it.effect("is busy as long as somebody holds a unit of it", () =>
    Effect.gen(function* () {
      const units = yield* Units.Units
      const run = yield* kit.launched({ rows: 2 })
      expect(yield* units.busyUntil(run.id)).toEqual(Option.none())
      const agent = yield* kit.accepted(run)
      expect(yield* units.busyUntil(run.id)).toEqual(Option.some(agent.deadline))
      yield* kit.submitted(agent)
      expect(yield* units.busyUntil(run.id)).toEqual(Option.none())
    }).pipe(Effect.provide(layer(ledger("repeatable"))), Effect.provide(Store.layerMemory))
  )
})
