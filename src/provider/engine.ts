import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Agent } from "../Agents.js"
import {
  AgentNotFound,
  RequesterNotFound,
  type StoreError,
  TaskRunNotFound,
  UnitNotFound,
  WorkerNotFound
} from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import type { RunId, WorkerId } from "../Ids.js"
import { type BoundedMap, boundedMap } from "../internal/boundedMap.js"
import * as journal from "../journal/journal.js"
import { missing } from "../journal/payload.js"
import type { Requester } from "../Requesters.js"
import * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type { Worker } from "../Workers.js"

/** What the capabilities of one provider share. */
export interface Service {
  readonly driver: Driver
  readonly store: Store.Service
  readonly journal: journal.Internal
  /** An element at once, and whenever there may be more to do; none where that comes about unseen. */
  readonly changes: Option.Option<Stream.Stream<void>>
  /** The ids of workers who are surely in the store. */
  readonly workersByName: BoundedMap<WorkerId>
  /** The run is read again: it has changed. */
  readonly forget: (id: RunId) => Effect.Effect<void>
  readonly run: (id: string) => Effect.Effect<TaskRun, TaskRunNotFound | StoreError>
  readonly unit: (id: string) => Effect.Effect<Unit, UnitNotFound | StoreError>
  readonly agent: (id: string) => Effect.Effect<Agent, AgentNotFound | StoreError>
  readonly worker: (id: string) => Effect.Effect<Worker, WorkerNotFound | StoreError>
  readonly requester: (id: string) => Effect.Effect<Requester, RequesterNotFound | StoreError>
}

export class Engine extends Context.Tag("effect-crowd/provider/Engine")<Engine, Service>() {}

const orFail = <A, E, E2>(effect: Effect.Effect<Option.Option<A>, E>, error: () => E2): Effect.Effect<A, E | E2> =>
  Effect.flatMap(effect, Option.match({ onNone: () => Effect.fail(error()), onSome: Effect.succeed }))

export const make = (driver: Driver): Effect.Effect<Service, never, Store.Store> =>
  Effect.map(Store.Store, (store) => {
    const runs = boundedMap<TaskRun>(64)

    /** Several providers may share a store; what is another's is not there. */
    const ours = <A extends { readonly provider: string }, E>(found: Effect.Effect<Option.Option<A>, E>) =>
      Effect.map(
        found,
        Option.filter(({ provider }) => provider === driver.provider)
      )

    /** But for its digest a run never changes once it is set up, so it is read once. */
    const run: Service["run"] = (id) => {
      const known = runs.get(id)
      if (known !== undefined) return Effect.succeed(known)
      return Effect.tap(
        orFail(ours(store.get(tables.runs, id)), () => new TaskRunNotFound({ run: id })),
        (run) => Effect.sync(() => Option.isSome(run.setup) && runs.set(id, run))
      )
    }

    return {
      driver,
      store,
      journal: journal.make(store, driver, run),
      changes: Option.zipWith(store.writes, Option.fromNullable(driver.news), (writes, news) =>
        Stream.merge(writes, news)
      ),
      workersByName: boundedMap(10_000),
      forget: (id) => Effect.sync(() => runs.remove(id)),
      run,
      unit: (id) => orFail(store.get(tables.units, id), () => new UnitNotFound({ unit: id })),
      agent: (id) => orFail(store.get(tables.agents, id), () => new AgentNotFound({ agent: id })),
      worker: (id) => orFail(ours(store.get(tables.workers, id)), () => new WorkerNotFound({ worker: id })),
      requester: (id) => orFail(ours(store.get(tables.requesters, id)), () => new RequesterNotFound({ requester: id }))
    }
  })

/** The run that a row of ours names. */
export const runOf = ({ run }: Pick<Service, "run">, id: RunId): Effect.Effect<TaskRun, StoreError> =>
  Effect.catchTag(run(id), "TaskRunNotFound", () => missing(id))
