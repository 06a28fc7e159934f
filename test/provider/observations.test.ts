import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Mock from "../../src/Mock.js"
import * as States from "../../src/States.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { type Unit, Units } from "../../src/Units.js"
import { failure, kit } from "../support/failures.js"

/** The crowd says this of the worker's work on the unit. Answers how many records changed. */
const says = (unit: Unit, workerName: string, status: States.RemoteAgentStatus) =>
  Effect.gen(function* () {
    const mock = yield* Mock.Mock
    const units = yield* Units
    const answers = Option.some({ by: workerName })
    const at = yield* DateTime.now
    yield* mock.setObservations([
      { _tag: "Agent", offer: unit.id, workerName, remoteAgent: workerName, status, answers, at }
    ])
    return yield* units.sync(unit.run)
  })

const arrives = (unit: Unit, worker: string) =>
  Effect.flatMap(Agents, (agents) => agents.register(unit.run, { worker, unit: unit.id, agent: worker }))

const one = Effect.gen(function* () {
  const run = yield* kit.launched()
  const [unit] = yield* kit.unitsOf(run)
  return unit === undefined ? yield* Effect.dieMessage("a run of one row has a unit") : { run, unit }
})

const agentsOf = (run: TaskRun) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const all = yield* Stream.runCollect(agents.list(run.id))
    return Object.fromEntries([...all].map(({ status, workerName }) => [workerName, status]))
  })

const holder = (unit: Unit) =>
  Effect.gen(function* () {
    const units = yield* Units
    const agents = yield* Agents
    const { agent, status } = yield* units.get(unit.id)
    return [status, Option.isNone(agent) ? null : (yield* agents.get(agent.value)).workerName]
  })

