import type { Vitest } from "@effect/vitest"
import { expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import { type Agent, Agents, type Answers } from "../../Agents.js"
import * as Ids from "../../Ids.js"
import * as Money from "../../Money.js"
import { Provider } from "../../Provider.js"
import { Requesters } from "../../Requesters.js"
import type { AgentStatus } from "../../States.js"
import { type OpenOptions, type Task, type TaskRun, TaskRuns, taskDefaults } from "../../TaskRuns.js"
import { type Unit, Units } from "../../Units.js"
import type { Harness } from "../Harness.js"
import { step } from "./timeLimit.js"

/** Registers one test a sentence. */
export type Test<R> = Vitest.Test<R>

/** Options of a run the suites open. */
export interface RunOptions {
  readonly rows?: number
  readonly name?: string
  readonly task?: Partial<Task>
}

const looks = 200

/** Soon for a crowd that is quick, and rarely for one that takes seconds to tell. */
const beforeLook = (nth: number): Duration.Duration => Duration.millis(Math.min(100 * 2 ** nth, 1000))

/** In milliseconds. */
const shortestStep = 200

/** Moves the clock to where the next sleep ends: by the shortest step at least, by so much at the most. */
const adjustToNext = (most: number) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const sleeps = yield* TestClock.sleeps()
    if (Chunk.isEmpty(sleeps)) return
    const next = Chunk.reduce(sleeps, now + most, (first, at) => Math.min(first, at))
    yield* TestClock.setTime(Math.max(now + shortestStep, next))
  })

/** What every suite uses, made from the harness. */
export const make = <R>(harness: Harness<R>) => {
  const isReal = harness.clock === "real"
  const reward = Money.make(5, harness.currency ?? Money.USD)

  /** Lets this much time pass. */
  const pass = (time: Duration.DurationInput) => (isReal ? Effect.sleep(time) : TestClock.adjust(time))

  /** Runs what may have to wait, for a retry or a lease. */
  const patient = <A, E, R2>(effect: Effect.Effect<A, E, R2>): Effect.Effect<A, E, R2> =>
    isReal
      ? effect
      : Effect.gen(function* () {
          const fiber = yield* Effect.fork(effect)
          // Steps grow, so that what works outside the clock has some real time before its own runs out.
          for (let step = shortestStep; Option.isNone(yield* Fiber.poll(fiber)); step *= 2) {
            yield* TestServices.provideLive(Effect.sleep("5 millis"))
            yield* adjustToNext(step)
          }
          return yield* Fiber.join(fiber)
        })

  /** A name nothing else in the Store has. */
  const unique = (name: string) => Effect.flatMap(Ids.Ids, (ids) => Effect.map(ids.next, (id) => `${name}-${id}`))

  const requester = Effect.gen(function* () {
    const requesters = yield* Requesters
    return yield* requesters.register(yield* unique("requester"), harness.registerArgs ?? {})
  })

  const openOptions = (options: RunOptions = {}) =>
    Effect.gen(function* () {
      const paying = yield* requester
      const open: OpenOptions = {
        requester: paying.id,
        name: options.name ?? (yield* unique("batch")),
        digest: "digest",
        template: "<p>${n}</p>",
        task: {
          ...taskDefaults,
          title: "Conformance",
          reward,
          duration: Duration.hours(1),
          maxUnitsPerWorker: Option.none(),
          ...options.task
        }
      }
      return open
    })

  /** A run with its rows, not launched. */
  const opened = (options: RunOptions = {}) =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const run = yield* runs.open(yield* openOptions(options))
      const ready = yield* runs.setup(run.id)
      yield* runs.addRows(
        run.id,
        0,
        Arr.makeBy(options.rows ?? 1, (n) => ({ n: String(n) }))
      )
      return ready
    })

  /** A run whose units are all on offer. */
  const launched = (options: RunOptions = {}) =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* opened(options)
      yield* Stream.runDrain(units.launch(run.id))
      return run
    })

  const worker = unique("worker")

  /** A worker, new where none is named, accepts a unit of the run. */
  const accepted = (run: TaskRun, name?: string) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const arriving = name ?? (yield* worker)
      const data = yield* step("Harness.arrive")(harness.arrive(arriving, run))
      const { repeated: _, ...agent } = yield* agents.register(run.id, data)
      return agent
    })

  /** Syncs and looks until the agent is as wanted. Fails with what it waited for when it has looked often enough. */
  const eventually = (agent: Agent, wanted: AgentStatus) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const units = yield* Units
      const look = agents.get(agent.id)
      let found = yield* look
      for (let n = 0; n < looks && found.status !== wanted; n++) {
        yield* units.sync(agent.run)
        yield* pass(beforeLook(n))
        found = yield* look
      }
      if (found.status === wanted) return found
      const message = `waited for ${agent.id} to be ${wanted}: after ${looks} syncs it is ${found.status}`
      return yield* new Cause.TimeoutException(message)
    }).pipe(step(`Units.sync until ${agent.id} is ${wanted}`))

  const submitted = (agent: Agent, answers: Answers = { answer: "yes" }) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const own = agents.submit({ agent: agent.id, worker: agent.worker, answers })
      yield* step("Harness.submit")(harness.submit?.(agent, answers) ?? own)
      return yield* eventually(agent, "completed")
    })

  /** A run of one unit, and the agent that has completed it. */
  const completed = (options: RunOptions = {}) =>
    Effect.gen(function* () {
      const run = yield* launched(options)
      return { run, agent: yield* submitted(yield* accepted(run)) }
    })

  const givenBack = (agent: Agent) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      yield* step("Harness.giveBack")(harness.giveBack?.(agent) ?? agents.return(agent.id))
      return yield* eventually(agent, "returned")
    })

  /** Rejects in these words, with what else the crowd wants to know. */
  const rejected = (agent: Ids.AgentId, words: string) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { feedback = {} } = yield* Provider
      const [category] = feedback.categories ?? []
      return yield* agents.reject(agent, words.padEnd(feedback.minLength ?? 0, "."), { category })
    })

  const unitsOf = (run: TaskRun): Effect.Effect<ReadonlyArray<Unit>, unknown, Units> =>
    Effect.flatMap(Units, (units) => Effect.map(Stream.runCollect(units.list(run.id)), Arr.fromIterable))

  return {
    harness,
    reward,
    shortest: Duration.decode(harness.shortest ?? "1 second"),
    pass,
    patient,
    unique,
    requester,
    openOptions,
    opened,
    launched,
    worker,
    accepted,
    eventually,
    submitted,
    completed,
    givenBack,
    rejected,
    unitsOf
  }
}

/** The unit that stands in the journal for the order this one is launched with. */
export const launchSubject = ({ id, launchedWith }: Unit): Ids.UnitId => Option.getOrElse(launchedWith, () => id)

/** What a suite is given. */
export interface Kit<R> extends ReturnType<typeof make<R>> {}

/** Fails the test unless the effect fails with an error of this tag; answers the error. */
export const refusal = <A, E extends { readonly _tag: string }, R, const Tag extends E["_tag"]>(
  effect: Effect.Effect<A, E, R>,
  tag: Tag
): Effect.Effect<Extract<E, { readonly _tag: Tag }>, unknown, R> =>
  Effect.flatMap(Effect.either(effect), (answer) => {
    expect(Either.isLeft(answer) ? answer.left._tag : "no failure").toBe(tag)
    const isWanted = (error: E): error is Extract<E, { readonly _tag: Tag }> => error._tag === tag
    return Either.isLeft(answer) && isWanted(answer.left)
      ? Effect.succeed(answer.left)
      : Effect.dieMessage(`expected ${tag}`)
  })
