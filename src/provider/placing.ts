/** Which unit somebody's work takes that we hear of from the crowd. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import type { Agent } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import type { Observation } from "../Driver.js"
import type { WorkerId } from "../Ids.js"
import type { UnitStatus } from "../States.js"
import { claimedFrom } from "../store/claimStatuses.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import * as registry from "./workerRegistry.js"

type OfAgent = Extract<Observation, { readonly _tag: "Agent" }>

const unitsLookedAt = 50

/** The first units of the run in this status, where the crowd does not tell of which offer somebody's work is. */
const ofRun = ({ store }: Engine.Service, { id }: TaskRun, status: UnitStatus) =>
  store.page(tables.units, { where: { run: id, status }, orderBy: "place", limit: unitsLookedAt })

const anyOf = (engine: Engine.Service, run: TaskRun, offer: string | undefined) =>
  Effect.gen(function* () {
    if (offer !== undefined && (yield* registry.unitsAt(engine, run, offer, 1)).length === 0) return []
    const all = yield* Effect.forEach([claimedFrom, "expired", "completed"] as const, (status) =>
      ofRun(engine, run, status)
    )
    return all.flat()
  })

/** The units that somebody's work may be of. */
const unitsFor = (engine: Engine.Service, run: TaskRun, { offer }: OfAgent) =>
  offer === undefined || engine.driver.offers.holds === "run"
    ? anyOf(engine, run, offer)
    : registry.unitsAt(engine, run, offer)

/** Free ones first; then those taken back; then the one whose holder the crowd must have given up, if not us. */
const preference: ReadonlyArray<UnitStatus> = [claimedFrom, "expired", "assigned"]

const byPreference = Order.combine(
  Order.mapInput(Order.number, ({ status }: Unit) => {
    const rank = preference.indexOf(status)
    return rank < 0 ? preference.length : rank
  }),
  Order.mapInput(Option.getOrder(Order.number), ({ leaseUntil }: Unit) =>
    Option.map(leaseUntil, ({ epochMillis }) => epochMillis)
  )
)

const newToWorker = (engine: Engine.Service, worker: WorkerId | undefined, units: ReadonlyArray<Unit>) =>
  worker === undefined
    ? Effect.succeed(units)
    : Effect.filter(units, ({ assignment }) =>
        Effect.map(registry.keeps(engine, worker, assignment), (keeps) => !keeps)
      )

/**
 * The unit for work of somebody we did not see arrive. Where none is free, whoever holds one the longest has lost it to
 * them; where all are handed in, it is one more submission for one that is, so that nothing of it is lost: `surplus`
 * counts it. None where the offer is none of the run's.
 */
export const unitFor = (
  engine: Engine.Service,
  run: TaskRun,
  seen: OfAgent,
  worker: WorkerId | undefined
): Effect.Effect<Option.Option<Unit>, StoreError> =>
  Effect.gen(function* () {
    const units = Arr.sort(yield* unitsFor(engine, run, seen), byPreference)
    const first = Arr.head(yield* newToWorker(engine, worker, units))
    return Option.orElse(first, () => Arr.last(units))
  })

/** Moves an agent whose unit somebody else has, and who has handed in their work all the same, to a free one of its row. */
export const reseat = (engine: Engine.Service, run: TaskRun, agent: Agent): Effect.Effect<Agent, StoreError> =>
  Effect.gen(function* () {
    const own = Option.getOrUndefined(yield* engine.store.get(tables.units, agent.unit))
    if (own === undefined || Option.contains(own.agent, agent.id) || isFree(own)) return agent
    const offer = Option.getOrUndefined(own.remoteId)
    const siblings = offer === undefined ? [] : yield* registry.unitsAt(engine, run, offer)
    const free = siblings.filter((unit) => unit.assignment === own.assignment && isFree(unit))
    const [unit] = Arr.sort(free, byPreference)
    if (unit === undefined) return agent
    const [moved] = yield* engine.store.update(tables.agents, { ids: [agent.id], set: { unit: unit.id } })
    return moved ?? agent
  })

const isFree = ({ status }: Unit): boolean => status === claimedFrom || status === "expired"
