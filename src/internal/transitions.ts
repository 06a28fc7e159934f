import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
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
  agent: Agent,
  now: DateTime.Utc
): Store.Where<Unit> => {
  const left = operation === "release" || operation === "lapse"
  return {
    status: to,
    updatedAt: now,
    leaseUntil: Option.none(),
    agent: left ? Option.none() : Option.some(agent.id)
  }
}

/** Takes the agent's unit where the agent's change implies, unless somebody else holds it by now. */
const carryOver = (store: Store.Service, agent: Agent, operation: States.AgentOperation, now: DateTime.Utc) =>
  Effect.gen(function* () {
    const implied = States.implied[operation]
    if (Option.isNone(implied)) return
    const unit = yield* store.get(tables.units, agent.unit)
    if (Option.isNone(unit)) return
    const isOurs = Option.contains(unit.value.agent, agent.id)
    if (!isOurs && implied.value !== "completeLate") return
    const actual = implied.value === "release" && Option.isSome(unit.value.withdrawnAt) ? "lapse" : implied.value
    const to = States.nextUnit(unit.value.status, actual)
    if (Option.isNone(to)) return
    yield* store.update(tables.units, { ids: [unit.value.id], set: unitPatch(actual, to.value, agent, now) })
  })

/**
 * Changes an agent that was read in this transaction, and its unit as that implies, through the table of transitions.
 */
export const changeAgent = (
  store: Store.Service,
  agent: Agent,
  operation: States.AgentOperation,
  now: DateTime.Utc,
  patch: AgentPatch = {}
): Effect.Effect<Agent, InvalidTransition | StoreError> =>
  Effect.gen(function* () {
    const to = States.nextAgent(agent.status, operation)
    if (Option.isNone(to)) return yield* invalid(agent, operation)
    const set = { ...stamp(operation, now), ...patch, status: to.value }
    const [changed] = yield* store.update(tables.agents, { ids: [agent.id], set })
    yield* carryOver(store, agent, operation, now)
    return changed ?? agent
  })

export const invalid = (agent: Agent, operation: string): InvalidTransition =>
  new InvalidTransition({ entity: "Agent", id: agent.id, from: agent.status, operation })
