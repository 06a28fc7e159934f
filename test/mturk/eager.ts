/** Eager workers: each takes whatever the service shows them, again and again, until it shows or we let them no more. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents, TaskRuns, Units } from "../../src/index.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Marketplace } from "../mturk-server/support.js"
import { layer } from "./market.js"
import { launched } from "./wire.js"

export interface Options {
  readonly rows: number
  readonly units: number
  readonly workers: number
  readonly limit?: number | undefined
  /** Whether they come to pages of ours, which can turn them away; inside HITs, nobody can. */
  readonly hosted: boolean
  /** How many units one worker takes between two syncs, at the most. */
  readonly between: number
}

export interface Proof {
  /** HITs of the run, and units handed in. */
  readonly hits: number
  readonly submitted: number
  /** How often one worker has handed in two units of one row. */
  readonly twice: number
  /** How many units the most eager has handed in. */
  readonly most: number
  readonly rewards: number
}

const Setup = Schema.Struct({ hitType: Schema.String })

/** Whether there was one more for the worker. */
const takeOne = (worker: string, run: TaskRun, hitType: string, { hosted }: Options) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    const agents = yield* Agents.Agents
    const held = yield* Effect.either(market.accept(worker, hitType))
    if (Either.isLeft(held)) return false
    const answers = { label: "good" }
    if (hosted) {
      const { assignmentId, hitId, workerId } = held.right
      const agent = yield* Effect.either(agents.register(run.id, { assignmentId, hitId, workerId }))
      if (Either.isLeft(agent)) {
        yield* market.giveBack(held.right)
        return false
      }
      yield* agents.submit({ agent: agent.right.id, worker: agent.right.worker, answers })
    }
    yield* market.submit(held.right, answers)
    return true
  })

/** All take what they can; answers whether anybody got something. */
const round = (run: TaskRun, hitType: string, options: Options) =>
  Effect.map(
    Effect.forEach(
      Array.from({ length: options.workers }, (_, n) => `w${n}`),
      (worker) =>
        Effect.iterate(
          { taken: 0, goesOn: true },
          {
            while: ({ goesOn, taken }) => goesOn && taken < options.between,
            body: ({ taken }) =>
              Effect.map(takeOne(worker, run, hitType, options), (took) => ({
                taken: taken + (took ? 1 : 0),
                goesOn: took
              }))
          }
        ),
      { concurrency: "unbounded" }
    ),
    (all) => all.some(({ taken }) => taken > 0)
  )

const countBy = (keys: ReadonlyArray<string>): ReadonlyArray<number> => [
  ...keys.reduce((counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1), new Map<string, number>()).values()
]

/** Until nobody can take any more; then all of it is approved. */
const hired = (options: Options) =>
  Effect.gen(function* () {
    const units = yield* Units.Units
    const agents = yield* Agents.Agents
    const { run, units: all } = yield* launched(options.rows, {
      unitsPerAssignment: options.units,
      maxUnitsPerWorker: Option.fromNullable(options.limit)
    })
    const { hitType } = yield* Schema.decodeUnknown(Setup)(Option.getOrNull(run.setup))
    while (yield* round(run, hitType, options)) yield* units.sync(run.id)
    yield* units.sync(run.id)
    yield* Stream.runDrain(agents.approveAll(run.id))
    const work = [...(yield* Stream.runCollect(agents.list(run.id)))].filter(({ status }) => status === "approved")
    const { cost } = yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.summary(run.id))
    return {
      hits: new Set(all.map(({ remoteId }) => Option.getOrNull(remoteId))).size,
      submitted: work.length,
      twice: countBy(work.map(({ assignment, worker }) => `${assignment}/${worker}`)).filter((n) => n > 1).length,
      most: Math.max(0, ...countBy(work.map(({ worker }) => worker))),
      rewards: cost.rewards
    }
  })

export const hire = (options: Options): Effect.Effect<Proof, unknown> =>
  hired(options).pipe(
    Effect.provide(
      layer({
        client: options.hosted ? { host: "http://127.0.0.1/task" } : {},
        service: { balance: 100_000_000 }
      })
    )
  )
