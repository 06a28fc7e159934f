/** Units are taken back: each here, and at the crowd once its offer has no other open unit. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { InvalidTransition, type ProviderError, type StoreError, type Uncertain } from "../CrowdError.js"
import type { ExpireOrder, Receipt } from "../Driver.js"
import { UnitId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type { Done, Request } from "../journal/journal.js"
import { complete, pagewise } from "../journal/pagewise.js"
import { byId, decodePayload, missing } from "../journal/payload.js"
import type { UnitStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service, Unit } from "../Units.js"
import { busyUntil } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as observed from "./observations.js"
import type { Group } from "./offerGroups.js"
import { sentAmong } from "./unsentRows.js"
import { unitsAt } from "./workerRegistry.js"

const Payload = Schema.Struct({ units: Schema.NonEmptyArray(UnitId) })

/** Until when somebody whom only the crowd knows may still submit what it took back. */
const endOf = ({ wait }: Pick<Receipt, "wait">, now: DateTime.Utc): Option.Option<DateTime.Utc> =>
  Duration.greaterThan(wait, Duration.zero) ? Option.some(DateTime.addDuration(now, wait)) : Option.none()

const left = (until: Option.Option<DateTime.Utc>, now: DateTime.Utc): Duration.Duration =>
  Option.match(until, {
    onNone: () => Duration.zero,
    onSome: (until) => Duration.millis(Math.max(0, DateTime.distance(now, until)))
  })

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

/** On offer, or with somebody for whom it has not been taken back. */
const isOpen = ({ status, withdrawnAt }: Unit): boolean =>
  status === "launched" || (status === "assigned" && Option.isNone(withdrawnAt))

type Expiry = Pick<Service, "expire" | "expireAll" | "expireOverdue">

