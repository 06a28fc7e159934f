/** A HIT's Units: offered to workers, and taken back from them. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import { newUnit } from "../../provider/newUnit.js"
import * as States from "../../States.js"
import { assignments, units } from "../../store/tables.js"
import type { Unit } from "../../Units.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import * as onHold from "../money/onHold.js"
import type * as refusal from "../protocol/refusal.js"
import { type HITRow, timeKey } from "../rows.js"
import type { View } from "./views.js"

/** What a launch leads to; this crowd takes everything that is offered. */
const offered = Option.getOrThrow(States.nextUnit("created", "launch"))

/** Makes and offers `count` more Units. */
const add = (context: Context, row: HITRow, count: number, now: DateTime.Utc): Effect.Effect<HITRow, StoreError> =>
  count <= 0
    ? Effect.succeed(row)
    : Effect.gen(function* () {
        const assignment = { id: row.assignment, row: row.row, run: row.run }
        const made = Arr.makeBy(count, (more): Unit => {
          const index = row.units + more
          const id = ids.unitOf(row.unitKey, index)
          return { ...newUnit(id, assignment, index - row.moved, now, Option.none()), status: offered }
        })
        yield* context.store.insert(units, made)
        return { ...row, units: row.units + count }
      })

/** The row in its run's data from which the pages are made. */
export const enter = (context: Context, row: HITRow): Effect.Effect<void, StoreError> =>
  Effect.asVoid(
    context.store.insert(assignments, [{ id: row.assignment, run: row.run, row: row.row, inputs: { HITId: row.id } }])
  )

/** How many of the HIT's assignments nobody can get or has got. */
const lacking = ({ row, units }: View): number =>
  row.maxAssignments - units.filter(({ status }) => status !== "expired").length

/**
 * Offers what is not taken, until the HIT expires, and holds the money for it. Those at work keep their unit, and it comes
 * back if they leave it.
 */
export const open = (
  context: Context,
  view: View,
  now: DateTime.Utc
): Effect.Effect<HITRow, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    const { row, type, units: known } = view
    yield* onHold.hold(context, row, type, lacking(view))
    const kept = yield* context.store.update(units, {
      ids: known.map(({ id }) => id),
      when: { status: ["assigned"] },
      set: { withdrawnAt: Option.none(), updatedAt: now }
    })
    yield* context.rows.leaving.remove(...kept.map(({ id }) => id))
    const opened = yield* add(context, row, lacking(view), now)
    yield* context.rows.expiring.put("", expiryKey(opened), { id: row.id })
    yield* context.rows.active.put("", row.run, { id: row.run })
    yield* context.rows.hits.put(row.requester, row.id, opened)
    return opened
  })

/** Takes back what nobody is at work on, and the money for it; those at work may finish. */
export const withdraw = (context: Context, view: View, now: DateTime.Utc): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const known = view.units.map(({ id }) => id)
    const ended = yield* context.store.update(units, {
      ids: known,
      when: { status: States.unitSources("expire") },
      set: { status: "expired", withdrawnAt: Option.some(now), updatedAt: now }
    })
    yield* onHold.release(context, view.row, view.type, ended.length)
    const leaving = yield* context.store.update(units, {
      ids: known,
      when: { status: ["assigned"] },
      set: { withdrawnAt: Option.some(now), updatedAt: now }
    })
    yield* Effect.forEach(leaving, ({ id, run }) => context.rows.leaving.put(run, id, { id: view.row.id }), {
      discard: true
    })
    yield* context.rows.expiring.remove(expiryKey(view.row))
  })

export const expiryKey = ({ expiration, id }: HITRow): string => `${timeKey(expiration)}/${id}`

export const isOver = ({ expiration }: HITRow, now: DateTime.Utc): boolean =>
  DateTime.lessThanOrEqualTo(expiration, now)
