/** What can be seen of a run: spans and debug logs. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents, Budget, Conductor, Crowd, Money, Qualifications, Requesters, Workers } from "../../src/index.js"
import * as Mock from "../../src/Mock.js"
import { batchOf } from "../bench/setup.js"
import { failure, kit } from "../support/failures.js"
import { keeping } from "../support/tracer.js"

/** Launch, submit, approve after a retry, bonus, one round. */
const aRun = Effect.gen(function* () {
  const agents = yield* Agents.Agents
  const mock = yield* Mock.Mock
  const { id: requester } = yield* (yield* Requesters.Requesters).register("secret lab", {})
  const run = yield* Crowd.launch(batchOf(2), { requester })
  const agent = yield* agents.register(run.id, { worker: "Ada Lovelace" })
  yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "my answer" } })
  yield* mock.script("approve", failure("Throttled"))
  const approving = yield* Effect.fork(agents.approve(agent.id, { feedback: "well done" }))
  yield* TestClock.adjust("10 seconds")
  yield* Fiber.join(approving)
  const bonus = { worker: agent.worker, unit: agent.unit, amount: Money.make(7), reason: "a good reason" }
  yield* (yield* Workers.Workers).bonus(bonus)
  yield* Effect.either(agents.reject(agent.id, "too late"))
  yield* Conductor.round(run.id)
  return yield* Stream.runCount(agents.list(run.id))
})

const said = ["secret lab", "Ada Lovelace", "my answer", "well done", "a good reason", "too late", "as scripted"]

describe("a tracer", () => {
  it.effect("sees a run as a tree: launch, submit, approve with a retry, bonus, round", () =>
    Effect.gen(function* () {
      const { tracer, tree } = yield* keeping
      yield* Effect.withTracer(aRun, tracer)
      expect(`\n${tree()}\n`).toMatchSnapshot()
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("sees ids and counts, never answers, names or what was said, failures neither", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* keeping
      yield* Effect.withTracer(aRun, tracer)
      expect(spans.length).toBeGreaterThan(10)
      const seen = spans.map(({ span }) => [span.name, [...span.attributes], span.status])
      const text = JSON.stringify(seen, (_, value) => (typeof value === "bigint" ? String(value) : value))
      expect(said.filter((word) => text.includes(word))).toEqual([])
      expect(spans.every(({ span }) => span.status._tag === "Ended")).toBe(true)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("sees the methods of capabilities that not every crowd has", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* keeping
      const requester = yield* kit.requester
      const budget = yield* Budget.Budget
      const qualifications = yield* Qualifications.Qualifications
      yield* Effect.withTracer(
        Effect.zipRight(budget.available(requester.id), qualifications.create("dutch", "Speaks Dutch")),
        tracer
      )
      expect(spans.map(({ span }) => span.name)).toEqual([
        "Budget.available",
        "Driver.budget.available",
        "Qualifications.create",
        "Driver.qualifications.create"
      ])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that is not provided costs no span", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const { agent } = yield* kit.completed()
      const within: Array<boolean> = []
      const look = Effect.map(Effect.option(Effect.currentSpan), (span) => {
        within.push(Option.isSome(span))
      })
      yield* mock.script("approve", look)
      yield* (yield* Agents.Agents).approve(agent.id)
      yield* mock.script("observe", look)
      yield* Conductor.round(agent.run)
      expect(within).toEqual([false, false])
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("debug logs", () => {
  it.effect("tell of each retry, look-up and recovery, without what anybody wrote", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => {
      lines.push(String(message))
    })
    return Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const { agent } = yield* kit.completed()
      yield* mock.script("approve", failure("Throttled"))
      yield* mock.script("approve", failure("Unavailable"), "after")
      yield* kit.patient((yield* Agents.Agents).approve(agent.id))
      yield* mock.script("observe", failure("Throttled"))
      yield* kit.patient(Conductor.round(agent.run))
      expect(lines).toEqual([
        "mock approve: 1 tried again after Throttled",
        "mock approve: 1 tried again after Unavailable",
        "mock approve: 1 may have happened or not: recovered",
        "mock call: Throttled, may be tried again"
      ])
    }).pipe(
      Effect.provide(Mock.layer()),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.Debug)
    )
  })
})