export const make = (engine: Engine.Service): Expiry => {
  const { driver, journal, run, store, unit } = engine
  const sync = observed.sync(engine)

  const orderOf = (units: Group): Effect.Effect<ExpireOrder, StoreError> =>
    Effect.map(
      Effect.catchTag(run(units[0].run), "TaskRunNotFound", () => missing(units[0].run)),
      (run) => ({ units, run, offer: units[0].remoteId })
    )

  const restore = (intents: ReadonlyArray<Intent>): Effect.Effect<ReadonlyArray<ExpireOrder>, StoreError> =>
    Effect.forEach(intents, (intent) =>
      Effect.gen(function* () {
        const { units: ids } = yield* decodePayload(Payload, intent)
        const units = yield* store.getAll(tables.units, ids)
        return Arr.isNonEmptyReadonlyArray(units) ? yield* orderOf(units) : yield* missing(ids[0])
      })
    )

  const apply = (done: ReadonlyArray<Done<ExpireOrder>>): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const ids = done.flatMap(({ order }) => order.units.map(({ id }) => id))
      const units = byId(yield* store.getAll(tables.units, ids))
      const rows = done.flatMap(({ order, receipt }) =>
        order.units.map((unit) => takenBack(units.get(unit.id) ?? unit, receipt, now))
      )
      yield* store.put(tables.units, rows)
    })

  const expiring = journal.runner({ name: "expire", outward: driver.expire, restore, apply })

  const requestOf = (units: Group): Effect.Effect<Request<ExpireOrder>, StoreError> =>
    Effect.map(orderOf(units), (order) => ({
      token: tokenOf("expire", units[0].id),
      run: Option.some(order.run.id),
      subject: units[0].id,
      payload: { units: Arr.map(units, ({ id }) => id) },
      order
    }))

  /** Units that were never offered have nobody to be taken back from; those that may be on their way are left alone. */
  const expireUnoffered = (units: ReadonlyArray<Unit>) =>
    Effect.gen(function* () {
      const sent = new Set(yield* sentAmong(store, units))
      yield* store.update(tables.units, {
        ids: units.filter((unit) => !sent.has(unit)).map(({ id }) => id),
        when: { status: ["created"] },
        set: { status: "expired", offeredUntil: Option.none(), updatedAt: yield* DateTime.now }
      })
    })

  /** The units among which others of the same offer may be open. */
  const besides = ([{ remoteId, run: id }]: Group): Stream.Stream<Unit, StoreError> =>
    driver.offers.holds === "row" && Option.isSome(remoteId)
      ? Stream.fromIterableEffect(unitsAt(engine, { id }, remoteId.value))
      : Stream.fromIterable(["launched", "assigned"] as const).pipe(
          Stream.flatMap((status) => pages(store, tables.units, { where: { run: id, status }, orderBy: "place" }))
        )

  /** Whether no other unit of their offer is open. Of one offer, one page after the other is closed. */
  const isLast = (closing: Group): Effect.Effect<boolean, StoreError> => {
    const [{ assignment, remoteId, run: id }] = closing
    if (driver.offers.holds === "unit" || Option.isNone(remoteId)) return Effect.succeed(true)
    const ids = new Set(closing.map((unit) => unit.id))
    const isOther = (unit: Unit) => isOpen(unit) && !ids.has(unit.id) && Equal.equals(unit.remoteId, remoteId)
    return Effect.gen(function* () {
      yield* driver.offers.holds === "row" ? store.get(tables.assignments, assignment) : store.get(tables.runs, id)
      const other = yield* Stream.runHead(Stream.filter(besides(closing), isOther))
      return Option.isNone(other)
    })
  }

  /** Units whose offer goes on are taken back here alone. */
  const close = (units: ReadonlyArray<Unit>) =>
    Effect.flatMap(DateTime.now, (now) =>
      store.put(
        tables.units,
        units.map((unit) => takenBack(unit, { wait: Duration.zero }, now))
      )
    )

  const offerOf = ({ id, remoteId }: Unit): string =>
    driver.offers.holds === "unit" ? id : Option.getOrElse(remoteId, () => id)

  const requestsFor = (units: ReadonlyArray<Unit>): Effect.Effect<ReadonlyArray<Request<ExpireOrder>>, StoreError> =>
    Effect.gen(function* () {
      const ids = units.map(({ id }) => id)
      const current = yield* store.getAll(tables.units, ids)
      yield* expireUnoffered(current.filter(({ status }) => status === "created"))
      const offers = Object.values(Arr.groupBy(current.filter(isOpen), offerOf))
      const [goOn, end] = Arr.partition(
        yield* Effect.forEach(offers, (units) => Effect.map(isLast(units), (last) => ({ last, units }))),
        ({ last }) => last
      )
      yield* close(goOn.flatMap(({ units }) => units))
      return yield* Effect.forEach(end, ({ units }) => requestOf(units))
    })

  const expirePage = (
    units: ReadonlyArray<Unit>
  ): Effect.Effect<Duration.Duration, Uncertain | ProviderError | StoreError> =>
    Effect.gen(function* () {
      const outcomes = yield* expiring.perform(requestsFor(units))
      yield* complete(outcomes)
      const waits = outcomes.flatMap((outcome) => (Either.isRight(outcome) ? [outcome.right.wait] : []))
      const now = yield* DateTime.now
      return [...waits, ...units.map(({ leaseUntil }) => left(leaseUntil, now))].reduce(Duration.max, Duration.zero)
    })

  const expire: Service["expire"] = (id) =>
    Effect.gen(function* () {
      const found = yield* unit(id)
      const open: ReadonlyArray<UnitStatus> = ["created", "launched", "assigned", "expired"]
      if (!open.includes(found.status)) {
        return yield* new InvalidTransition({ entity: "Unit", id, from: found.status, operation: "expire" })
      }
      return yield* expirePage([found])
    })

  /** What was submitted before is taken in first, if the crowd says so; it is closed in any case. */
  const expireAll: Service["expireAll"] = (id) =>
    Effect.gen(function* () {
      yield* run(id)
      yield* journal.settle(id)
      yield* Effect.catchTag(sync(id), "ProviderError", (error) => Effect.logWarning(error.message))
      return yield* Stream.fromIterable(["created", "launched", "assigned"] as const).pipe(
        Stream.flatMap((status) => pages(store, tables.units, { where: { run: id, status }, orderBy: "place" })),
        (open) => pagewise(open, driver.expire, expirePage),
        Stream.runFold(left(yield* busyUntil(store, id), yield* DateTime.now), Duration.max)
      )
    })

  const expireOverdue: Service["expireOverdue"] = (id) =>
    Effect.gen(function* () {
      yield* run(id)
      const overdue = pages(store, tables.units, {
        where: { run: id },
        orderBy: "offeredUntil",
        atMost: { offeredUntil: Option.some(yield* DateTime.now) }
      })
      return yield* Stream.runSum(pagewise(overdue, driver.expire, (page) => Effect.as(expirePage(page), page.length)))
    })

  return { expire, expireAll, expireOverdue }
}
