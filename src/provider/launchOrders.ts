/** The orders of a launch, and what is written down of them. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { StoreError } from "../CrowdError.js"
import type { LaunchOrder } from "../Driver.js"
import { UnitId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type { Request } from "../journal/journal.js"
import { byId, decodePayload, missing } from "../journal/payload.js"
import * as tables from "../store/tables.js"
import * as Engine from "./engine.js"

/** What an order is for, so that it is the same whenever it is sent. */
const Payload = Schema.Struct({
  units: Schema.NonEmptyArray(UnitId),
  offer: Schema.OptionFromNullOr(Schema.String),
  size: Schema.Int,
  places: Schema.Int
})
export type Payload = typeof Payload.Type

const encode = Schema.encodeSync(Payload)

const found = <A>(value: A | undefined, id: string): Effect.Effect<A, StoreError> =>
  value === undefined ? missing(id) : Effect.succeed(value)

const ordersOf = (
  engine: Engine.Service,
  payloads: ReadonlyArray<Payload>
): Effect.Effect<ReadonlyArray<LaunchOrder>, StoreError> =>
  Effect.gen(function* () {
    const { store } = engine
    const ids = payloads.flatMap(({ units }) => units)
    const units = byId(yield* store.getAll(tables.units, ids))
    const firsts = payloads.flatMap(({ units: [id] }) => units.get(id) ?? [])
    const runIds = [...new Set(firsts.map((unit) => unit.run))]
    const runs = byId(yield* Effect.forEach(runIds, (id) => Engine.runOf(engine, id)))
    const templates = byId(yield* store.getAll(tables.templates, runIds))
    const rows = firsts.map(({ assignment }) => assignment)
    const assignments = byId(yield* store.getAll(tables.assignments, rows))
    return yield* Effect.forEach(payloads, ({ offer, places, size, units: ofOrder }) =>
      Effect.gen(function* () {
        const all = yield* Effect.forEach(ofOrder, (id) => found(units.get(id), id))
        const run = yield* found(runs.get(all[0].run), all[0].run)
        const { inputs } = yield* found(assignments.get(all[0].assignment), all[0].assignment)
        return { units: all, run, inputs, template: templates.get(run.id)?.html ?? "", offer, size, places }
      })
    )
  })

const requestOf = (payload: Payload, order: LaunchOrder): Request<LaunchOrder> => ({
  token: tokenOf("launch", payload.units[0]),
  run: Option.some(order.run.id),
  subject: payload.units[0],
  payload: encode(payload),
  order
})

/** An order is known by its first unit, which is in no other that was sent. */
export const requestsOf = (
  engine: Engine.Service,
  payloads: ReadonlyArray<Payload>
): Effect.Effect<ReadonlyArray<Request<LaunchOrder>>, StoreError> =>
  Effect.map(ordersOf(engine, payloads), (orders) => Arr.zipWith(payloads, orders, requestOf))

/** What the intents were written down with. */
export const payloadsOf = (intents: ReadonlyArray<Intent>): Effect.Effect<ReadonlyArray<Payload>, StoreError> =>
  Effect.forEach(intents, (intent) => decodePayload(Payload, intent))

export const restore =
  (engine: Engine.Service) =>
  (intents: ReadonlyArray<Intent>): Effect.Effect<ReadonlyArray<LaunchOrder>, StoreError> =>
    Effect.flatMap(payloadsOf(intents), (payloads) => ordersOf(engine, payloads))
