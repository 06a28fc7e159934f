/** What a worker has done in a run. */
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { RunId, WorkerId } from "../Ids.js"
import type { AgentStatus } from "../States.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Participation, Service, Worker } from "../Workers.js"
import { isBlocked } from "./eligibility.js"
import type * as Engine from "./engine.js"
import { medianTime } from "./medianTime.js"
import { pages } from "./pages.js"
import { byId } from "./payload.js"

const workersPerPage = 25

type Standing = typeof tables.standings.schema.Type

export const ofRun = (engine: Engine.Service): Service["ofRun"] => {
  const { run, store } = engine

  const agentsOf = (id: RunId, worker: WorkerId): Effect.Effect<Participation["agents"], StoreError> => {
    const of = (status: AgentStatus) =>
      Effect.map(store.count(tables.agents, { run: id, status, worker }, "status"), (counts) => counts[status] ?? 0)
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

  const participation = (
    found: TaskRun,
    { taken }: Standing,
    worker: Worker
  ): Effect.Effect<Participation, StoreError> =>
    Effect.gen(function* () {
      const agents = yield* agentsOf(found.id, worker.id)
      const paid = { run: Option.some(found.id), kind: "bonus", worker: worker.id } as const
      const bonuses = yield* store.sum(tables.payments, paid, "amount")
      return {
        worker,
        taken,
        agents,
        bonuses: { currency: found.task.reward.currency, minor: bonuses },
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
        const after = last === undefined ? undefined : yield* store.get(tables.standings, `${id}/${last}`)
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
