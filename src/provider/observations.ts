import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Agent, Answers } from "../Agents.js"
import type { AgentNotFound, InvalidTransition, StoreError } from "../CrowdError.js"
import type { Observation } from "../Driver.js"
import * as Ids from "../Ids.js"
import * as States from "../States.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Service, Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { pay } from "./payments.js"
import { asked } from "./reviewOrders.js"
import { changeAgent } from "./transitions.js"
import * as registry from "./workerRegistry.js"

type OfAgent = Extract<Observation, { readonly _tag: "Agent" }>
type OfUnit = Extract<Observation, { readonly _tag: "Unit" }>
type UnitPatch = Store.Where<Unit>

/**
 * Follows the crowd through the table; a crowd that went a way we have no transition for changes nothing. Of a decision
 * that we asked for, it says less than we meant: what it approved may be a soft rejection.
 */
const follow = (
  engine: Engine.Service,
  run: TaskRun,
  agent: Agent,
  operations: ReadonlyArray<States.AgentOperation>,
  answers: Option.Option<Answers>,
  at: DateTime.Utc
): Effect.Effect<Agent, InvalidTransition | StoreError> =>
  Effect.reduce(operations, agent, (current, operation) =>
    Effect.gen(function* () {
      const submits = operation === "submit" || operation === "submitLate"
      const ours = Option.getOrUndefined(yield* asked(engine.store, current, operation))
      const patch = submits
        ? { answers }
        : ours === undefined
          ? {}
          : { feedback: ours.feedback, category: ours.category }
      const changed = yield* changeAgent(engine.store, current, ours?.operation ?? operation, at, patch)
      if (operation === "approve" || operation === "overrideRejection") yield* pay(engine, run, changed, at)
      return changed
    })
  )

/** Where nobody is at work any more on a unit that was taken back, it is not waited for longer than the crowd says. */
const shorterLease = (unit: Unit, { wait }: Pick<OfUnit, "wait">, now: DateTime.Utc): Option.Option<UnitPatch> => {
  if (unit.status !== "expired" || wait === undefined) return Option.none()
  const end = DateTime.addDuration(now, wait)
  const isLonger = Option.exists(unit.leaseUntil, DateTime.greaterThan(end))
  return isLonger ? Option.some({ leaseUntil: Option.some(end) }) : Option.none()
}

const statusPatch = (unit: Unit, { status }: Pick<OfUnit, "status">): Option.Option<UnitPatch> =>
  States.reconcileUnit(unit.status, status).pipe(
    Option.flatMap((operation) => States.nextUnit(unit.status, operation)),
    Option.map((status) => (status === "expired" ? { status, offeredUntil: Option.none() } : { status }))
  )

const observeUnit = (engine: Engine.Service, unit: Unit, seen: Pick<OfUnit, "status" | "wait">) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const patch = Option.orElse(statusPatch(unit, seen), () => shorterLease(unit, seen, now))
    if (Option.isNone(patch)) return 0
    yield* engine.store.update(tables.units, { ids: [unit.id], set: { ...patch.value, updatedAt: now } })
    return 1
  })

/** Who held the unit until now has left it: the crowd has given it on. */
const relieve = ({ store }: Engine.Service, unit: Unit, at: DateTime.Utc) =>
  Effect.gen(function* () {
    const held = yield* store.getAll(tables.agents, Option.toArray(unit.agent))
    const open = held.filter(({ status }) => States.isOpen(status))
    yield* Effect.forEach(open, (agent) => changeAgent(store, agent, "return", at), { discard: true })
  })

/**
 * Makes the agent the crowd speaks of; what the crowd has given away is given away, eligible or not. None if they only
 * work on what is not on offer any more: they are met when they submit.
 */
