import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent, Details } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import * as Ids from "../Ids.js"
import { hasLeft, isOpen } from "../States.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type { Worker } from "../Workers.js"
import type * as Engine from "./engine.js"

type Standing = typeof tables.standings.schema.Type

/** Of the engine, what it takes to tell workers by their names. */
interface Directory extends Pick<Engine.Service, "store" | "workersByName"> {
  readonly driver: Pick<Engine.Service["driver"], "provider">
}

/** A worker, as far as a unit is given to them. */
export type Named = Pick<Worker, "id" | "name">

export const workerNamed = (
  { driver, store }: Directory,
  name: string
): Effect.Effect<Worker | undefined, StoreError> =>
  Effect.map(store.page(tables.workers, { where: { provider: driver.provider, name }, limit: 1 }), (rows) => rows[0])

/** The worker this crowd calls `name`; made where it is new. */
export const enrol = (engine: Directory, name: string): Effect.Effect<Named, StoreError> =>
  Effect.gen(function* () {
    const remembered = engine.workersByName.get(name)
    if (remembered !== undefined) return { id: remembered, name }
    const known = yield* workerNamed(engine, name)
    if (known !== undefined) return known
    const made: Worker = {
      id: yield* Ids.workerId,
      provider: engine.driver.provider,
      name,
      firstSeenAt: yield* DateTime.now
    }
    yield* engine.store.insert(tables.workers, [made])
    return (yield* workerNamed(engine, name)) ?? made
  })

/** The id of a worker's standing in a run. */
export const standingId = (run: Ids.RunId, worker: Ids.WorkerId): string => `${run}/${worker}`

/** Of a worker who has not been here. */
const noStanding = (run: Ids.RunId, worker: Ids.WorkerId): Standing => ({
  id: standingId(run, worker),
  run,
  worker,
  taken: 0,
  shown: 0,
  place: -1,
  agent: Option.none(),
  toExclude: Option.none()
})

/** The worker's standing in the run, only looked at. */
export const seeStanding = (
  { store }: Engine.Service,
  run: Ids.RunId,
  worker: Ids.WorkerId
): Effect.Effect<Standing, StoreError> =>
  Effect.map(
    store.get(tables.standings, standingId(run, worker)),
    Option.getOrElse(() => noStanding(run, worker))
  )

/** The worker's standing in the run, held until the transaction ends. */
export const standingOf = (
  { store }: Engine.Service,
  run: TaskRun,
  worker: Named
): Effect.Effect<Standing, StoreError> =>
  Effect.gen(function* () {
    const made = noStanding(run.id, worker.id)
    const known = yield* store.get(tables.standings, made.id)
    if (Option.isSome(known)) return known.value
    yield* store.insert(tables.standings, [made])
    return Option.getOrElse(yield* store.get(tables.standings, made.id), () => made)
  })

/** More units than a row has. */
const unitsInRow = 1_000

/** Whether the worker holds or has handed in a unit of the assignment. */
export const keeps = (
  { store }: Engine.Service,
  worker: Ids.WorkerId,
  assignment: Ids.AssignmentId
): Effect.Effect<boolean, StoreError> =>
  Effect.map(
    store.page(tables.agentOutlines, { where: { worker, assignment }, reverse: true, limit: 100 }),
    Arr.some(({ status }) => !hasLeft(status))
  )

/** Whether the worker has had a unit of the assignment, whatever became of it. */
export const hasHad = (
  { store }: Engine.Service,
  worker: Ids.WorkerId,
  assignment: Ids.AssignmentId
): Effect.Effect<boolean, StoreError> =>
  Effect.map(
    store.page(tables.agentOutlines, { where: { worker, assignment }, limit: 1 }),
    (before) => before.length > 0
  )

interface Taking {
  readonly id: Ids.AgentId
  readonly run: TaskRun
  readonly unit: Unit
  readonly worker: Named
  readonly standing: Standing
  readonly remoteId: Option.Option<string>
  readonly details: Option.Option<Details>
  readonly now: DateTime.Utc
}

/** Writes down that the worker has taken the unit. */
export const take = (engine: Engine.Service, options: Taking): Effect.Effect<Agent, StoreError> => {
  const { id, run, standing, unit, worker } = options
  const agent = accepted(options)
  return Effect.gen(function* () {
    const isLimited = Option.isSome(run.task.maxUnitsPerWorker)
    const isNew = isLimited && !(yield* hasHad(engine, worker.id, unit.assignment))
    const shown = standing.shown + (isNew ? 1 : 0)
    yield* engine.store.insert(tables.agents, [agent])
    yield* engine.store.put(tables.standings, [
      { ...standing, taken: standing.taken + 1, shown, place: unit.place, agent: Option.some(id) }
    ])
    return agent
  })
}

const accepted = (taking: Taking): Agent => {
  const { now, run, unit, worker } = taking
  return {
    id: taking.id,
    run: run.id,
    unit: unit.id,
    assignment: unit.assignment,
    worker: worker.id,
    workerName: worker.name,
    status: "accepted",
    remoteId: taking.remoteId,
    details: taking.details,
    answers: Option.none(),
    outcome: Option.none(),
    feedback: Option.none(),
    category: Option.none(),
    acceptedAt: now,
    deadline: DateTime.addDuration(now, run.task.duration),
    submittedAt: Option.none(),
    decidedAt: Option.none(),
    leftAt: Option.none(),
    doneAt: Option.none()
  }
}

const agentsAt = ({ store }: Engine.Service, run: TaskRun, remoteAgent: string) =>
  store.page(tables.agents, {
    where: { run: run.id, remoteId: Option.some(remoteAgent) },
    reverse: true,
    limit: 100
  })

/** The agent under the crowd's own name, as far as it is this worker's. */
export const agentAt = (
  engine: Engine.Service,
  run: TaskRun,
  worker: Named,
  remoteAgent: string
): Effect.Effect<Option.Option<Agent>, StoreError> =>
  Effect.map(agentsAt(engine, run, remoteAgent), (rows) =>
    Option.fromNullable(rows.find((row) => row.worker === worker.id))
  )

/** Open agents of others under the crowd's own name; inside a transaction they stay as they are. */
export const othersAt = (
  engine: Engine.Service,
  run: TaskRun,
  worker: Named,
  remoteAgent: string
): Effect.Effect<ReadonlyArray<Agent>, StoreError> =>
  Effect.gen(function* () {
    const isOther = (agent: Agent) => agent.worker !== worker.id && isOpen(agent.status)
    const others = (yield* agentsAt(engine, run, remoteAgent)).filter(isOther)
    const current = yield* engine.store.getAll(
      tables.agents,
      others.map(({ id }) => id)
    )
    return current.filter(isOther)
  })

/** Units that the crowd has in the offer: all of them where it holds one, or a row's. */
export const unitsAt = (
  { store }: Pick<Engine.Service, "store">,
  run: Pick<TaskRun, "id">,
  offer: string,
  limit = unitsInRow
): Effect.Effect<ReadonlyArray<Unit>, StoreError> =>
  store.page(tables.units, { where: { run: run.id, remoteId: Option.some(offer) }, limit })
