import { describe, expect } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Ids from "../../Ids.js"
import { Journal } from "../../Journal.js"
import type { Core } from "../../Provider.js"
import type { TaskRun } from "../../TaskRuns.js"
import { type Unit, Units } from "../../Units.js"
import type { Suite } from "../Suite.js"
import { type Kit, launchSubject, make, refusal, type Test } from "./kit.js"

const launch = (run: TaskRun, limit?: number) =>
  Effect.flatMap(Units, (units) => Stream.runDrain(units.launch(run.id, { limit })))

const statuses = (units: ReadonlyArray<Unit>) => units.map(({ status }) => status)

const offering = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST offer every unit, once", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.opened({ rows: 3, task: { unitsPerAssignment: 2 } })
      expect(statuses(yield* kit.unitsOf(run))).toEqual(Array(6).fill("created"))
      const offered = yield* Stream.runCollect(units.launch(run.id))
      expect([...offered].flat()).toHaveLength(6)
      expect(statuses(yield* kit.unitsOf(run))).toEqual(Array(6).fill("launched"))
      expect([...(yield* Stream.runCollect(units.launch(run.id)))]).toEqual([])
    }))

  test("MUST offer no more than the limit, and go on from there", () =>
    Effect.gen(function* () {
      const run = yield* kit.opened({ rows: 5 })
      yield* launch(run, 2)
      expect(statuses(yield* kit.unitsOf(run)).filter((status) => status === "launched")).toHaveLength(2)
      yield* launch(run)
      expect(statuses(yield* kit.unitsOf(run))).toEqual(Array(5).fill("launched"))
    }))

  test("MUST say what each unit is when it is asked", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched()
      for (const unit of yield* kit.unitsOf(run)) {
        expect(yield* units.get(unit.id)).toEqual(unit)
        expect(yield* units.status(unit.id)).toBe("launched")
      }
    }))

  test("MUST list units by status, and no more than wanted", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.opened({ rows: 3 })
      yield* launch(run, 1)
      const created = yield* Stream.runCollect(units.list(run.id, { status: "created" }))
      expect(statuses([...created])).toEqual(["created", "created"])
      const all = yield* kit.unitsOf(run)
      const limited = (limit: number) => Stream.runCollect(units.list(run.id, { limit }))
      for (const limit of [0, 1, 2, 1000]) expect([...(yield* limited(limit))]).toEqual(all.slice(0, limit))
    }))

  test("MUST change nothing at a sync after which nothing happened", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const { run } = yield* kit.completed({ rows: 2 })
      yield* units.sync(run.id)
      const before = yield* kit.unitsOf(run)
      expect(yield* units.sync(run.id)).toBe(0)
      expect(yield* kit.unitsOf(run)).toEqual(before)
    }))

  test("MUST tell of changes as they happen", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched()
      yield* kit.pass("10 millis")
      const seen = units.changes(run.id, { every: "1 second" }).pipe(
        Stream.map(({ status }) => status),
        Stream.tap((status) => (status === "launched" ? kit.accepted(run) : Effect.void)),
        Stream.take(2),
        Stream.runCollect
      )
      expect([...(yield* kit.patient(seen))]).toEqual(["launched", "assigned"])
    }))
}

const inTrouble = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  const { loseAnswer, refuse, timesDone } = kit.harness

  if (loseAnswer !== undefined) {
    test("MUST offer a unit once when the crowd's answer is lost", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const run = yield* kit.opened({ rows: 2 })
        yield* loseAnswer("launch")
        yield* Effect.either(kit.patient(launch(run)))
        yield* kit.patient(journal.settle(run.id))
        const uncertain = [...(yield* Stream.runCollect(journal.list("uncertain", run.id)))]
        const done = [...(yield* Stream.runCollect(journal.list("done", run.id)))]
        const all = yield* kit.unitsOf(run)
        const subjects = [...uncertain, ...done].map(({ subject }) => subject)
        expect(subjects.sort()).toEqual([...new Set(all.map(launchSubject))].sort())
        const isDone = (unit: Unit) => done.some(({ subject }) => subject === launchSubject(unit))
        expect(all.filter(({ status }) => status === "launched")).toEqual(all.filter(isDone))
        for (const { id } of [...uncertain, ...done])
          expect((yield* timesDone?.(id) ?? Effect.succeed(1)) <= 1).toBe(true)
      }))
  }

  if (refuse !== undefined) {
    test("MUST leave a unit created when the crowd refuses it, and offer it when it is asked again", () =>
      Effect.gen(function* () {
        const run = yield* kit.opened()
        yield* refuse("launch")
        expect(Either.isLeft(yield* Effect.either(kit.patient(launch(run))))).toBe(true)
        expect(statuses(yield* kit.unitsOf(run))).toEqual(["created"])
        yield* launch(run)
        expect(statuses(yield* kit.unitsOf(run))).toEqual(["launched"])
      }))

    test("MUST leave a unit on offer when the crowd refuses to take it back", () =>
      Effect.gen(function* () {
        const units = yield* Units
        const run = yield* kit.launched()
        yield* refuse("expire")
        yield* refusal(kit.patient(units.expireAll(run.id)), "ProviderError")
        expect(statuses(yield* kit.unitsOf(run))).toEqual(["launched"])
        yield* units.expireAll(run.id)
        expect(statuses(yield* kit.unitsOf(run))).toEqual(["expired"])
      }))
  }
}

