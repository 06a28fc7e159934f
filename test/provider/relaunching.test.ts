/** Launching again what brought no answer. */
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Conductor from "../../src/Conductor.js"
import * as Crowd from "../../src/Crowd.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { layerMemory } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import { type TaskRun, TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import * as sqlite from "../support/sqlite.js"

const task = { lifetime: Duration.hours(10) }

const statuses = (run: TaskRun) => Effect.map(kit.unitsOf(run), (units) => units.map(({ status }) => status))

const sent = Effect.flatMap(Mock.Mock, ({ calls }) =>
  Effect.map(calls, (all) => all.filter(({ method }) => method === "launch").flatMap(({ tokens }) => tokens))
)

/** A run of three rows: the first is rejected, the second accepted, the third expired. */
const mixed = Effect.gen(function* () {
  const agents = yield* Agents
  const run = yield* kit.launched({ rows: 3, task })
  const first = yield* kit.submitted(yield* kit.accepted(run, "ada"))
  const second = yield* kit.submitted(yield* kit.accepted(run, "grace"))
  yield* agents.reject(first.id, "no")
  yield* agents.approve(second.id)
  yield* TestClock.adjust("10 hours")
  yield* Conductor.round(run.id)
  expect(yield* statuses(run)).toEqual(["rejected", "accepted", "expired"])
  return { run, first }
})