const meet = (engine: Engine.Service, run: TaskRun, unit: Unit, seen: OfAgent) =>
  Effect.gen(function* () {
    const worker = yield* registry.enrol(engine, seen.workerName)
    const id = yield* Ids.agentId
    const acceptedAt = seen.acceptedAt ?? seen.at
    yield* relieve(engine, unit, seen.at)
    const assigned = yield* engine.store.update(tables.units, {
      ids: [unit.id],
      when: { status: States.unitSources("assign") },
      set: {
        status: "assigned",
        agent: Option.some(id),
        leaseUntil: Option.some(DateTime.addDuration(acceptedAt, run.task.duration)),
        updatedAt: yield* DateTime.now
      }
    })
    if (assigned.length === 0 && seen.status === "working") return Option.none()
    const standing = yield* registry.standingOf(engine, run, worker)
    const remoteId = Option.some(seen.remoteAgent)
    return Option.some(yield* registry.take(engine, { id, run, unit, worker, standing, remoteId, now: acceptedAt }))
  })

const observeAgent = (engine: Engine.Service, run: TaskRun, unit: Unit, seen: OfAgent) =>
  Effect.gen(function* () {
    const worker = yield* registry.workerNamed(engine, seen.workerName)
    const known =
      worker === undefined ? Option.none<Agent>() : yield* registry.agentAt(engine, run, worker, seen.remoteAgent)
    const action = States.reconcileAgent(
      Option.map(known, ({ status }) => status),
      seen.status
    )
    if (!action.register && action.operations.length === 0) return 0
    const agent = action.register ? yield* meet(engine, run, unit, seen) : known
    if (Option.isNone(agent)) return 0
    yield* follow(engine, run, agent.value, action.operations, seen.answers, seen.at)
    return 1
  }).pipe(Effect.catchTag("InvalidTransition", () => Effect.succeed(0)))

/** Brings our records in step with one observation, in one transaction. Answers how many records changed. */
const apply = (engine: Engine.Service, run: TaskRun, observation: Observation): Effect.Effect<number, StoreError> =>
  engine.store.transaction(
    Effect.gen(function* () {
      const unit = yield* registry.unitAt(engine, run, observation.remoteUnit)
      if (Option.isNone(unit)) return 0
      return observation._tag === "Unit"
        ? yield* observeUnit(engine, unit.value, observation)
        : yield* observeAgent(engine, run, unit.value, observation)
    })
  )

/** Asks the crowd of all there is of a run. Answers how many records changed. */
export const sync =
  (engine: Engine.Service): Service["sync"] =>
  (id) =>
    Effect.flatMap(engine.run(id), (run) =>
      engine.driver.observe(run).pipe(
        Stream.mapEffect((observation) => apply(engine, run, observation)),
        Stream.runSum
      )
    )

/** Follows what the crowd says of one agent. Answers the status after that. */
export const agentStatus = (
  engine: Engine.Service,
  id: Ids.AgentId,
  remote: States.RemoteAgentStatus
): Effect.Effect<States.AgentStatus, AgentNotFound | StoreError> =>
  engine.store
    .transaction(
      Effect.gen(function* () {
        const agent = yield* engine.agent(id)
        const { operations } = States.reconcileAgent(Option.some(agent.status), remote)
        // Answers come only with an observation of the run, so a submission is left to `sync`.
        const decisions = operations.some((operation) => operation === "submit" || operation === "submitLate")
          ? []
          : operations
        const run = yield* Effect.catchTag(engine.run(agent.run), "TaskRunNotFound", Effect.die)
        const followed = yield* follow(engine, run, agent, decisions, Option.none(), yield* DateTime.now)
        return followed.status
      })
    )
    .pipe(Effect.catchTag("InvalidTransition", () => Effect.map(engine.agent(id), ({ status }) => status)))

/** Follows what the crowd says of one unit. Answers the status after that. */
export const unitStatus = (
  engine: Engine.Service,
  unit: Unit,
  remote: States.RemoteUnitStatus
): Effect.Effect<States.UnitStatus, StoreError> =>
  engine.store.transaction(
    Effect.gen(function* () {
      const current = Option.getOrElse(yield* engine.store.get(tables.units, unit.id), () => unit)
      yield* observeUnit(engine, current, { status: remote })
      return Option.match(yield* engine.store.get(tables.units, unit.id), {
        onNone: () => current.status,
        onSome: ({ status }) => status
      })
    })
  )
