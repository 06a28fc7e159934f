import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { InvalidTransition, type StoreError } from "../CrowdError.js"
import type { ExpireOrder, LaunchOrder, Receipt } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import type { RunId, UnitId } from "../Ids.js"
import { pauses } from "../internal/changes.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type { Done, Request } from "../journal/journal.js"
import { complete, pagewise } from "../journal/pagewise.js"
import { byId, missing } from "../journal/payload.js"
import type { UnitStatus } from "../States.js"
import { first, pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Service, Unit } from "../Units.js"
import { busyUntil } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as observed from "./observations.js"
import * as unitChanges from "./unitChanges.js"
import { sentAmong } from "./unlaunched.js"

/** Until when somebody whom only the crowd knows may still submit what it took back. */
const endOf = ({ wait }: Receipt, now: DateTime.Utc): Option.Option<DateTime.Utc> =>
  Duration.greaterThan(wait, Duration.zero) ? Option.some(DateTime.addDuration(now, wait)) : Option.none()

const left = (until: Option.Option<DateTime.Utc>, now: DateTime.Utc): Duration.Duration =>
  Option.match(until, {
    onNone: () => Duration.zero,
    onSome: (until) => Duration.millis(Math.max(0, DateTime.distance(now, until)))
  })

/** A unit's offer begins when the crowd has it. */
const offered = ({ task }: TaskRun, now: DateTime.Utc) => ({
  status: "launched" as const,
  offeredUntil: Option.some(DateTime.addDuration(now, task.lifetime))
})