const takingBack = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST take a unit back from the crowd, and answer the same when it is asked again", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched({ rows: 2 })
      const [unit] = yield* kit.unitsOf(run)
      if (unit === undefined) return yield* Effect.dieMessage("a run of two rows has a unit")
      yield* units.expire(unit.id)
      expect((yield* units.get(unit.id)).status).toBe("expired")
      yield* units.expire(unit.id)
      expect(statuses(yield* kit.unitsOf(run)).sort()).toEqual(["expired", "launched"])
    }))

  test("MUST take back everything that is undecided, offered or not", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.opened({ rows: 3 })
      yield* launch(run, 2)
      yield* units.expireAll(run.id)
      expect(statuses(yield* kit.unitsOf(run))).toEqual(Array(3).fill("expired"))
      yield* units.expireAll(run.id)
    }))

  test("MUST leave a unit that is taken back to the worker who holds it, and say how long to wait", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched()
      const agent = yield* kit.accepted(run)
      const wait = yield* units.expireAll(run.id)
      expect(Duration.greaterThan(wait, Duration.zero)).toBe(true)
      expect(statuses(yield* kit.unitsOf(run))).toEqual(["assigned"])
      yield* kit.submitted(agent)
      expect(statuses(yield* kit.unitsOf(run))).toEqual(["completed"])
    }))

  test("MUST NOT offer a unit again that was taken back and is then returned", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched()
      const agent = yield* kit.accepted(run)
      yield* units.expireAll(run.id)
      yield* kit.givenBack(agent)
      expect(statuses(yield* kit.unitsOf(run))).toEqual(["expired"])
    }))

  test("MUST wait for nobody once what was taken back has been given back", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched()
      const agent = yield* kit.accepted(run)
      yield* units.expireAll(run.id)
      expect(yield* units.busyUntil(run.id)).toEqual(Option.some(agent.deadline))
      yield* kit.givenBack(agent)
      expect(yield* units.busyUntil(run.id)).toEqual(Option.none())
      expect(yield* units.expireAll(run.id)).toEqual(Duration.zero)
    }))

  test("MUST refuse to take back what is completed", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const { agent } = yield* kit.completed()
      const error = yield* refusal(units.expire(agent.unit), "InvalidTransition")
      expect(error).toMatchObject({ entity: "Unit", id: agent.unit, from: "completed", operation: "expire" })
    }))
}

export const units: Suite<never> = {
  run: (test, harness) => {
    const kit = make(harness)
    describe("Units", () => {
      offering(test, kit)
      inTrouble(test, kit)
      takingBack(test, kit)

      test("MUST say UnitNotFound and TaskRunNotFound of what it does not know", () =>
        Effect.gen(function* () {
          const units = yield* Units
          const unit = yield* Ids.unitId
          const run = yield* Ids.runId
          yield* refusal(units.get(unit), "UnitNotFound")
          yield* refusal(units.status(unit), "UnitNotFound")
          yield* refusal(units.expire(unit), "UnitNotFound")
          yield* refusal(units.expireAll(run), "TaskRunNotFound")
          yield* refusal(units.sync(run), "TaskRunNotFound")
          yield* refusal(Stream.runDrain(units.launch(run)), "TaskRunNotFound")
          expect(yield* units.getAll([unit])).toEqual([])
        }))
    })
  }
}