describe("a relaunch", () => {
  it.effect("gives every row that lacks accepted answers a new unit, with a lifetime of its own, once", () =>
    Effect.gen(function* () {
      const { run } = yield* mixed
      expect(yield* (yield* TaskRuns).lacking(run.id)).toEqual({ rows: 2, units: 2 })
      expect(yield* Crowd.relaunch(run.id)).toMatchObject({ rows: 2, units: 2, total: Money.make(10) })
      expect(yield* statuses(run)).toEqual(["rejected", "accepted", "expired", "launched", "launched"])
      const units = yield* kit.unitsOf(run)
      expect(units.slice(3).map(({ index, replaces }) => [index, replaces])).toEqual([
        [1, Option.fromNullable(units[0]?.id)],
        [1, Option.fromNullable(units[2]?.id)]
      ])
      yield* TestClock.adjust("9 hours")
      yield* Conductor.round(run.id)
      expect(yield* Crowd.relaunch(run.id)).toMatchObject({ rows: 0, units: 0 })
      expect(yield* sent).toHaveLength(5)
      expect((yield* statuses(run)).slice(3)).toEqual(["launched", "launched"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is narrowed to what expired, to what was rejected, or to one agent's unit", () =>
    Effect.gen(function* () {
      const { first, run } = yield* mixed
      const runs = yield* TaskRuns
      expect(yield* runs.lacking(run.id, { only: ["rejected"] })).toEqual({ rows: 1, units: 1 })
      expect(yield* runs.lacking(run.id, { only: ["expired"], agent: first.id })).toEqual({ rows: 0, units: 0 })
      yield* Crowd.relaunch(run.id, { agent: first.id })
      expect(yield* runs.lacking(run.id)).toEqual({ rows: 1, units: 1 })
      yield* Crowd.relaunch(run.id, { only: ["expired"] })
      yield* Crowd.relaunch(run.id, { only: ["expired"] })
      expect(yield* runs.lacking(run.id)).toEqual({ rows: 0, units: 0 })
      expect(yield* sent).toHaveLength(5)
      const other = yield* kit.launched()
      expect(yield* Effect.flip(Crowd.relaunch(other.id, { agent: first.id }))).toMatchObject({ _tag: "AgentNotFound" })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("does not give a worker a row they did before", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { run } = yield* mixed
      yield* Crowd.relaunch(run.id, { only: ["rejected"] })
      expect(yield* Effect.flip(agents.register(run.id, { worker: "ada" }))).toMatchObject({
        reason: { _tag: "AlreadyWorked" }
      })
      yield* kit.accepted(run, "grace")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that the balance does not pay for makes and sends nothing", () =>
    Effect.gen(function* () {
      const { run } = yield* mixed
      yield* (yield* Mock.Mock).setBalance(Money.make(9))
      expect(yield* Effect.flip(Crowd.relaunch(run.id))).toMatchObject({
        _tag: "InsufficientFunds",
        launch: { sent: 3, toSend: 2, affordable: 1 }
      })
      expect(yield* kit.unitsOf(run)).toHaveLength(3)
    }).pipe(Effect.provide(Mock.layer()))
  )

  const steps = FastCheck.array(
    FastCheck.constantFrom(
      "arrive",
      "accept",
      "reject",
      "softReject",
      "expire",
      "expireOne",
      "relaunch",
      "relaunchExpired"
    ),
    { minLength: 5, maxLength: 40 }
  )

  it.effect.prop(
    "never leaves more than unitsPerAssignment accepted or open in a row, and a repeat makes nothing",
    [steps],
    ([steps]) =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const units = yield* Units
        const runs = yield* TaskRuns
        const run = yield* kit.launched({ rows: 2, task: { ...task, unitsPerAssignment: 2 } })
        const undecided = Effect.map(Stream.runCollect(agents.list(run.id)), (all) =>
          [...all].find(({ status }) => status === "completed")
        )
        const decide = (
          act: (id: NonNullable<Effect.Effect.Success<typeof undecided>>["id"]) => Effect.Effect<unknown, unknown>
        ) => Effect.flatMap(undecided, (agent) => (agent === undefined ? Effect.void : Effect.orDie(act(agent.id))))
        for (const [n, step] of steps.entries()) {
          if (step === "arrive") {
            const arrived = yield* Effect.option(kit.accepted(run, `worker ${n}`))
            if (Option.isSome(arrived)) yield* kit.submitted(arrived.value)
          } else if (step === "accept") yield* decide((id) => agents.approve(id))
          else if (step === "reject") yield* decide((id) => agents.reject(id, "no"))
          else if (step === "softReject") yield* decide((id) => agents.softReject(id))
          else if (step === "expire") yield* units.expireAll(run.id)
          else if (step === "expireOne") {
            const [open] = (yield* kit.unitsOf(run)).filter(({ status }) => status === "launched")
            if (open !== undefined) yield* units.expire(open.id)
          } else {
            const options = step === "relaunch" ? {} : { only: ["expired"] as const }
            const wanted = yield* runs.lacking(run.id, options)
            expect(yield* runs.relaunch(run.id, options)).toBe(wanted.units)
            expect(yield* runs.relaunch(run.id, options)).toBe(0)
            yield* Crowd.relaunch(run.id, options)
            if (step === "relaunch") expect(yield* runs.lacking(run.id)).toEqual({ rows: 0, units: 0 })
          }
          const all = yield* kit.unitsOf(run)
          for (const assignment of new Set(all.map(({ assignment }) => assignment))) {
            const open = all.filter(
              (unit) =>
                unit.assignment === assignment &&
                ["created", "launched", "assigned", "completed", "accepted"].includes(unit.status)
            )
            expect(open.length).toBeLessThanOrEqual(2)
            if (step === "relaunch") expect(open.length).toBe(2)
          }
        }
      }).pipe(Effect.provide(Mock.layer())),
    { fastCheck: { numRuns: 25, seed: 7 }, timeout: 60_000 }
  )
})

describe.each([
  ["memory", Layer.provideMerge(Mock.layerStore(), layerMemory)],
  ["a SQLite file", Layer.provideMerge(Mock.layerStore(), sqlite.layer())]
] as const)("a relaunch over %s", (_, layer) => {
  it.effect("that was cut off after its units were made sends those, and no others", () =>
    Effect.gen(function* () {
      const { run } = yield* mixed
      const runs = yield* TaskRuns
      yield* runs.addRows(run.id, 3, [{ n: "not launched" }])
      expect(yield* runs.relaunch(run.id)).toBe(2)
      expect(yield* Crowd.relaunch(run.id)).toMatchObject({ rows: 0, units: 2 })
      expect(yield* sent).toHaveLength(5)
      expect((yield* statuses(run)).filter((status) => status === "created")).toHaveLength(1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("makes each unit once when two do it at once", () =>
    Effect.gen(function* () {
      const { run } = yield* mixed
      yield* Effect.all([Crowd.relaunch(run.id), Crowd.relaunch(run.id)], { concurrency: 2 })
      expect(yield* kit.unitsOf(run)).toHaveLength(5)
      expect(new Set(yield* sent).size).toBe(5)
    }).pipe(Effect.provide(layer))
  )
})

describe("a process that ends while it relaunches", () => {
  /** What a process does with the crowd over this file. */
  const over = <A, E>(filename: string, work: Effect.Effect<A, E, Mock.Provides | Scope.Scope>) =>
    Effect.scoped(Effect.provide(work, Layer.provide(Mock.layerStore(), SqliteStore.layer({ filename }))))

  it.scoped("leaves units to the next one, which sends each once", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "crowd.db")
      const run = yield* over(
        filename,
        Effect.gen(function* () {
          const { run } = yield* mixed
          const reached = yield* Deferred.make<void>()
          yield* (yield* Mock.Mock).script(
            "launch",
            Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
          )
          const cut = yield* Effect.fork(Crowd.relaunch(run.id))
          yield* Deferred.await(reached)
          yield* Fiber.interrupt(cut)
          expect((yield* statuses(run)).slice(3)).toEqual(["created", "created"])
          return run
        })
      )
      const next = Effect.gen(function* () {
        yield* Crowd.relaunch(run.id)
        expect(yield* (yield* TaskRuns).lacking(run.id)).toEqual({ rows: 0, units: 0 })
        return { sent: yield* sent, statuses: (yield* statuses(run)).slice(3) }
      })
      const told = yield* over(filename, next)
      expect(told.statuses).toEqual(["launched", "launched"])
      expect(new Set(told.sent).size).toBe(2)
      expect(yield* over(filename, next)).toEqual({ sent: [], statuses: ["launched", "launched"] })
    })
  )
})
