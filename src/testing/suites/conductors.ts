/** The engine that gives each run one owner may err, and a process that was given up may wake: neither does harm. */
import { describe, expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Order from "effect/Order"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestServices from "effect/TestServices"
import { PCGRandom } from "effect/Utils"
import { type Agent, Agents } from "../../Agents.js"
import * as Conductor from "../../Conductor.js"
import type { RunId, Token } from "../../Ids.js"
import { type IntentState, Journal } from "../../Journal.js"
import type { Core } from "../../Provider.js"
import { type TaskRun, TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import { Workers } from "../../Workers.js"
import type { Suite } from "../Suite.js"
import { type Kit, make } from "./kit.js"
import { stuttering } from "./stuttering.js"
import { step } from "./timeLimit.js"

/** The processes of a run, of which each conducts it. */
type Processes = Arr.NonEmptyReadonlyArray<Context.Context<Core>>

const rows = 7

/** By when a process is killed at the latest, in milliseconds of real time. */
const killedBy = 30

/** How often somebody asks for what has to be done in the end. */
const attempts = 5

const campaign = <R>(kit: Kit<Core | R>, seed: number, processes: Processes) => {
  const random = new PCGRandom(seed)
  const { harness } = kit
  const isReal = harness.clock === "real"
  const duration = isReal ? Duration.hours(1) : Duration.max(kit.shortest, "1 minute")
  const every = isReal ? "100 millis" : "20 seconds"

  /** Has one of the processes do it, whichever chance has. */
  const somewhere = <A, E, R2>(effect: Effect.Effect<A, E, R2>) =>
    Effect.suspend(() => Effect.provide(effect, processes[random.integer(processes.length)] ?? processes[0]))

  /** Begins it in a process that is killed. */
  const cutOff = <A, E, R2>(effect: Effect.Effect<A, E, R2>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(somewhere(effect))
      yield* TestServices.provideLive(Effect.sleep(random.integer(killedBy)))
      yield* Fiber.interrupt(fiber)
    })

  /** What nobody here can know, a person looks up at the crowd. */
  const lookedUp = (run: RunId) =>
    Effect.gen(function* () {
      const journal = yield* Journal
      for (const { id } of yield* Stream.runCollect(journal.list("uncertain", run))) {
        const times = yield* harness.timesDone?.(id) ?? Effect.succeed(1)
        yield* Effect.ignore(journal.resolve(id, times > 0 ? "happened" : "did_not_happen"))
      }
    })

  /** Asks until it is done. */
  const done = <A, E, R2>(run: TaskRun, effect: Effect.Effect<A, E, R2>) =>
    kit.patient(somewhere(effect)).pipe(
      Effect.tapError(() => lookedUp(run.id)),
      Effect.retry({ times: attempts })
    )

  const conduct = ({ id }: TaskRun) =>
    Effect.forEach(processes, (process) => {
      const conducted = Conductor.conduct(id, { approve: true, every })
      return Effect.fork(stuttering(random.integer(2 ** 31))(Effect.provide(conducted, process)))
    })

  const submitted = (agent: Agent) =>
    Effect.gen(function* () {
      const own = Effect.flatMap(Agents, (agents) =>
        agents.submit({ agent: agent.id, worker: agent.worker, answers: { answer: "yes" } })
      )
      yield* step("Harness.submit")(somewhere(harness.submit?.(agent, { answer: "yes" }) ?? own))
    })

  /** Three hand in their work, one gives it back and, where that takes no real time, one lets their time run out. */
  const labour = (run: TaskRun) =>
    Effect.gen(function* () {
      const come = somewhere(kit.accepted(run))
      yield* submitted(yield* come)
      yield* kit.givenBack(yield* come)
      yield* submitted(yield* come)
      if (!isReal) yield* come
      const last = yield* come
      yield* submitted(last)
      const isApproved = Effect.map(
        Effect.flatMap(Agents, (agents) => agents.get(last.id)),
        ({ status }) => status === "approved"
      )
      yield* kit.patient(Effect.repeat(isApproved, { until: (approved) => approved, schedule: Schedule.spaced(every) }))
      return last
    })

  return Effect.gen(function* () {
    const launched = (run: TaskRun, limit?: number) =>
      Effect.flatMap(Units, (units) => Stream.runDrain(units.launch(run.id, { limit })))
    const run = yield* kit.opened({ rows, task: { duration } })
    yield* cutOff(launched(run, rows - 2))
    const conductors = yield* conduct(run)
    yield* done(run, launched(run))
    const { unit, worker } = yield* labour(run)
    const bonus = Effect.flatMap(Workers, (workers) =>
      workers.bonus({ worker, unit, amount: kit.reward, reason: "thorough" })
    )
    yield* cutOff(bonus)
    yield* done(run, bonus)
    yield* done(
      run,
      Effect.flatMap(Units, (units) => units.expireAll(run.id))
    )
    const ends = yield* kit.patient(Effect.forEach(conductors, Fiber.join))
    return { run, ends }
  })
}

/** What has become of a run, whoever conducted it. */
const outcome = <R>({ harness }: Kit<Core | R>, { id }: TaskRun) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const listed = (state: IntentState) => Effect.map(Stream.runCollect(journal.list(state, id)), Arr.fromIterable)
    const { cost, units, workers } = yield* Effect.flatMap(TaskRuns, (runs) => runs.summary(id))
    const agents = yield* Effect.flatMap(Agents, (agents) => Stream.runCollect(agents.list(id)))
    const isOnce = (token: Token) => Effect.map(harness.timesDone?.(token) ?? Effect.succeed(1), (times) => times === 1)
    return {
      cost,
      units,
      workers,
      agents: Arr.sort(
        Arr.map([...agents], ({ status }) => status),
        Order.string
      ),
      unsettled: [...(yield* listed("pending")), ...(yield* listed("uncertain"))],
      notOnce: yield* Effect.filter(yield* listed("done"), (intent) => isOnce(intent.id), { negate: true })
    }
  })

export const conductors: Suite<never> = {
  run: (test, harness) => {
    const { another, seeds = [1, 2, 3] } = harness
    if (another === undefined) return
    const kit = make(harness)

    /** A campaign that each of the processes conducts: how the run ended, and what each conductor says of that. */
    const conductedBy = (seed: number, processes: Processes) =>
      Effect.gen(function* () {
        const { ends, run } = yield* campaign(kit, seed, processes)
        const { units } = yield* Effect.flatMap(TaskRuns, (runs) => runs.summary(run.id))
        expect(ends.map((end) => end.units)).toEqual(processes.map(() => units))
        return yield* outcome(kit, run)
      })

    describe("Conductor", () => {
      for (const seed of seeds) {
        test(`MUST come to the same end with two conductors on one run, interleaved at random, as with one: seed ${seed}`, () =>
          Effect.gen(function* () {
            const own = yield* Effect.context<Core>()
            const alone = yield* conductedBy(seed, [own])
            expect(alone).toMatchObject({ unsettled: [], notOnce: [] })
            expect(yield* conductedBy(seed, [own, yield* another])).toEqual(alone)
          }).pipe(Effect.scoped))
      }
    })
  }
}
