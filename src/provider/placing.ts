/** Which unit somebody's work takes that we hear of from the crowd. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as Stream from "effect/Stream"
import type { Agent } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import type { Observation } from "../Driver.js"
import type { WorkerId } from "../Ids.js"
import type { UnitStatus } from "../States.js"
import { claimedFrom } from "../store/claimStatuses.js"
import { first, pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import * as registry from "./workerRegistry.js"

type OfAgent = Extract<Observation, { readonly _tag: "Agent" }>

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

/** Units of the run that may be had, in the order of `preference`, and then one for what is too much. */
const ofRun = ({ store }: Engine.Service, { id: run }: TaskRun): Stream.Stream<Unit, StoreError> =>
  Stream.fromIterable(preference).pipe(
    Stream.flatMap((status) =>
      pages(store, tables.units, { where: { run, status }, orderBy: status === "assigned" ? "leaseUntil" : "place" })
    ),
    Stream.concat(first(store, tables.units, { where: { run, status: "completed" }, orderBy: "place" }, 1)),
    Stream.concat(first(store, tables.units, { where: { run }, orderBy: "place", reverse: true }, 1))
  )

/** The units that somebody's work may be of, the most likely first; none where the offer is none of the run's. */
const unitsFor = (engine: Engine.Service, run: TaskRun, { offer }: OfAgent): Stream.Stream<Unit, StoreError> => {
  if (offer === undefined) return ofRun(engine, run)
  if (engine.driver.offers.holds !== "run") {
    return Stream.fromIterableEffect(Effect.map(registry.unitsAt(engine, run, offer), Arr.sort(byPreference)))
  }
  return Stream.unwrap(
    Effect.map(registry.unitsAt(engine, run, offer, 1), (units) =>
      units.length === 0 ? Stream.empty : ofRun(engine, run)
    )
  )
}

/** The unit that the worker took last in the run. */
const latestOf = (engine: Engine.Service, run: TaskRun, worker: WorkerId) =>
  Effect.gen(function* () {
    const { agent } = yield* registry.seeStanding(engine, run.id, worker)
    const [latest] = yield* engine.store.getAll(tables.agents, Option.toArray(agent))
    return latest === undefined ? Option.none() : yield* engine.store.get(tables.units, latest.unit)
  })

/**
 * The unit for work of somebody we did not see arrive: of a row they have no other unit of. Where none is free, whoever
 * holds one the longest has lost it to them; where all are handed in, or they have a unit of each row, it is one more
 * submission for one that is there, so that nothing of it is lost: `surplus` counts it. None where the offer is none of
 * the run's.
 */
export const unitFor = (
  engine: Engine.Service,
  run: TaskRun,
  seen: OfAgent,
  worker: WorkerId | undefined
): Effect.Effect<Option.Option<Unit>, StoreError> => {
  const units = unitsFor(engine, run, seen)
  if (worker === undefined) return Stream.runHead(units)
  const isNew = ({ assignment }: Unit) => Effect.map(registry.keeps(engine, worker, assignment), (keeps) => !keeps)
  return Effect.gen(function* () {
    const unit = yield* Stream.runHead(Stream.filterEffect(units, isNew))
    if (Option.isSome(unit)) return unit
    const any = yield* Stream.runHead(units)
    return Option.isNone(any) ? any : Option.orElse(yield* latestOf(engine, run, worker), () => any)
  })
}

/**
 * Moves an agent whose unit somebody else has, and who has handed in their work all the same, to a free one of its row.
 */
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