export const make = (engine: Engine.Service): Service => {
  const { driver, journal, run, store, unit } = engine

  const runOf = (id: RunId): Effect.Effect<TaskRun, StoreError> =>
    Effect.catchTag(run(id), "TaskRunNotFound", () => missing(id))

  const requestOf = <Order extends { readonly unit: Unit }>(kind: string, order: Order): Request<Order> => ({
    token: tokenOf(kind, order.unit.id),
    run: Option.some(order.unit.run),
    subject: order.unit.id,
    payload: null,
    order
  })

  const expireOrders = (units: ReadonlyArray<Unit>): Effect.Effect<ReadonlyArray<ExpireOrder>, StoreError> =>
    Effect.forEach(units, (unit) => Effect.map(runOf(unit.run), (run) => ({ unit, run })))

  const launchOrders = (units: ReadonlyArray<Unit>): Effect.Effect<ReadonlyArray<LaunchOrder>, StoreError> =>
    Effect.gen(function* () {
      const ids = [...new Set(units.map(({ run }) => run))]
      const runs = byId(yield* Effect.forEach(ids, runOf))
      const templates = byId(yield* store.getAll(tables.templates, ids))
      const assignments = byId(
        yield* store.getAll(
          tables.assignments,
          units.map(({ assignment }) => assignment)
        )
      )
      const orders: Array<LaunchOrder> = []
      for (const unit of units) {
        const run = runs.get(unit.run)
        const inputs = assignments.get(unit.assignment)?.inputs
        if (run === undefined || inputs === undefined) return yield* missing(unit.assignment)
        orders.push({ unit, run, inputs, template: templates.get(unit.run)?.html ?? "" })
      }
      return orders
    })

  const restoring =
    <Order>(orders: (units: ReadonlyArray<Unit>) => Effect.Effect<ReadonlyArray<Order>, StoreError>) =>
    (intents: ReadonlyArray<Intent>) =>
      Effect.gen(function* () {
        const units = byId(
          yield* store.getAll(
            tables.units,
            intents.map(({ subject }) => subject)
          )
        )
        return yield* orders(
          yield* Effect.forEach(intents, ({ subject }) => {
            const unit = units.get(subject)
            return unit === undefined ? missing(subject) : Effect.succeed(unit)
          })
        )
      })

  /** Writes what the crowd answered into the units as they are now. */
  const applying =
    <Order extends { readonly unit: Unit }>(change: (unit: Unit, done: Done<Order>, now: DateTime.Utc) => Unit) =>
    (done: ReadonlyArray<Done<Order>>) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const units = byId(
          yield* store.getAll(
            tables.units,
            done.map(({ order }) => order.unit.id)
          )
        )
        const rows = done.map((one) => change(units.get(one.order.unit.id) ?? one.order.unit, one, now))
        yield* store.put(tables.units, rows)
      })

  const launching = journal.runner({
    name: "launch",
    outward: driver.launch,
    restore: restoring(launchOrders),
    apply: applying((unit, { order, receipt }, now) => ({
      ...unit,
      ...(unit.status === "created" ? offered(order.run, now) : {}),
      remoteId: receipt.remoteId,
      updatedAt: now
    }))
  })

  const expiring = journal.runner({
    name: "expire",
    outward: driver.expire,
    restore: restoring(expireOrders),
    apply: applying((unit, { receipt }, now) => {
      const status = unit.status === "launched" ? "expired" : unit.status
      const leaseUntil = status === "expired" ? endOf(receipt, now) : unit.leaseUntil
      return {
        ...unit,
        status,
        leaseUntil,
        withdrawnAt: Option.some(now),
        offeredUntil: Option.none(),
        updatedAt: now
      }
    })
  })

  const launchPage = (units: ReadonlyArray<Unit>) =>
    Effect.gen(function* () {
      const ids = units.map(({ id }) => id)
      const outcomes = yield* launching.perform(
        Effect.gen(function* () {
          const current = byId(yield* store.getAll(tables.units, ids))
          // In the order of the page: their ids are in another.
          const created = ids.flatMap((id) => {
            const unit = current.get(id)
            return unit?.status === "created" ? [unit] : []
          })
          return (yield* launchOrders(created)).map((order) => requestOf("launch", order))
        })
      )
      yield* complete(outcomes)
      return yield* store.getAll(tables.units, ids)
    })

  /** Few at once, so that the first are out soon. */
  const soon = Math.min(500, 4 * driver.launch.pageSize)

  const launch: Service["launch"] = (id, options) =>
    Stream.unwrap(
      Effect.as(
        run(id),
        pages(store, tables.units, {
          where: { run: id, status: "created" },
          orderBy: "place",
          limit: soon,
          ready: options?.ready
        }).pipe(
          Stream.filter(({ replaces }) => options?.relaunched !== true || Option.isSome(replaces)),
          Stream.take(options?.limit ?? Number.MAX_SAFE_INTEGER),
          (created) => pagewise(created, driver.launch, launchPage)
        )
      )
    )

  /** Units that were never offered have nobody to be taken back from; those that may be on their way are left alone. */
  const expireUnoffered = (units: ReadonlyArray<Unit>) =>
    Effect.gen(function* () {
      const ids = units.map(({ id }) => id)
      const sent = yield* sentAmong(store, ids)
      yield* store.update(tables.units, {
        ids: ids.filter((id) => !sent.has(id)),
        when: { status: ["created"] },
        set: { status: "expired", offeredUntil: Option.none(), updatedAt: yield* DateTime.now }
      })
    })

  const expirePage = (units: ReadonlyArray<Unit>) =>
    Effect.gen(function* () {
      const outcomes = yield* expiring.perform(
        Effect.gen(function* () {
          const current = yield* store.getAll(
            tables.units,
            units.map(({ id }) => id)
          )
          yield* expireUnoffered(current.filter(({ status }) => status === "created"))
          const offered = current.filter(
            ({ status, withdrawnAt }) => status === "launched" || (status === "assigned" && Option.isNone(withdrawnAt))
          )
          return (yield* expireOrders(offered)).map((order) => requestOf("expire", order))
        })
      )
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

  const sync: Service["sync"] = (id) =>
    Effect.flatMap(run(id), (found) =>
      driver.observe(found).pipe(
        Stream.mapEffect((observation) => observed.apply(engine, found, observation)),
        Stream.runSum
      )
    )

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

  const offerEnds: Service["offerEnds"] = (id) =>
    Effect.gen(function* () {
      yield* run(id)
      const end = (reverse: boolean) =>
        Effect.map(
          store.page(tables.units, { where: { run: id }, orderBy: "offeredUntil", reverse, limit: 1 }),
          ([unit]) => Option.flatMap(Option.fromNullable(unit), ({ offeredUntil }) => offeredUntil)
        )
      return Option.all({ first: yield* end(false), last: yield* end(true) })
    })

  const status: Service["status"] = (id: UnitId) =>
    Effect.gen(function* () {
      const found = yield* unit(id)
      const remote = yield* retrying(driver.unitStatus(found))
      return Option.isNone(remote) ? found.status : yield* observed.unitStatus(engine, found, remote.value)
    })

  interface Looking {
    readonly cursor: unitChanges.Cursor
    readonly wait: Effect.Effect<void>
  }

  const changes: Service["changes"] = (id, options) =>
    Stream.unwrapScoped(
      Effect.map(pauses(store.writes, options?.every ?? "1 second"), (pause) =>
        Stream.paginateChunkEffect<Looking, Unit, StoreError, never>(
          { cursor: unitChanges.beginning, wait: Effect.void },
          ({ cursor, wait }) =>
            Effect.map(Effect.zipRight(wait, unitChanges.page(store, id, cursor)), ({ changed, isLast, next }) => [
              Chunk.unsafeFromArray(changed),
              Option.some({ cursor: next, wait: isLast ? pause : Effect.void })
            ])
        )
      )
    )

  const list: Service["list"] = (id, { limit, status } = {}) => {
    const options = { where: status === undefined ? { run: id } : { run: id, status }, orderBy: "place" } as const
    return limit === undefined ? pages(store, tables.units, options) : first(store, tables.units, options, limit)
  }

  return {
    get: unit,
    list,
    getAll: (ids) => store.getAll(tables.units, ids),
    status,
    launch,
    expire,
    expireAll,
    expireOverdue,
    offerEnds,
    busyUntil: (id) => Effect.zipRight(run(id), busyUntil(store, id)),
    sync,
    changes
  }
}
