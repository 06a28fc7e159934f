/** Units are taken back from the crowd: asked for, with their run, or because their offer has ended. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { InvalidTransition, type StoreError } from "../CrowdError.js"
import type { ExpireOrder, Receipt } from "../Driver.js"
import { complete, pagewise } from "../journal/pagewise.js"
import type { UnitStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service, Unit } from "../Units.js"
import { busyUntil } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as observed from "./observations.js"
import { applying, requestOf, restoring, runOf } from "./unitOrders.js"
import { sentAmong } from "./unsentRows.js"

/** Until when somebody whom only the crowd knows may still submit what it took back. */
const endOf = ({ wait }: Receipt, now: DateTime.Utc): Option.Option<DateTime.Utc> =>
  Duration.greaterThan(wait, Duration.zero) ? Option.some(DateTime.addDuration(now, wait)) : Option.none()

const left = (until: Option.Option<DateTime.Utc>, now: DateTime.Utc): Duration.Duration =>
  Option.match(until, {
    onNone: () => Duration.zero,
    onSome: (until) => Duration.millis(Math.max(0, DateTime.distance(now, until)))
  })

const ordersOf =
  (engine: Engine.Service) =>
  (units: ReadonlyArray<Unit>): Effect.Effect<ReadonlyArray<ExpireOrder>, StoreError> =>
    Effect.forEach(units, (unit) => Effect.map(runOf(engine, unit.run), (run) => ({ unit, run })))

const takenBack = (unit: Unit, receipt: Receipt, now: DateTime.Utc): Unit => {
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

const makeRunner = (engine: Engine.Service) =>
  engine.journal.runner({
    name: "expire",
    outward: engine.driver.expire,
    restore: restoring(engine, ordersOf(engine)),
    apply: applying(engine, (unit, { receipt }, now) => takenBack(unit, receipt, now))
  })

/** Units that were never offered have nobody to be taken back from; those that may be on their way are left alone. */
const expireUnoffered = ({ store }: Engine.Service, units: ReadonlyArray<Unit>) =>
  Effect.gen(function* () {
    const ids = units.map(({ id }) => id)
    const sent = yield* sentAmong(store, ids)
    yield* store.update(tables.units, {
      ids: ids.filter((id) => !sent.has(id)),
      when: { status: ["created"] },
      set: { status: "expired", offeredUntil: Option.none(), updatedAt: yield* DateTime.now }
    })
  })

const isOut = ({ status, withdrawnAt }: Unit): boolean =>
  status === "launched" || (status === "assigned" && Option.isNone(withdrawnAt))

/** Takes a page of units back. Answers how long somebody may still be at work on one of them. */
const expiringPage = (engine: Engine.Service) => {
  const runner = makeRunner(engine)
  return (units: ReadonlyArray<Unit>) =>
    Effect.gen(function* () {
      const outcomes = yield* runner.perform(
        Effect.gen(function* () {
          const current = yield* engine.store.getAll(
            tables.units,
            units.map(({ id }) => id)
          )
          const unoffered = current.filter(({ status }) => status === "created")
          yield* expireUnoffered(engine, unoffered)
          return (yield* ordersOf(engine)(current.filter(isOut))).map((order) => requestOf("expire", order))
        })
      )
      yield* complete(outcomes)
      const waits = outcomes.flatMap((outcome) => (Either.isRight(outcome) ? [outcome.right.wait] : []))
      const now = yield* DateTime.now
      return [...waits, ...units.map(({ leaseUntil }) => left(leaseUntil, now))].reduce(Duration.max, Duration.zero)
    })
}

const expirable: ReadonlyArray<UnitStatus> = ["created", "launched", "assigned", "expired"]

export const make = (engine: Engine.Service): Pick<Service, "expire" | "expireAll" | "expireOverdue"> => {
  const { driver, journal, run, store, unit } = engine
  const expirePage = expiringPage(engine)
  const sync = observed.sync(engine)

  const expire: Service["expire"] = (id) =>
    Effect.gen(function* () {
      const found = yield* unit(id)
      if (!expirable.includes(found.status)) {
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