describe("what a crowd says", () => {
  it.effect("of a worker we never heard of makes the agent, with their answers", () =>
    Effect.gen(function* () {
      const { run, unit } = yield* one
      expect(yield* says(unit, "ada", "working")).toBe(1)
      expect(yield* holder(unit)).toEqual(["assigned", "ada"])
      expect(yield* says(unit, "ada", "submitted")).toBe(1)
      expect(yield* holder(unit)).toEqual(["completed", "ada"])
      const [agent] = yield* Stream.runCollect((yield* Agents).list(run.id))
      expect(agent?.answers).toEqual(Option.some({ by: "ada" }))
      expect(yield* says(unit, "ada", "submitted")).toBe(0)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that a unit is another's now means that the first has left it", () =>
    Effect.gen(function* () {
      const { run, unit } = yield* one
      yield* arrives(unit, "ada")
      yield* says(unit, "grace", "working")
      expect(yield* holder(unit)).toEqual(["assigned", "grace"])
      expect(yield* agentsOf(run)).toEqual({ ada: "returned", grace: "accepted" })
      yield* says(unit, "alan", "submitted")
      expect(yield* holder(unit)).toEqual(["completed", "alan"])
      expect(yield* agentsOf(run)).toEqual({ ada: "returned", grace: "returned", alan: "completed" })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that somebody submitted after the unit was taken back completes it all the same", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const { run, unit } = yield* one
      yield* units.expireAll(run.id)
      yield* says(unit, "ada", "submitted")
      expect(yield* holder(unit)).toEqual(["completed", "ada"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that somebody submitted whom we had given up counts, unless somebody else holds the unit", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { run, unit } = yield* one
      yield* arrives(unit, "ada")
      yield* TestClock.adjust("2 hours")
      yield* agents.endOverdue(run.id)
      yield* says(unit, "ada", "submitted")
      expect(yield* holder(unit)).toEqual(["completed", "ada"])
      const second = yield* one
      yield* arrives(second.unit, "ada")
      yield* TestClock.adjust("2 hours")
      yield* agents.endOverdue(second.run.id)
      yield* arrives(second.unit, "grace")
      yield* says(second.unit, "ada", "submitted")
      expect(yield* holder(second.unit)).toEqual(["assigned", "grace"])
      expect(yield* agentsOf(second.run)).toEqual({ ada: "completed", grace: "accepted" })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that it has decided is followed, and paid work is in the books", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const { run, unit } = yield* one
      yield* says(unit, "ada", "approved")
      expect(yield* holder(unit)).toEqual(["accepted", "ada"])
      expect(yield* agentsOf(run)).toEqual({ ada: "approved" })
      expect((yield* mock.state).balance.minor).toBe(1_000_000)
      const second = yield* one
      yield* says(second.unit, "ada", "rejected")
      expect(yield* holder(second.unit)).toEqual(["rejected", "ada"])
      yield* says(second.unit, "ada", "approved")
      expect(yield* holder(second.unit)).toEqual(["accepted", "ada"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("of units: those it has withdrawn are expired, but not from under a worker", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const units = yield* Units
      const run = yield* kit.launched({ rows: 2 })
      const [free, held] = yield* kit.unitsOf(run)
      if (free === undefined || held === undefined) return yield* Effect.dieMessage("two rows, two units")
      yield* arrives(held, "ada")
      yield* mock.setObservations(
        [free, held].map(({ id }) => ({ _tag: "Offer", offer: id, status: "withdrawn" }) as const)
      )
      expect(yield* units.sync(run.id)).toBe(1)
      expect(yield* holder(free)).toEqual(["expired", null])
      expect(yield* holder(held)).toEqual(["assigned", "ada"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("in a stream that breaks off is heard to the end all the same", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const units = yield* Units
      const { run } = yield* one
      yield* mock.script("observe", failure("Throttled"))
      expect(yield* kit.patient(units.sync(run.id))).toBe(0)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("of the past is a change of now, so that nobody who watches misses it", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const mock = yield* Mock.Mock
      const { run, unit } = yield* one
      const past = yield* DateTime.now
      yield* TestClock.adjust("1 hour")
      yield* says(unit, "ada", "working")
      const seen = yield* Effect.fork(
        units.changes(run.id).pipe(
          Stream.map(({ status }) => status),
          Stream.take(2),
          Stream.runCollect
        )
      )
      yield* TestClock.adjust("5 seconds")
      const observation = { offer: unit.id, workerName: "ada", remoteAgent: "ada", status: "submitted" } as const
      yield* mock.setObservations([{ _tag: "Agent", ...observation, answers: Option.some({}), at: past }])
      yield* units.sync(run.id)
      yield* TestClock.adjust("5 seconds")
      expect([...(yield* Fiber.join(seen))]).toEqual(["assigned", "completed"])
      const [agent] = yield* Stream.runCollect((yield* Agents).list(run.id))
      expect(agent?.submittedAt).toEqual(Option.some(past))
    }).pipe(Effect.provide(Mock.layer()))
  )

  const words = FastCheck.array(
    FastCheck.tuple(
      FastCheck.constantFrom("ada", "grace", "alan"),
      FastCheck.constantFrom(...States.RemoteAgentStatus.literals),
      FastCheck.boolean()
    ),
    { minLength: 1, maxLength: 12, size: "max" }
  )

  it.effect.prop(
    "a second time changes nothing, and a unit is assigned just as long as one open agent holds it",
    [words],
    ([words]) =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const { run, unit } = yield* one
        for (const [worker, status, arrive] of words) {
          if (arrive) yield* Effect.either(arrives(unit, worker))
          yield* says(unit, worker, status)
          expect(yield* says(unit, worker, status)).toBe(0)
          const all = [...(yield* Stream.runCollect(agents.list(run.id)))]
          const open = all.filter((agent) => States.isOpen(agent.status)).map(({ workerName }) => workerName)
          const [at, by] = yield* holder(unit)
          expect({ at, open }).toEqual({ at, open: at === "assigned" ? [by] : [] })
        }
      }).pipe(Effect.provide(Mock.layer())),
    { fastCheck: { numRuns: 60, seed: 42 }, timeout: 60_000 }
  )
})
