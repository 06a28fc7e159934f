/** What launching and expiring share: a unit's order for the journal, and the unit as the crowd's answer leaves it. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type { Done, Request } from "../journal/journal.js"
import { byId, missing } from "../journal/payload.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"

interface OfUnit {
  readonly unit: Unit
}

/** The run that a unit names. */
export const runOf = ({ run }: Engine.Service, id: RunId): Effect.Effect<TaskRun, StoreError> =>
  Effect.catchTag(run(id), "TaskRunNotFound", () => missing(id))

/** Asks the journal for an order of this kind. */
export const requestOf = <Order extends OfUnit>(kind: string, order: Order): Request<Order> => ({
  token: tokenOf(kind, order.unit.id),
  run: Option.some(order.unit.run),
  subject: order.unit.id,
  payload: null,
  order
})

/** Makes the orders again of which intents tell. */
export const restoring =
  <Order>(
    { store }: Engine.Service,
    ordersOf: (units: ReadonlyArray<Unit>) => Effect.Effect<ReadonlyArray<Order>, StoreError>
  ) =>
  (intents: ReadonlyArray<Intent>): Effect.Effect<ReadonlyArray<Order>, StoreError> =>
    Effect.gen(function* () {
      const units = byId(
        yield* store.getAll(
          tables.units,
          intents.map(({ subject }) => subject)
        )
      )
      return yield* ordersOf(
        yield* Effect.forEach(intents, ({ subject }) => {
          const unit = units.get(subject)
          return unit === undefined ? missing(subject) : Effect.succeed(unit)
        })
      )
    })

/** Writes what the crowd answered into the units as they are now. */
export const applying =
  <Order extends OfUnit>(
    { store }: Engine.Service,
    change: (unit: Unit, done: Done<Order>, now: DateTime.Utc) => Unit
  ) =>
  (done: ReadonlyArray<Done<Order>>): Effect.Effect<void, StoreError> =>
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
