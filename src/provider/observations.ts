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
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Service, Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import * as excluding from "./excluding.js"
import { pay } from "./payments.js"
import { reseat, unitFor } from "./placing.js"
import { asked } from "./reviewOrders.js"
import { changeAgent } from "./transitions.js"
import * as registry from "./workerRegistry.js"

type OfAgent = Extract<Observation, { readonly _tag: "Agent" }>
type OfOffer = Extract<Observation, { readonly _tag: "Offer" }>
type UnitPatch = Store.Where<Unit>

const submits = (operation: States.AgentOperation): boolean => operation === "submit" || operation === "submitLate"

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
      const ours = Option.getOrUndefined(yield* asked(engine.store, current, operation))
      const patch = submits(operation)
        ? { answers }
        : ours === undefined
          ? {}
          : { feedback: ours.feedback, category: ours.category }
      const changed = yield* changeAgent(engine, current, ours?.operation ?? operation, at, patch)
      if (submits(operation)) yield* excluding.noteSubmission(engine, changed)
      if (operation === "approve" || operation === "overrideRejection") {
        const unit = yield* engine.store.get(tables.units, changed.unit)
        yield* pay(
          engine,
          run,
          changed,
          Option.getOrElse(unit, () => ({ offerSize: 1 })),
          at
        )
      }
      return changed
    })
  )

/** Where nobody is at work any more on a unit that was taken back, it is not waited for longer than the crowd says. */
const shorterLease = (unit: Unit, { wait }: Pick<OfOffer, "wait">, now: DateTime.Utc): Option.Option<UnitPatch> => {
  if (unit.status !== "expired" || wait === undefined) return Option.none()
  const end = DateTime.addDuration(now, wait)
  const isLonger = Option.exists(unit.leaseUntil, DateTime.greaterThan(end))
  return isLonger ? Option.some({ leaseUntil: Option.some(end) }) : Option.none()
}

const statusPatch = (unit: Unit, { status }: Pick<OfOffer, "status">): Option.Option<UnitPatch> =>
  States.reconcileUnit(unit.status, status).pipe(
    Option.flatMap((operation) => States.nextUnit(unit.status, operation)),
    Option.map((status) => (status === "expired" ? { status, offeredUntil: Option.none() } : { status }))
  )

const observeUnit = (engine: Engine.Service, unit: Unit, seen: Pick<OfOffer, "status" | "wait">) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const patch = Option.orElse(statusPatch(unit, seen), () => shorterLease(unit, seen, now))
    if (Option.isNone(patch)) return 0
    yield* engine.store.update(tables.units, { ids: [unit.id], set: { ...patch.value, updatedAt: now } })
    return 1
  })

/** Who held the unit until now has left it: the crowd has given it on. */
const relieve = (engine: Engine.Service, unit: Unit, at: DateTime.Utc) =>
  Effect.gen(function* () {
    const held = yield* engine.store.getAll(tables.agents, Option.toArray(unit.agent))
    const open = held.filter(({ status }) => States.isOpen(status))
    yield* Effect.forEach(open, (agent) => changeAgent(engine, agent, "return", at), { discard: true })
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
    return Option.some(
      yield* registry.take(engine, {
        id,
        run,
        unit,
        worker,
        standing,
        remoteId,
        details: Option.none(),
        now: acceptedAt
      })
    )
  })

const observeAgent = (engine: Engine.Service, run: TaskRun, seen: OfAgent) =>
  Effect.gen(function* () {
    const worker = yield* registry.workerNamed(engine, seen.workerName)
    const known =
      worker === undefined ? Option.none<Agent>() : yield* registry.agentAt(engine, run, worker, seen.remoteAgent)
    const action = States.reconcileAgent(
      Option.map(known, ({ status }) => status),
      seen.status
    )
    if (!action.register && action.operations.length === 0) return 0
    const agent = action.register
      ? Option.flatten(
          yield* Effect.transposeMapOption(yield* unitFor(engine, run, seen, worker?.id), (unit) =>
            meet(engine, run, unit, seen)
          )
        )
      : action.operations.some(submits)
        ? yield* Effect.transposeMapOption(known, (agent) => reseat(engine, run, agent))
        : known
    if (Option.isNone(agent)) return 0
    yield* follow(engine, run, agent.value, action.operations, seen.answers, seen.at)
    return 1
  }).pipe(Effect.catchTag("InvalidTransition", () => Effect.succeed(0)))

/** What becomes of the units of the offer. */
const observeOffer = (engine: Engine.Service, run: TaskRun, seen: OfOffer) =>
  Stream.runSum(
    Stream.mapEffect(
      pages(engine.store, tables.units, { where: { run: run.id, remoteId: Option.some(seen.offer) } }),
      (unit) => observeUnit(engine, unit, seen)
    )
  )

/** Brings our records in step with one observation, in one transaction. Answers how many records changed. */
const apply = (engine: Engine.Service, run: TaskRun, observation: Observation): Effect.Effect<number, StoreError> =>
  engine.store.transaction(
    observation._tag === "Offer" ? observeOffer(engine, run, observation) : observeAgent(engine, run, observation)
  )

/** Asks the crowd of all there is of a run, and tells it who has done all they may. Answers how many records changed. */
export const sync = (engine: Engine.Service): Service["sync"] => {
  const exclude = excluding.make(engine)
  return (id) =>
    Effect.flatMap(engine.run(id), (run) =>
      engine.driver.observe(run).pipe(
        Stream.mapEffect((observation) => apply(engine, run, observation)),
        Stream.runSum,
        Effect.zipLeft(exclude(run))
      )
    )
}

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
        const decisions = operations.some(submits) ? [] : operations
        const run = yield* Effect.catchTag(engine.run(agent.run), "TaskRunNotFound", Effect.die)
        const followed = yield* follow(engine, run, agent, decisions, Option.none(), yield* DateTime.now)
        return followed.status
      })
    )
    .pipe(Effect.catchTag("InvalidTransition", () => Effect.map(engine.agent(id), ({ status }) => status)))

/** Follows what the crowd says of a unit's offer. Answers the unit's status after that. */
export const unitStatus = (
  engine: Engine.Service,
  unit: Unit,
  remote: States.RemoteOfferStatus
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
