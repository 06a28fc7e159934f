import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent, AgentOutline } from "../Agents.js"
import { InvalidTransition, type StoreError } from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import * as Ids from "../Ids.js"
import * as States from "../States.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { Unit } from "../Units.js"
import * as Engine from "./engine.js"
import { insertUnits, raise } from "./generations.js"
import { newUnit, nextIndex } from "./newUnit.js"

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
  { offers }: Driver,
  unit: Unit,
  agent: AgentOutline,
  operation: States.AgentOperation
): Option.Option<States.UnitOperation> =>
  Option.flatMap(States.implied[operation], (implied) => {
    if (!Option.contains(unit.agent, agent.id)) {
      return implied === "complete" || implied === "completeLate" ? Option.some("completeLate") : Option.none()
    }
    const isGone = offers.returned === "closed" || Option.isSome(unit.withdrawnAt)
    return Option.some(implied === "release" && isGone ? "lapse" : implied)
  })

/** The crowd has sold the place of rejected work again: it is for the row's next unit, which is out already. */
const offerAgain = (engine: Engine.Service, rejected: Unit) =>
  Effect.gen(function* () {
    const { store } = engine
    const assignment = Option.getOrUndefined(yield* store.get(tables.assignments, rejected.assignment))
    if (assignment === undefined) return
    const now = yield* DateTime.now
    const index = nextIndex(yield* store.getAllBy(tables.units, "assignment", [assignment.id]))
    const [id] = yield* Ids.unitIds(1)
    if (id === undefined) return
    const { offerSize, remoteId } = rejected
    const { task } = yield* Engine.runOf(engine, assignment.run)
    const offeredUntil = Option.some(DateTime.addDuration(now, task.lifetime))
    const made: Unit = {
      ...newUnit(id, assignment, index, now, offeredUntil),
      status: "launched",
      remoteId,
      offerSize,
      replaces: Option.some(rejected.id)
    }
    yield* insertUnits(engine, assignment.run, [made])
  })

/** Takes the agent's unit where the agent's change implies. */
const carryOver = (engine: Engine.Service, agent: AgentOutline, operation: States.AgentOperation) =>
  Effect.gen(function* () {
    const { driver, store } = engine
    const unit = Option.getOrUndefined(yield* store.get(tables.units, agent.unit))
    if (unit === undefined) return
    const implied = impliedFor(driver, unit, agent, operation)
    const to = Option.flatMap(implied, (implied) => States.nextUnit(unit.status, implied))
    if (Option.isNone(implied) || Option.isNone(to)) return
    const set = unitPatch(implied.value, to.value, agent, yield* DateTime.now)
    yield* store.update(tables.units, { ids: [unit.id], set })
    if (States.isDecided(unit.status) && !States.isDecided(to.value)) yield* raise(engine, unit.run)
    const isSoldAgain = driver.offers.rejected === "offered" && Option.isNone(unit.withdrawnAt)
    if (implied.value === "reject" && isSoldAgain) yield* offerAgain(engine, unit)
  })

/**
 * Changes an agent that was read in this transaction, and its unit as that implies, through the table of transitions.
 * `at` is when it happened, which may be some time ago.
 */
export const moveAgent = (
  engine: Engine.Service,
  agent: AgentOutline,
  operation: States.AgentOperation,
  at: DateTime.Utc,
  patch: AgentPatch = {}
): Effect.Effect<Agent | undefined, InvalidTransition | StoreError> =>
  Effect.gen(function* () {
    const to = States.nextAgent(agent.status, operation)
    if (Option.isNone(to)) return yield* invalid(agent, operation)
    const set = { ...stamp(operation, at), ...patch, status: to.value }
    const [changed] = yield* engine.store.update(tables.agents, { ids: [agent.id], set })
    yield* carryOver(engine, agent, operation)
    return changed
  })

/** The same, where all of the agent is wanted. */
export const changeAgent = (
  engine: Engine.Service,
  agent: Agent,
  operation: States.AgentOperation,
  at: DateTime.Utc,
  patch?: AgentPatch
): Effect.Effect<Agent, InvalidTransition | StoreError> =>
  Effect.map(moveAgent(engine, agent, operation, at, patch), (changed) => changed ?? agent)

export const invalid = (agent: AgentOutline, operation: string): InvalidTransition =>
  new InvalidTransition({ entity: "Agent", id: agent.id, from: agent.status, operation })
