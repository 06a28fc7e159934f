/** The orders by which offers are taken back, and units as they are after that. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { ExpireOrder, Receipt } from "../Driver.js"
import { UnitId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type { Done, Request } from "../journal/journal.js"
import { byId, decodePayload, missing } from "../journal/payload.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Unit } from "../Units.js"
import * as Engine from "./engine.js"
import type { Group } from "./offerGroups.js"
import { sentAmong } from "./unsentRows.js"
import { unitsAt } from "./workerRegistry.js"

const Payload = Schema.Struct({ units: Schema.NonEmptyArray(UnitId) })

/** Until when somebody whom only the crowd knows may still submit what it took back. */
const endOf = ({ wait }: Pick<Receipt, "wait">, now: DateTime.Utc): Option.Option<DateTime.Utc> =>
  Duration.greaterThan(wait, Duration.zero) ? Option.some(DateTime.addDuration(now, wait)) : Option.none()

/** The unit as it is once it was taken back: whoever holds it keeps it. */
const takenBack = (unit: Unit, receipt: Pick<Receipt, "wait">, now: DateTime.Utc): Unit => {
  const status = unit.status === "launched" ? "expired" : unit.status
  return {
    ...unit,
    status,
    leaseUntil: status === "expired" ? endOf(receipt, now) : unit.leaseUntil,
    withdrawnAt: Option.some(now),
    offeredUntil: Option.none(),
    updatedAt: now
  }
}

const orderOf = (engine: Engine.Service, units: Group): Effect.Effect<ExpireOrder, StoreError> =>
  Effect.map(Engine.runOf(engine, units[0].run), (run) => ({ units, run, offer: units[0].remoteId }))

export const restore =
  (engine: Engine.Service) =>
  (intents: ReadonlyArray<Intent>): Effect.Effect<ReadonlyArray<ExpireOrder>, StoreError> =>
    Effect.forEach(intents, (intent) =>
      Effect.gen(function* () {
        const { units: ids } = yield* decodePayload(Payload, intent)
        const units = yield* engine.store.getAll(tables.units, ids)
        return Arr.isNonEmptyReadonlyArray(units) ? yield* orderOf(engine, units) : yield* missing(ids[0])
      })
    )

export const apply =
  ({ store }: Engine.Service) =>
  (done: ReadonlyArray<Done<ExpireOrder>>): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const ids = done.flatMap(({ order }) => order.units.map(({ id }) => id))
      const units = byId(yield* store.getAll(tables.units, ids))
      const rows = done.flatMap(({ order, receipt }) =>
        order.units.map((unit) => takenBack(units.get(unit.id) ?? unit, receipt, now))
      )
      yield* store.put(tables.units, rows)
    })

const requestOf = (engine: Engine.Service, units: Group): Effect.Effect<Request<ExpireOrder>, StoreError> =>
  Effect.map(orderOf(engine, units), (order) => ({
    token: tokenOf("expire", units[0].id),
    run: Option.some(order.run.id),
    subject: units[0].id,
    payload: { units: Arr.map(units, ({ id }) => id) },
    order
  }))

/** Units that were never offered have nobody to be taken back from; those that may be on their way are left alone. */
const expireUnoffered = ({ store }: Engine.Service, units: ReadonlyArray<Unit>) =>
  Effect.gen(function* () {
    const sent = new Set(yield* sentAmong(store, units))
    yield* store.update(tables.units, {
      ids: units.filter((unit) => !sent.has(unit)).map(({ id }) => id),
      when: { status: ["created"] },
      set: { status: "expired", offeredUntil: Option.none(), updatedAt: yield* DateTime.now }
    })
  })

/** On offer, or with somebody for whom it has not been taken back. */
const isOpen = ({ status, withdrawnAt }: Unit): boolean =>
  status === "launched" || (status === "assigned" && Option.isNone(withdrawnAt))

/** The units among which others of the same offer may be open. */
const besides = (engine: Engine.Service, [{ remoteId, run: id }]: Group): Stream.Stream<Unit, StoreError> =>
  engine.driver.offers.holds === "row" && Option.isSome(remoteId)
    ? Stream.fromIterableEffect(unitsAt(engine, { id }, remoteId.value))
    : Stream.fromIterable(["launched", "assigned"] as const).pipe(
        Stream.flatMap((status) => pages(engine.store, tables.units, { where: { run: id, status }, orderBy: "place" }))
      )

/** Whether no other unit of their offer is open. Of one offer, one page after the other is closed. */
const isLast = (engine: Engine.Service, closing: Group): Effect.Effect<boolean, StoreError> => {
  const { driver, store } = engine
  const [{ assignment, remoteId, run }] = closing
  if (driver.offers.holds === "unit" || Option.isNone(remoteId)) return Effect.succeed(true)
  const ids = new Set(closing.map(({ id }) => id))
  const isOther = (unit: Unit) => isOpen(unit) && !ids.has(unit.id) && Equal.equals(unit.remoteId, remoteId)
  return Effect.gen(function* () {
    yield* driver.offers.holds === "row" ? store.get(tables.assignments, assignment) : store.get(tables.runs, run)
    return Option.isNone(yield* Stream.runHead(Stream.filter(besides(engine, closing), isOther)))
  })
}

/** Units whose offer goes on are taken back here alone. */
const close = ({ store }: Engine.Service, units: ReadonlyArray<Unit>) =>
  Effect.flatMap(DateTime.now, (now) =>
    store.put(
      tables.units,
      units.map((unit) => takenBack(unit, { wait: Duration.zero }, now))
    )
  )

const offerOf =
  ({ driver }: Engine.Service) =>
  ({ id, remoteId }: Unit): string =>
    driver.offers.holds === "unit" ? id : Option.getOrElse(remoteId, () => id)

/** What the crowd has to be told so that these units are taken back; all else is done, in the same transaction. */
export const requestsFor = (
  engine: Engine.Service,
  units: ReadonlyArray<Unit>
): Effect.Effect<ReadonlyArray<Request<ExpireOrder>>, StoreError> =>
  Effect.gen(function* () {
    const ids = units.map(({ id }) => id)
    const current = yield* engine.store.getAll(tables.units, ids)
    yield* expireUnoffered(
      engine,
      current.filter(({ status }) => status === "created")
    )
    const offers = Object.values(Arr.groupBy(current.filter(isOpen), offerOf(engine)))
    const [goOn, end] = Arr.partition(
      yield* Effect.forEach(offers, (units) => Effect.map(isLast(engine, units), (last) => ({ last, units }))),
      ({ last }) => last
    )
    yield* close(
      engine,
      goOn.flatMap(({ units }) => units)
    )
    return yield* Effect.forEach(end, ({ units }) => requestOf(engine, units))
  })
