/** Units are taken back: each here, and at the crowd once its offer has no other open unit. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { InvalidTransition, type ProviderError, type StoreError, type Uncertain } from "../CrowdError.js"
import { complete, pagewise } from "../journal/pagewise.js"
import type { UnitStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service, Unit } from "../Units.js"
import { busyUntil } from "./deadlines.js"
import type * as Engine from "./engine.js"
import { apply, requestsFor, restore } from "./expireOrders.js"
import * as observed from "./observations.js"

const left = (until: Option.Option<DateTime.Utc>, now: DateTime.Utc): Duration.Duration =>
  Option.match(until, {
    onNone: () => Duration.zero,
    onSome: (until) => Duration.millis(Math.max(0, DateTime.distance(now, until)))
  })

/** Takes a page of units back. Answers how long somebody may still be at work on one of them. */
const expiringPage = (engine: Engine.Service) => {
  const runner = engine.journal.runner({
    name: "expire",
    outward: engine.driver.expire,
    restore: restore(engine),
    apply: apply(engine)
  })
  return (units: ReadonlyArray<Unit>): Effect.Effect<Duration.Duration, Uncertain | ProviderError | StoreError> =>
    Effect.gen(function* () {
      const outcomes = yield* runner.perform(requestsFor(engine, units))
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
      if (driver.draft !== undefined) return 0
      const overdue = pages(store, tables.units, {
        where: { run: id },
        orderBy: "offeredUntil",
        atMost: { offeredUntil: Option.some(yield* DateTime.now) }
      })
      return yield* Stream.runSum(pagewise(overdue, driver.expire, (page) => Effect.as(expirePage(page), page.length)))
    })

  return { expire, expireAll, expireOverdue }
}
