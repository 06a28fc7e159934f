import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Agents } from "../../src/Agents.js"
import type { IneligibleReason } from "../../src/CrowdError.js"
import * as Mock from "../../src/Mock.js"
import { Qualifications } from "../../src/Qualifications.js"
import type { QualificationRequirement, TaskRun } from "../../src/TaskRuns.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { Workers } from "../../src/Workers.js"
import { kit } from "../support/failures.js"

/** Why the worker of this name is refused; none if they are not. */
const refusal = (run: TaskRun, worker: string) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const met = yield* Effect.either(agents.register(run.id, { worker }))
    if (Either.isRight(met)) return Option.none<IneligibleReason>()
    return met.left._tag === "NotEligible" ? Option.some(met.left.reason) : yield* met.left
  })

/** A worker the provider knows. */
const known = (name: string) =>
  Effect.gen(function* () {
    const agent = yield* kit.accepted(yield* kit.launched(), name)
    return agent.worker
  })

/** Asking beforehand says the same as arriving. */
const refusedWith = (run: TaskRun, name: string, reason: IneligibleReason) =>
  Effect.gen(function* () {
    const workers = yield* Workers
    const { id } = yield* workers.findByName(name)
    expect(yield* workers.isEligible(id, run.id)).toEqual(Option.some(reason))
    expect(yield* refusal(run, name)).toEqual(Option.some(reason))
  })

