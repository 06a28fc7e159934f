import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Conductor from "../../src/Conductor.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { kit } from "../support/failures.js"

const answer = { _tag: "Answer", answers: { answer: "yes" } } as const

/** Lets the workers work on a run until it is over; answers how each submission was received, and the agents. */
const campaign = (options: Parameters<typeof kit.launched>[0], work: Mock.WorkOptions) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const run = yield* kit.launched(options)
    const received = yield* Ref.make<ReadonlyArray<string>>([])
    const crowd = yield* Effect.fork(
      Mock.work(run.id, {
        ...work,
        onAnswer: (_, one) =>
          Ref.update(received, (all) => [...all, Either.match(one, { onLeft: ({ _tag }) => _tag, onRight: (s) => s })])
      })
    )
    const loop = yield* Effect.fork(Conductor.conduct(run.id, { approve: true }))
    yield* TestClock.adjust("15 minutes")
    yield* Fiber.join(crowd)
    const summary = yield* Fiber.join(loop)
    return {
      run,
      summary,
      received: yield* received.get,
      agents: [...(yield* Stream.runCollect(agents.list(run.id)))]
    }
  })

const tally = (all: ReadonlyArray<string>) =>
  Object.fromEntries([...new Set(all)].sort().map((one) => [one, all.filter((other) => other === one).length]))

describe("the scripted workers", () => {
  it.effect("answer every unit, and are paid", () =>
    Effect.gen(function* () {
      const { received, summary } = yield* campaign({ rows: 20, task: { unitsPerAssignment: 3 } }, {})
      expect(tally(received)).toEqual({ completed: 60 })
      expect(summary.units).toMatchObject({ accepted: 60 })
      expect(summary.cost).toMatchObject({ rewards: 300, total: 300 })
      expect((yield* (yield* Mock.Mock).state).balance.minor).toBe(1_000_000 - 300)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("see the row they work on, and how many units they have had", () =>
    Effect.gen(function* () {
      const seen: Array<readonly [string | undefined, number]> = []
      yield* campaign(
        { rows: 3 },
        {
          workers: 1,
          behave: ({ inputs, nth }) => {
            seen.push([inputs.n, nth])
            return answer
          }
        }
      )
      expect(seen).toEqual([
        ["0", 0],
        ["1", 1],
        ["2", 2]
      ])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("take their time", () =>
    Effect.gen(function* () {
      const { summary } = yield* campaign({ rows: 4 }, { behave: () => ({ ...answer, after: "90 seconds" }) })
      expect(summary.medianTime).toEqual(Option.some(90_000))
      expect(summary.hourlyWage).toEqual(Option.some(200))
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("return a unit, which goes to another", () =>
    Effect.gen(function* () {
      const { agents, summary } = yield* campaign(
        { rows: 5 },
        { behave: ({ agent, nth }) => (agent.workerName === "worker-1" && nth === 0 ? { _tag: "Return" } : answer) }
      )
      expect(summary.units).toMatchObject({ accepted: 5 })
      expect(tally(agents.map(({ status }) => status))).toEqual({ approved: 5, returned: 1 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("let the time run out, and the unit is launched again", () =>
    Effect.gen(function* () {
      const { agents, summary } = yield* campaign(
        { rows: 5, task: { duration: Duration.minutes(1) } },
        { behave: ({ agent, nth }) => (agent.workerName === "worker-1" && nth === 0 ? { _tag: "TimeOut" } : answer) }
      )
      expect(summary.units).toMatchObject({ accepted: 5 })
      expect(tally(agents.map(({ status }) => status))).toEqual({ approved: 5, expired: 1 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("submit twice: the first submission stands", () =>
    Effect.gen(function* () {
      const { agents, received, summary } = yield* campaign(
        { rows: 3 },
        { behave: () => ({ _tag: "SubmitTwice", answers: { answer: 1 }, again: { answer: 2 } }) }
      )
      expect(tally(received)).toEqual({ completed: 3, AlreadySubmitted: 3 })
      expect(agents.map(({ answers }) => answers)).toEqual(Array(3).fill(Option.some({ answer: 1 })))
      expect(summary.cost.rewards).toBe(15)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("submit after expiry: refused, and somebody else does the unit", () =>
    Effect.gen(function* () {
      const { agents, received, summary } = yield* campaign(
        { rows: 3, task: { duration: Duration.minutes(1) } },
        {
          behave: ({ agent, nth }) =>
            agent.workerName === "worker-1" && nth === 0 ? { _tag: "SubmitLate", answers: { answer: 0 } } : answer
        }
      )
      expect(tally(received)).toEqual({ completed: 3, InvalidTransition: 1 })
      expect(agents.filter(({ status }) => status === "approved").map(({ answers }) => answers)).toEqual(
        Array(3).fill(Option.some({ answer: "yes" }))
      )
      expect(summary.units).toMatchObject({ accepted: 3 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("submit in the name of somebody else's unit: refused, and nothing of theirs is touched", () =>
    Effect.gen(function* () {
      const { agents, received, summary } = yield* campaign(
        { rows: 6 },
        {
          workers: 2,
          behave: ({ agent, nth }) =>
            agent.workerName === "worker-1" && nth < 2
              ? { _tag: "SubmitForeign", answers: { answer: "stolen" }, after: "10 seconds" }
              : { ...answer, after: "1 minute" }
        }
      )
      expect(tally(received)).toEqual({ NotYourAgent: 2, completed: 6 })
      expect(JSON.stringify(agents)).not.toContain("stolen")
      expect(summary.units).toMatchObject({ accepted: 6 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("make room for others when they have done all they may", () =>
    Effect.gen(function* () {
      const { agents, summary } = yield* campaign(
        { rows: 9, task: { maxUnitsPerWorker: Option.some(2) } },
        { workers: 1 }
      )
      expect(summary.workers).toBe(5)
      expect(Math.max(...Object.values(tally(agents.map(({ worker }) => worker))))).toBe(2)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("make room for others when they have worked on every assignment that is left", () =>
    Effect.gen(function* () {
      const { summary } = yield* campaign({ rows: 2, task: { unitsPerAssignment: 4 } }, { workers: 1 })
      expect(summary.units).toMatchObject({ accepted: 8 })
      expect(summary.workers).toBe(4)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("go when they lack what the task asks for", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const run = yield* kit.launched({
        task: { qualifications: [{ name: "dutch", comparator: "exists", value: 1 }] }
      })
      yield* Mock.work(run.id)
      expect((yield* runs.summary(run.id)).units).toMatchObject({ launched: 1 })
    }).pipe(Effect.provide(Mock.layer()))
  )
})
