/** A run as an entity of the cluster: one process has it, and conducts it. */
import * as ClusterSchema from "@effect/cluster/ClusterSchema"
import * as Entity from "@effect/cluster/Entity"
import * as Rpc from "@effect/rpc/Rpc"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Conductor from "../Conductor.js"
import { RunId } from "../Ids.js"
import { persisting } from "../internal/faults.js"
import { TaskRuns, type Undecided } from "../TaskRuns.js"
import type { Options } from "./options.js"
import type { Renewal } from "./renewal.js"
import * as timings from "./timings.js"

/** Persisted until the run is over: whoever gets the run's shard goes on with it, and an interruption is no answer. */
const Conduct = Rpc.make("Conduct", {
  payload: { run: RunId, generation: Schema.Int },
  primaryKey: ({ generation, run }) => `${run}/${generation}`
})
  .annotate(ClusterSchema.Persisted, true)
  .annotate(ClusterSchema.Uninterruptible, "server")

export const Run = Entity.make("Run", [Conduct])

/** How often this process is conducting each run just now: a run may come back before it has quite gone. */
export type Conducting = Ref.Ref<ReadonlyMap<RunId, number>>

export const makeConducting: Effect.Effect<Conducting> = Ref.make<ReadonlyMap<RunId, number>>(new Map())

const plus = (run: RunId, by: number) => (counts: ReadonlyMap<RunId, number>) => {
  const count = (counts.get(run) ?? 0) + by
  const others = [...counts].filter(([other]) => other !== run)
  return new Map(count > 0 ? [...others, [run, count] as const] : others)
}

const noting = <A, E, R>(conducting: Conducting, run: RunId, work: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Ref.update(conducting, plus(run, 1)),
    () => work,
    () => Ref.update(conducting, plus(run, -1))
  )

/** What is noted of the runs, and by what this process knows whether they still are its own. */
interface Ours {
  readonly conducting: Conducting
  readonly renewal: Renewal
}

/**
 * Conducts the run until it is over. What a fault leaves undone is tried again, for an answer would end it; a run that
 * has become undecided again meanwhile is left to the message that says so.
 */
const conduct = ({ conducting, renewal }: Ours, { every }: Options, { generation, run }: Undecided) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const { shardId } = yield* Entity.CurrentAddress
    const whileCurrent = Effect.flatMap(runs.generation(run), (current) =>
      current > generation
        ? Effect.void
        : Effect.asVoid(renewal.whileHeld(shardId, noting(conducting, run, Conductor.conduct(run, { every }))))
    ).pipe(Effect.catchTag("TaskRunNotFound", () => Effect.void))
    yield* persisting(whileCurrent, timings.pause, (fault) => Effect.logWarning(`${run}: ${fault}`))
  })

/** The runs that the cluster gives to this process, conducted. */
export const layer = (ours: Ours, options: Options) =>
  Run.toLayer(
    Effect.map(Effect.context<Conductor.Needs | Entity.CurrentAddress>(), (context) =>
      Run.of({ Conduct: ({ payload }) => Effect.provide(conduct(ours, options, payload), context) })
    )
  )
