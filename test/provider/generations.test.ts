/** Whatever makes a decided run undecided again raises its generation, so that somebody conducts it again. */
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents } from "../../src/Agents.js"
import * as Conductor from "../../src/Conductor.js"
import * as Mock from "../../src/Mock.js"
import * as Store from "../../src/Store.js"
import { type TaskRun, TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import { make } from "../support/offersCrowd.js"

const operations = [
  "addRows",
  "launch",
  "arrive",
  "submit",
  "return",
  "approve",
  "override",
  "softReject",
  "reject",
  "workLate",
  "expireAll",
  "relaunch",
  "pass"
] as const

interface Step {
  readonly operation: (typeof operations)[number]
  readonly nth: number
}

const steps: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.array(
  FastCheck.record({
    operation: FastCheck.constantFrom(...operations, "arrive" as const, "submit" as const, "approve" as const),
    nth: FastCheck.nat(1_000)
  }),
  { minLength: 10, maxLength: 30, size: "max" }
)

const agentsOf = (run: TaskRun) =>
  Effect.map(
    Effect.flatMap(Agents, (agents) => Stream.runCollect(agents.list(run.id))),
    (agents): ReadonlyArray<Agent> => [...agents]
  )

/** What is done to whatever agent is the nth; most of the time it is refused. */
const onAgent = (run: TaskRun, { nth, operation }: Step) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const all = yield* agentsOf(run)
    const agent = all[nth % Math.max(1, all.length)]
    if (agent === undefined) return
    switch (operation) {
      case "submit":
        return yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { by: agent.id } })
      case "return":
        return yield* agents.return(agent.id)
      case "approve":
        return yield* agents.approve(agent.id)
      case "override":
        return yield* agents.approve(agent.id, { overrideRejection: true })
      case "softReject":
        return yield* agents.softReject(agent.id)
      case "reject":
        return yield* agents.reject(agent.id, "no")
      default:
        return
    }
  })

/** The crowd took work on what is not on offer any more. */
const workLate = (crowd: ReturnType<typeof make>, run: TaskRun, nth: number) =>
  Effect.gen(function* () {
    const at = yield* DateTime.now
    const by = `late-${nth}`
    const answers = Option.some({ by })
    const seen = { _tag: "Agent", workerName: by, remoteAgent: by, status: "submitted", answers, at } as const
    crowd.says.push({ ...seen, offer: `offer-${nth % Math.max(1, crowd.places.size)}` })
    yield* (yield* Units).sync(run.id)
  })

const take = (crowd: ReturnType<typeof make>, run: TaskRun, step: Step) =>
  Effect.gen(function* () {
    const [agents, runs, units] = [yield* Agents, yield* TaskRuns, yield* Units]
    switch (step.operation) {
      case "addRows":
        return yield* runs.addRows(run.id, yield* runs.rows(run.id), [{ n: String(step.nth) }])
      case "launch":
        return yield* Stream.runDrain(units.launch(run.id, { limit: step.nth % 3 }))
      case "arrive": {
        const worker = `worker-${step.nth}`
        return yield* Effect.asVoid(agents.register(run.id, { worker, work: worker }))
      }
      case "workLate":
        return yield* workLate(crowd, run, step.nth)
      case "expireAll":
        return yield* Effect.asVoid(units.expireAll(run.id))
      case "relaunch":
        return yield* Effect.asVoid(runs.relaunch(run.id))
      case "pass":
        yield* TestClock.adjust(`${step.nth % 90} minutes`)
        return yield* Effect.asVoid(agents.endOverdue(run.id))
      default:
        return yield* Effect.asVoid(onAgent(run, step))
    }
  })

const look = (run: TaskRun) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const isDecided = Conductor.isDecided({ units: yield* runs.counts(run.id) })
    return { isDecided, generation: yield* runs.generation(run.id) }
  })

const isUndecided = (run: TaskRun) =>
  Effect.flatMap(TaskRuns, ({ undecided }) =>
    Effect.map(Stream.runCollect(undecided), (all) => [...all].find((one) => one.run === run.id))
  )

/** Each step by which a decided run became undecided. */
const reopened = new Set<Step["operation"]>()

const walk = (crowd: ReturnType<typeof make>, steps: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    const run = yield* kit.launched({ rows: 1 })
    let before = yield* look(run)
    for (const step of steps) {
      yield* Effect.either(take(crowd, run, step))
      const after = yield* look(run)
      expect(after.generation).toBeGreaterThanOrEqual(before.generation)
      if (before.isDecided && !after.isDecided) {
        reopened.add(step.operation)
        expect(after.generation, `after ${step.operation}`).toBeGreaterThan(before.generation)
      }
      const listed = yield* isUndecided(run)
      if (!after.isDecided) expect(listed).toEqual({ run: run.id, generation: after.generation })
      before = after
    }
  })

describe("a run that becomes undecided again", () => {
  it.effect.prop(
    "is of a higher generation: on the Mock",
    [steps],
    ([steps]) => walk(make({ offers: { holds: "row" } }), steps).pipe(Effect.provide(Mock.layer())),
    { fastCheck: { numRuns: 6, seed: 7 } }
  )

  it.effect.prop(
    "is of a higher generation: on a crowd that takes work late, and offers rejected work again",
    [steps],
    ([steps]) => {
      const crowd = make({ offers: { holds: "row", rejected: "offered" } })
      return Effect.provide(walk(crowd, steps), crowd.layer)
    },
    { fastCheck: { numRuns: 6, seed: 7 } }
  )

  afterAll(() => {
    expect([...reopened].sort()).toEqual(["addRows", "relaunch", "workLate"])
  })

  it.effect("is not looked for while it is decided, and nobody is at work on it", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched({ rows: 2 })
      expect(yield* isUndecided(run)).toEqual({ run: run.id, generation: 1 })
      yield* units.expireAll(run.id)
      expect(yield* isUndecided(run)).toBeUndefined()
      yield* (yield* TaskRuns).relaunch(run.id)
      expect(yield* isUndecided(run)).toEqual({ run: run.id, generation: 2 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is looked for, and none of another provider of the same store", () => {
    const [mine, theirs] = [make({ offers: { holds: "row" } }), Mock.layerStore()]
    return Effect.gen(function* () {
      const run = yield* Effect.provide(kit.launched({ rows: 1 }), mine.over)
      expect(yield* Effect.provide(isUndecided(run), mine.over)).toBeDefined()
      expect(yield* Effect.provide(isUndecided(run), theirs)).toBeUndefined()
    }).pipe(Effect.provide(Store.layerMemory))
  })
})
