/** Visits by the crowd's own names for them, where such a name stays with whom it came first. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import { InvalidProviderData, type StoreError } from "../CrowdError.js"
import type * as Ids from "../Ids.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type * as Engine from "./engine.js"
import type { Named } from "./workerRegistry.js"

type Visit = typeof tables.visits.schema.Type

const visitOf = ({ id: run }: TaskRun, worker: Ids.WorkerId, name: string): Visit => ({
  id: `${run}/${name}`,
  run,
  worker,
  agent: Option.none()
})

/**
 * The worker's visit, held until the transaction ends; made where it is new, and refused where it is somebody else's.
 */
export const enter = (
  { driver: { provider }, store }: Engine.Service,
  run: TaskRun,
  worker: Named,
  name: string
): Effect.Effect<Visit, InvalidProviderData | StoreError> =>
  Effect.gen(function* () {
    const made = visitOf(run, worker.id, name)
    yield* store.insert(tables.visits, [made])
    const visit = Option.getOrElse(yield* store.get(tables.visits, made.id), () => made)
    if (visit.worker === worker.id) return visit
    return yield* new InvalidProviderData({ provider, description: "this link is somebody else's", fault: "foreign" })
  })

/** By this name they are this agent from now on. */
export const be = (
  { store }: Engine.Service,
  run: TaskRun,
  name: string,
  agent: Pick<Agent, "id" | "worker">
): Effect.Effect<void, StoreError> =>
  store.put(tables.visits, [{ ...visitOf(run, agent.worker, name), agent: Option.some(agent.id) }])
