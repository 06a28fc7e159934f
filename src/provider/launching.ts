/** Units are offered to the crowd: one order for as many as its offers hold. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { LaunchOrder } from "../Driver.js"
import type { Done, Request } from "../journal/journal.js"
import { complete, pagewise } from "../journal/pagewise.js"
import { byId } from "../journal/payload.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Service, Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { type Payload, payloadsOf, requestsOf, restore } from "./launchOrders.js"
import { type Group, groupsOf } from "./offerGroups.js"
import * as offersOut from "./offersOut.js"

/** A unit's offer begins when the crowd has it. */
const offered = ({ task }: TaskRun, now: DateTime.Utc) => ({
  status: "launched" as const,
  offeredUntil: Option.some(DateTime.addDuration(now, task.lifetime))
})

/** The units as they are now that the crowd has them. */
const apply =
  ({ store }: Engine.Service) =>
  (done: ReadonlyArray<Done<LaunchOrder>>): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const ids = done.flatMap(({ order }) => order.units.map(({ id }) => id))
      const units = byId(yield* store.getAll(tables.units, ids))
      const rows = done.flatMap(({ order, receipt }) => {
        // A crowd that names none has added to the offer it was asked for.
        const remoteId = Option.orElse(receipt.remoteId, () => order.offer)
        const isOut = Option.isSome(order.offer) && Equal.equals(remoteId, order.offer)
        return order.units.map((before): Unit => {
          const unit = units.get(before.id) ?? before
          const begun = unit.status === "created" ? offered(order.run, now) : {}
          return { ...unit, ...begun, remoteId, offerSize: isOut ? order.size : order.units.length, updatedAt: now }
        })
      })
      yield* store.put(tables.units, rows)
    })

/** What is sent now, and what waits until it is known what became of an earlier order of the same offer. */
interface Sorted {
  readonly requests: ReadonlyArray<Request<LaunchOrder>>
  readonly waiting: ReadonlyArray<Group>
}

export const make = (engine: Engine.Service): Service["launch"] => {
  const { driver, journal, run, store } = engine
  const launching = journal.runner({
    name: "launch",
    outward: driver.launch,
    restore: restore(engine),
    apply: apply(engine)
  })

  const outOf = (group: Group) =>
    driver.offers.holds === "row" ? offersOut.ofRow(engine, group[0].assignment) : offersOut.ofRun(engine, group[0].run)

  /** Marks those that are not the first of their order, so that it is found by any of them. */
  const join = ([first, ...others]: Group) =>
    Effect.gen(function* () {
      if (Option.isSome(first.launchedWith)) {
        yield* store.update(tables.units, { ids: [first.id], set: { launchedWith: Option.none() } })
      }
      const ids = others.map(({ id }) => id)
      yield* store.update(tables.units, { ids, set: { launchedWith: Option.some(first.id) } })
    })

  const alone = (group: Group): Payload => ({ units: [group[0].id], offer: Option.none(), size: 1, places: 1 })

  /** The order of a group whose units are all in one offer. */
  const sortOne = (
    group: Group
  ): Effect.Effect<{ readonly payloads: ReadonlyArray<Payload>; readonly waits: boolean }, StoreError> =>
    Effect.gen(function* () {
      const { offer, places, size, underWay } = yield* outOf(group)
      if (underWay.length > 0) return { payloads: yield* payloadsOf(underWay), waits: true }
      yield* join(group)
      const units = Arr.map(group, ({ id }) => id)
      return {
        payloads: [{ units, offer, size: Option.isSome(offer) ? size : units.length, places: places + units.length }],
        waits: false
      }
    })

  /** Reads the units again: they stay as they are until the intents are written. */
  const sort = (groups: ReadonlyArray<Group>): Effect.Effect<Sorted, StoreError> =>
    Effect.gen(function* () {
      const current = byId(
        yield* store.getAll(
          tables.units,
          groups.flatMap((group) => group.map(({ id }) => id))
        )
      )
      const created = groups.flatMap((group): ReadonlyArray<Group> => {
        const units = group.flatMap(({ id }) => current.get(id) ?? []).filter(({ status }) => status === "created")
        return Arr.isNonEmptyReadonlyArray(units) ? [units] : []
      })
      if (driver.offers.holds === "unit")
        return { requests: yield* requestsOf(engine, created.map(alone)), waiting: [] }
      const sorted = yield* Effect.forEach(created, (group) => Effect.map(sortOne(group), (one) => ({ ...one, group })))
      const payloads = new Map(sorted.flatMap(({ payloads }) => payloads.map((payload) => [payload.units[0], payload])))
      return {
        requests: yield* requestsOf(engine, [...payloads.values()]),
        waiting: sorted.filter(({ waits }) => waits).map(({ group }) => group)
      }
    })

  const launchGroups = (
    groups: ReadonlyArray<Group>
  ): Effect.Effect<void, Effect.Effect.Error<ReturnType<typeof perform>>> =>
    Effect.flatMap(perform(groups), (waiting) => (waiting.length === 0 ? Effect.void : launchGroups(waiting)))

  const perform = (groups: ReadonlyArray<Group>) =>
    Effect.gen(function* () {
      const waiting = yield* Ref.make<ReadonlyArray<Group>>([])
      const outcomes = yield* launching.perform(
        Effect.flatMap(sort(groups), (sorted) => Effect.as(Ref.set(waiting, sorted.waiting), sorted.requests))
      )
      yield* complete(outcomes)
      return yield* Ref.get(waiting)
    })

  /** One order of a run's offer after the other: each says how many places there are in all. */
  const paging = driver.offers.holds === "run" ? { ...driver.launch, pageSize: 1, concurrency: 1 } : driver.launch

  return (id, options = {}) =>
    Stream.unwrap(
      Effect.as(
        run(id),
        pagewise(groupsOf(engine, id, options), paging, (groups) =>
          Effect.zipRight(
            launchGroups(groups),
            store.getAll(
              tables.units,
              groups.flatMap((group) => group.map(({ id }) => id))
            )
          )
        )
      )
    )
}
