/** Units are offered to the crowd: one order for as many as its offers hold. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { InsufficientFunds, ProviderError, StoreError, Uncertain } from "../CrowdError.js"
import type { LaunchOrder } from "../Driver.js"
import type { Done, Runner } from "../journal/journal.js"
import { complete, pagewise } from "../journal/pagewise.js"
import { byId } from "../journal/payload.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Service, Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { restore } from "./launchOrders.js"
import { nextOrders } from "./nextOrders.js"
import { type Group, groupsOf } from "./offerGroups.js"

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

type LaunchError = InsufficientFunds | Uncertain | ProviderError | StoreError

const launchGroups = (
  engine: Engine.Service,
  launching: Runner<LaunchOrder, InsufficientFunds | ProviderError>,
  groups: ReadonlyArray<Group>
): Effect.Effect<void, LaunchError> =>
  Effect.gen(function* () {
    const waiting = yield* Ref.make<ReadonlyArray<Group>>([])
    const outcomes = yield* launching.perform(
      Effect.flatMap(nextOrders(engine, groups), (next) => Effect.as(Ref.set(waiting, next.waiting), next.requests))
    )
    yield* complete(outcomes)
    const rest = yield* Ref.get(waiting)
    if (rest.length > 0) yield* launchGroups(engine, launching, rest)
  })

export const make = (engine: Engine.Service): Service["launch"] => {
  const { driver, journal, run, store } = engine
  const launching = journal.runner({
    name: "launch",
    outward: driver.launch,
    isHeld: driver.draft !== undefined,
    restore: restore(engine),
    apply: apply(engine)
  })
  /** One order of a run's offer after the other: each says how many places there are in all. */
  const paging = driver.offers.holds === "run" ? { ...driver.launch, pageSize: 1, concurrency: 1 } : driver.launch

  const launchPage = (groups: ReadonlyArray<Group>) =>
    Effect.zipRight(
      launchGroups(engine, launching, groups),
      store.getAll(
        tables.units,
        groups.flatMap((group) => group.map(({ id }) => id))
      )
    )

  return (id, options = {}) =>
    Stream.unwrap(
      Effect.as(
        run(id),
        driver.draft === undefined ? pagewise(groupsOf(engine, id, options), paging, launchPage) : Stream.empty
      )
    )
}
