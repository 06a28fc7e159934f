/** Units that were made go out to the crowd. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { LaunchOrder } from "../Driver.js"
import { complete, pagewise } from "../journal/pagewise.js"
import { byId, missing } from "../journal/payload.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Service, Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { applying, requestOf, restoring, runOf } from "./unitOrders.js"

/** A unit's offer begins when the crowd has it. */
const offered = ({ task }: TaskRun, now: DateTime.Utc) => ({
  status: "launched" as const,
  offeredUntil: Option.some(DateTime.addDuration(now, task.lifetime))
})

const ordersOf =
  (engine: Engine.Service) =>
  (units: ReadonlyArray<Unit>): Effect.Effect<ReadonlyArray<LaunchOrder>, StoreError> =>
    Effect.gen(function* () {
      const { store } = engine
      const ids = [...new Set(units.map(({ run }) => run))]
      const runs = byId(yield* Effect.forEach(ids, (id) => runOf(engine, id)))
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

const makeRunner = (engine: Engine.Service) =>
  engine.journal.runner({
    name: "launch",
    outward: engine.driver.launch,
    restore: restoring(engine, ordersOf(engine)),
    apply: applying(engine, (unit, { order, receipt }, now) => ({
      ...unit,
      ...(unit.status === "created" ? offered(order.run, now) : {}),
      remoteId: receipt.remoteId,
      updatedAt: now
    }))
  })

export const make = (engine: Engine.Service): Service["launch"] => {
  const { driver, run, store } = engine
  const runner = makeRunner(engine)

  const launchPage = (units: ReadonlyArray<Unit>) =>
    Effect.gen(function* () {
      const ids = units.map(({ id }) => id)
      const outcomes = yield* runner.perform(
        Effect.gen(function* () {
          const current = byId(yield* store.getAll(tables.units, ids))
          // In the order of the page: their ids are in another.
          const created = ids.flatMap((id) => {
            const unit = current.get(id)
            return unit?.status === "created" ? [unit] : []
          })
          return (yield* ordersOf(engine)(created)).map((order) => requestOf("launch", order))
        })
      )
      yield* complete(outcomes)
      return yield* store.getAll(tables.units, ids)
    })

  /** Few at once, so that the first are out soon. */
  const soon = Math.min(500, 4 * driver.launch.pageSize)

  return (id, options) =>
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
}
