import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent, AgentOutline } from "../Agents.js"
import { InvalidTransition, type StoreError } from "../CrowdError.js"
import * as States from "../States.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { Unit } from "../Units.js"

type AgentPatch = Store.Where<Agent>

const stamp = (operation: States.AgentOperation, now: DateTime.Utc): AgentPatch => {
  switch (operation) {
    case "submit":
    case "submitLate":
      return { submittedAt: Option.some(now) }
    case "return":
    case "timeOut":
      return { leftAt: Option.some(now) }
    case "approve":
    case "overrideRejection":
    case "softReject":
    case "reject":
      return { decidedAt: Option.some(now) }
    default:
      return {}
  }
}

const unitPatch = (
  operation: States.UnitOperation,
  to: States.UnitStatus,
  agent: AgentOutline,
  now: DateTime.Utc
): Store.Where<Unit> => {
  const left = operation === "release" || operation === "lapse"
  return {
    status: to,
    updatedAt: now,
    leaseUntil: Option.none(),
    ...(operation === "release" ? {} : { offeredUntil: Option.none() }),
    agent: left ? Option.none() : Option.some(agent.id)
  }
}

/** What the change means for a unit that is the agent's, or that nobody holds and they have completed all the same. */
const impliedFor = (
  unit: Unit,
  agent: AgentOutline,
  operation: States.AgentOperation
): Option.Option<States.UnitOperation> =>
  Option.flatMap(States.implied[operation], (implied) => {
    if (!Option.contains(unit.agent, agent.id)) {
      return implied === "complete" || implied === "completeLate" ? Option.some("completeLate") : Option.none()
    }
    return Option.some(implied === "release" && Option.isSome(unit.withdrawnAt) ? "lapse" : implied)
  })

/** Takes the agent's unit where the agent's change implies. */
const carryOver = (store: Store.Service, agent: AgentOutline, operation: States.AgentOperation) =>
  Effect.gen(function* () {
    const unit = Option.getOrUndefined(yield* store.get(tables.units, agent.unit))
    if (unit === undefined) return
    const implied = impliedFor(unit, agent, operation)
    const to = Option.flatMap(implied, (implied) => States.nextUnit(unit.status, implied))
    if (Option.isNone(implied) || Option.isNone(to)) return
    const set = unitPatch(implied.value, to.value, agent, yield* DateTime.now)
    yield* store.update(tables.units, { ids: [unit.id], set })
  })

/**
 * Changes an agent that was read in this transaction, and its unit as that implies, through the table of transitions.
 * `at` is when it happened, which may be some time ago.
 */
export const moveAgent = (
  store: Store.Service,
  agent: AgentOutline,
  operation: States.AgentOperation,
  at: DateTime.Utc,
  patch: AgentPatch = {}
): Effect.Effect<Agent | undefined, InvalidTransition | StoreError> =>
  Effect.gen(function* () {
    const to = States.nextAgent(agent.status, operation)
    if (Option.isNone(to)) return yield* invalid(agent, operation)
    const set = { ...stamp(operation, at), ...patch, status: to.value }
    const [changed] = yield* store.update(tables.agents, { ids: [agent.id], set })
    yield* carryOver(store, agent, operation)
    return changed
  })

/** The same, where all of the agent is wanted. */
export const changeAgent = (
  store: Store.Service,
  agent: Agent,
  operation: States.AgentOperation,
  at: DateTime.Utc,
  patch?: AgentPatch
): Effect.Effect<Agent, InvalidTransition | StoreError> =>
  Effect.map(moveAgent(store, agent, operation, at, patch), (changed) => changed ?? agent)

export const invalid = (agent: AgentOutline, operation: string): InvalidTransition =>
  new InvalidTransition({ entity: "Agent", id: agent.id, from: agent.status, operation })
