/** What a worker has done in a run. */
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import type { StoreError } from "../CrowdError.js"
import type { RunId, WorkerId } from "../Ids.js"
import { byId } from "../journal/payload.js"
import type { Money } from "../Money.js"
import { type AgentStatus, hasLeft } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import {
  type AgentCounts,
  countedTo,
  type Participation,
  type Progress,
  type Service,
  type Worker
} from "../Workers.js"
import { isBlocked } from "./blocks.js"
import { available, availableToNew } from "./eligibility.js"
import type * as Engine from "./engine.js"
import { medianTime } from "./medianTime.js"
import { standingId } from "./workerRegistry.js"

const workersPerPage = 25

type Standing = typeof tables.standings.schema.Type

/** How many agents of the worker are in each status. */
const agentsOf = ({ store }: Engine.Service, run: RunId, worker: WorkerId): Effect.Effect<AgentCounts, StoreError> => {
  const of = (status: AgentStatus) =>
    Effect.map(store.count(tables.agents, { run, status, worker }, "status"), (counts) => counts[status] ?? 0)
  return Effect.all({
    accepted: of("accepted"),
    in_task: of("in_task"),
    completed: of("completed"),
    approved: of("approved"),
    soft_rejected: of("soft_rejected"),
    rejected: of("rejected"),
    returned: of("returned"),
    expired: of("expired"),
    disconnected: of("disconnected")
  })
}

/** What the worker was paid on top in the run. */
const bonusesIn = (
  { store }: Engine.Service,
  { id, task }: TaskRun,
  worker: WorkerId
): Effect.Effect<Money, StoreError> =>
  Effect.map(store.sum(tables.payments, { run: Option.some(id), kind: "bonus", worker }, "amount"), (minor) => ({
    currency: task.reward.currency,
    minor
  }))

export const ofRun = (engine: Engine.Service): Service["ofRun"] => {
  const { run, store } = engine

  const participation = (
    found: TaskRun,
    { taken }: Standing,
    worker: Worker
  ): Effect.Effect<Participation, StoreError> =>
    Effect.gen(function* () {
      return {
        worker,
        taken,
        agents: yield* agentsOf(engine, found.id, worker.id),
        bonuses: yield* bonusesIn(engine, found, worker.id),
        medianTime: yield* medianTime(store, { run: found.id, worker: worker.id }),
        blocked: yield* isBlocked(engine, found.requester, worker.id)
      }
    })

  const page = (found: TaskRun, standings: ReadonlyArray<Standing>) =>
    Effect.gen(function* () {
      const ids = standings.map(({ worker }) => worker)
      const workers = byId(yield* store.getAll(tables.workers, ids))
      return yield* Effect.forEach(standings, (standing) =>
        Effect.transposeOption(
          Option.map(Option.fromNullable(workers.get(standing.worker)), (worker) =>
            participation(found, standing, worker)
          )
        )
      )
    })

  return (id, options) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const found = yield* run(id)
        const last = options?.after
        const after = last === undefined ? undefined : yield* store.get(tables.standings, standingId(id, last))
        return pages(store, tables.standings, {
          where: { run: id },
          after: after === undefined ? undefined : Option.getOrUndefined(after),
          limit: workersPerPage
        }).pipe(
          Stream.grouped(workersPerPage),
          Stream.mapEffect((standings) => page(found, Chunk.toReadonlyArray(standings))),
          Stream.mapConcat(Array.getSomes)
        )
      })
    )
}

/** How far the worker is in the run. */
export const progressIn = (
  engine: Engine.Service,
  run: TaskRun,
  { id: worker }: Pick<Worker, "id">,
  standing: Standing
): Effect.Effect<Progress, StoreError> =>
  Effect.gen(function* () {
    const { reward } = run.task
    const agents = yield* agentsOf(engine, run.id, worker)
    const bonuses = yield* bonusesIn(engine, run, worker)
    const paid = agents.approved + agents.soft_rejected
    const kept = Struct.entries(agents).reduce((sum, [status, n]) => sum + (hasLeft(status) ? 0 : n), 0)
    return {
      submitted: agents.completed + paid + agents.rejected,
      waiting: agents.completed,
      available: yield* available(engine, { run, standing, kept, atMost: countedTo }),
      earned: { ...reward, minor: paid * reward.minor + bonuses.minor },
      toCome: { ...reward, minor: agents.completed * reward.minor }
    }
  })

/** The same of somebody who is new. */
export const progressOfNew = (engine: Engine.Service, run: TaskRun): Effect.Effect<Progress, StoreError> => {
  const nothing = { ...run.task.reward, minor: 0 }
  const none = { submitted: 0, waiting: 0, earned: nothing, toCome: nothing }
  return Effect.map(availableToNew(engine, run, countedTo), (available) => ({ ...none, available }))
}