describe("a worker may not take a unit", () => {
  it.effect("when blocked, whatever else", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const run = yield* kit.opened({ task: { maxUnitsPerWorker: Option.some(1) } })
      yield* workers.block(yield* known("ada"), { requester: run.requester }, "spam")
      yield* refusedWith(run, "ada", { _tag: "Blocked" })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("when they have taken as many as one may", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 5, task: { maxUnitsPerWorker: Option.some(2) } })
      yield* kit.submitted(yield* kit.accepted(run, "ada"))
      yield* kit.submitted(yield* kit.accepted(run, "ada"))
      yield* refusedWith(run, "ada", { _tag: "OverWorkerLimit", limit: 2 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("when they have worked on every assignment that is left", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 1, task: { unitsPerAssignment: 2 } })
      yield* kit.submitted(yield* kit.accepted(run, "ada"))
      yield* refusedWith(run, "ada", { _tag: "AlreadyWorked" })
      expect(yield* refusal(run, "grace")).toEqual(Option.none())
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("when nothing is left", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      yield* kit.accepted(run, "grace")
      yield* known("ada")
      yield* refusedWith(run, "ada", { _tag: "NothingLeft" })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("when nothing is launched yet", () =>
    Effect.gen(function* () {
      const run = yield* kit.opened()
      yield* known("ada")
      yield* refusedWith(run, "ada", { _tag: "NothingLeft" })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("when the crowd sends them to a unit that is not free, though others are", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2 })
      const { unit } = yield* kit.accepted(run)
      const error = yield* Effect.flip(agents.register(run.id, { worker: "ada", unit, agent: "a1" }))
      expect(error).toMatchObject({ _tag: "NotEligible", reason: { _tag: "NothingLeft" } })
    }).pipe(Effect.provide(Mock.layer()))
  )

  const comparisons: ReadonlyArray<readonly [QualificationRequirement["comparator"], ReadonlyArray<number | null>]> = [
    // Who passes, of those who have 4, 5, 6 or nothing, where 5 is asked for, or one of 4, 6 and 9.
    ["exists", [4, 5, 6]],
    ["does_not_exist", [null]],
    ["equal", [5]],
    ["not_equal", [4, 6]],
    ["less_than", [4]],
    ["less_than_or_equal", [4, 5]],
    ["greater_than", [6]],
    ["greater_than_or_equal", [5, 6]],
    ["in", [4, 6]],
    ["not_in", [5]]
  ]

  it.effect.each(comparisons)("when what they have does not fit: %s", ([comparator, passing]) =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const qualifications = yield* Qualifications
      yield* qualifications.create("dutch", "")
      const run = yield* kit.launched({
        task: { qualifications: [{ name: "dutch", comparator, value: 5, values: [4, 6, 9] }] }
      })
      for (const value of [4, 5, 6, null]) {
        const worker = yield* known(`worker with ${value}`)
        if (value !== null) yield* qualifications.grant("dutch", worker, value)
        expect([value, Option.getOrNull(yield* workers.isEligible(worker, run.id))]).toEqual([
          value,
          passing.includes(value) ? null : { _tag: "LacksQualification", qualification: "dutch" }
        ])
      }
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("whoever they are, if it asks where they are of a crowd that does not know: then it is not set up", () =>
    Effect.gen(function* () {
      const qualifications = [{ name: "locale", comparator: "in", value: 1, values: ["US"] }] as const
      const error = yield* Effect.flip(kit.launched({ task: { qualifications } }))
      expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
      expect(error.message).toContain("does not know the locale of its workers")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("until they have everything that is asked for", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const run = yield* kit.launched({
        task: {
          qualifications: [
            { name: "dutch", comparator: "exists", value: 1 },
            { name: "patience", comparator: "exists", value: 1 }
          ]
        }
      })
      const ada = yield* known("ada")
      yield* refusedWith(run, "ada", { _tag: "LacksQualification", qualification: "dutch" })
      yield* qualifications.create("dutch", "")
      yield* qualifications.create("patience", "")
      yield* qualifications.grant("dutch", ada, 1)
      yield* refusedWith(run, "ada", { _tag: "LacksQualification", qualification: "patience" })
      yield* qualifications.grant("patience", ada, 1)
      expect(yield* refusal(run, "ada")).toEqual(Option.none())
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("arrivals", () => {
  it.effect("1,000 at once never get one unit twice", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 500, task: { unitsPerAssignment: 2 } })
      const agents = yield* Agents
      const met = yield* Effect.forEach(
        Array.from({ length: 1_000 }, (_, n) => `worker-${n}`),
        (worker) => agents.register(run.id, { worker }),
        { concurrency: "unbounded" }
      )
      expect(new Set(met.map(({ unit }) => unit)).size).toBe(1_000)
      expect(new Set(met.map(({ id }) => id)).size).toBe(1_000)
      const units = yield* kit.unitsOf(run)
      expect(units.every(({ status }) => status === "assigned")).toBe(true)
      expect(yield* refusal(run, "late")).toEqual(Option.some({ _tag: "NothingLeft" }))
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("of 1,000 for 100 units, 100 get one each and 900 are told why not", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 100 })
      const met = yield* Effect.forEach(
        Array.from({ length: 1_000 }, (_, n) => `worker-${n}`),
        (worker) => refusal(run, worker),
        { concurrency: "unbounded" }
      )
      expect(met.filter(Option.isNone)).toHaveLength(100)
      expect((yield* kit.unitsOf(run)).filter(({ status }) => status === "assigned")).toHaveLength(100)
      expect((yield* (yield* TaskRuns).summary(run.id)).workers).toBe(100)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("under the crowd's own name are the same agent, until the worker has left", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const units = yield* Units
      const run = yield* kit.launched({ rows: 2 })
      const [unit] = yield* kit.unitsOf(run)
      if (unit === undefined) return yield* Effect.dieMessage("a run of two rows has a unit")
      const ada = { worker: "ada", unit: unit.id, agent: "a1" }
      const first = yield* agents.register(run.id, ada)
      expect(yield* agents.register(run.id, ada)).toEqual({ ...first, repeated: true })
      yield* agents.return(first.id)
      const second = yield* agents.register(run.id, ada)
      expect([second.unit, second.status]).toEqual([unit.id, "accepted"])
      expect(second.id).not.toBe(first.id)
      const done = yield* agents.submit({ agent: second.id, worker: second.worker, answers: {} })
      expect(yield* agents.register(run.id, ada)).toEqual({ ...done, repeated: true })
      const grace = yield* Effect.flip(agents.register(run.id, { ...ada, worker: "grace" }))
      expect(grace._tag).toBe("NotEligible")
      expect((yield* units.get(unit.id)).agent).toEqual(Option.some(second.id))
    }).pipe(Effect.provide(Mock.layer()))
  )
})
