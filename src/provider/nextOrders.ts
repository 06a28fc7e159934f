/** Which orders of a launch are sent now, and what waits for one that is under way. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import type { LaunchOrder } from "../Driver.js"
import type { Request } from "../journal/journal.js"
import { byId } from "../journal/payload.js"
import * as tables from "../store/tables.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { type Payload, payloadsOf, requestsOf } from "./launchOrders.js"
import type { Group } from "./offerGroups.js"
import * as offersOut from "./offersOut.js"

export interface NextOrders {
  readonly requests: ReadonlyArray<Request<LaunchOrder>>
  /** Groups of which it has to be known first what became of an earlier order of the same offer. */
  readonly waiting: ReadonlyArray<Group>
}

/** What is to be sent for a group; where it waits, the orders that it waits for. */
interface OfGroup {
  readonly payloads: ReadonlyArray<Payload>
  readonly waiting: ReadonlyArray<Group>
}

const alone = ([{ id }]: Group): OfGroup => ({
  payloads: [{ units: [id], offer: Option.none(), size: 1, places: 1 }],
  waiting: []
})

const together = (group: Group, { offer, places, size, underWay }: offersOut.Out): Effect.Effect<OfGroup, StoreError> =>
  Effect.gen(function* () {
    if (underWay.length > 0) return { payloads: yield* payloadsOf(underWay), waiting: [group] }
    const units = Arr.map(group, ({ id }) => id)
    const made = Option.isSome(offer) ? size : units.length
    return { payloads: [{ units, offer, size: made, places: places + units.length }], waiting: [] }
  })

const sorted = (
  engine: Engine.Service,
  groups: ReadonlyArray<Group>,
  units: ReadonlyArray<Unit>
): Effect.Effect<ReadonlyArray<OfGroup>, StoreError> =>
  Effect.gen(function* () {
    if (engine.driver.offers.holds === "unit") return groups.map(alone)
    if (engine.driver.offers.holds === "run") {
      return yield* Effect.forEach(groups, (group) =>
        Effect.flatMap(offersOut.ofRun(engine, group[0].run), (out) => together(group, out))
      )
    }
    const outOf = yield* offersOut.ofRows(engine, units)
    return yield* Effect.forEach(groups, (group) => together(group, outOf(group[0].assignment)))
  })

/** Marks the units that are not the first of their order, so that it is found by any of them. */
const join = ({ store }: Engine.Service, groups: ReadonlyArray<Group>) => {
  const marked = groups.flatMap(([first, ...others]) => [
    ...(Option.isSome(first.launchedWith) ? [{ ...first, launchedWith: Option.none() }] : []),
    ...others.map((unit): Unit => ({ ...unit, launchedWith: Option.some(first.id) }))
  ])
  return store.put(tables.units, marked)
}

/** The units of the groups, or of their rows, which stay as they are until the transaction ends. */
const current = ({ driver, store }: Engine.Service, groups: ReadonlyArray<Group>) =>
  driver.offers.holds === "row"
    ? store.getAllBy(
        tables.units,
        "assignment",
        groups.map(([{ assignment }]) => assignment)
      )
    : store.getAll(
        tables.units,
        groups.flatMap((group) => group.map(({ id }) => id))
      )

/** What of the groups is not out yet. */
const stillCreated = (groups: ReadonlyArray<Group>, units: ReadonlyMap<string, Unit>): ReadonlyArray<Group> =>
  groups.flatMap((group): ReadonlyArray<Group> => {
    const created = group.flatMap(({ id }) => units.get(id) ?? []).filter(({ status }) => status === "created")
    return Arr.isNonEmptyReadonlyArray(created) ? [created] : []
  })

/** Read in the transaction that writes the intents down. */
export const nextOrders = (
  engine: Engine.Service,
  groups: ReadonlyArray<Group>
): Effect.Effect<NextOrders, StoreError> =>
  Effect.gen(function* () {
    const units = yield* current(engine, groups)
    const created = stillCreated(groups, byId(units))
    const ofGroups = yield* sorted(engine, created, units)
    const waiting = ofGroups.flatMap((one) => one.waiting)
    yield* join(engine, Arr.difference(created, waiting))
    const byFirst = new Map(ofGroups.flatMap(({ payloads }) => payloads.map((payload) => [payload.units[0], payload])))
    return { requests: yield* requestsOf(engine, [...byFirst.values()]), waiting }
  })
