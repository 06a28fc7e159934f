/**
 * Places of HITs: the money for each is held from when it is on offer until its work is decided or nobody can do it any
 * more.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type { RunId, UnitId } from "../../Ids.js"
import { units } from "../../store/tables.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import type { HITRow, HITTypeRow } from "../rows.js"
import * as fees from "./fees.js"
import * as ledger from "./ledger.js"

const costOf = (row: HITRow, type: HITTypeRow, count: number): number => {
  const { amount, fee } = fees.ofPlace(row, type)
  return (amount + fee) * count
}

/** Fails where the account cannot pay for so many more. */
export const hold = (context: Context, row: HITRow, type: HITTypeRow, count: number) =>
  count > 0 ? ledger.hold(context, row.requester, costOf(row, type, count)) : Effect.void

export const release = (context: Context, row: HITRow, type: HITTypeRow, count: number) =>
  count > 0 ? ledger.release(context, row.requester, costOf(row, type, count)) : Effect.void

/** Gives back what is held for a place that nobody works on any more, if it is one that has ended thereby. */
export const releaseLeft = (context: Context, id: UnitId): Effect.Effect<void, StoreError> =>
  context.store.transaction(
    Effect.gen(function* () {
      const name = yield* context.rows.leaving.get(id)
      const unit = Option.isSome(name) ? yield* context.store.get(units, id) : Option.none()
      if (Option.isNone(name) || Option.isNone(unit) || unit.value.status === "assigned") return
      yield* context.rows.leaving.remove(id)
      if (unit.value.status !== "expired") return
      const row = yield* context.rows.hits.get(name.value.id)
      const type = yield* context.rows.hitTypes.get(ids.hitTypeOf(unit.value.run))
      if (Option.isSome(row) && Option.isSome(type)) yield* release(context, row.value, type.value, 1)
    })
  )

const pageSize = 100

/** The same for all of a HITType. Says whether none of them is left. */
export const releaseAllLeft = (context: Context, run: RunId, after = ""): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const page = yield* context.rows.leaving.page(run, { after, limit: pageSize })
    const found = yield* context.store.getAll(
      units,
      page.map(({ key }) => key)
    )
    const over = found.filter(({ status }) => status !== "assigned")
    yield* Effect.forEach(over, ({ id }) => releaseLeft(context, id), { discard: true })
    const last = page.at(-1)
    const rest = last !== undefined && page.length === pageSize ? yield* releaseAllLeft(context, run, last.key) : true
    return rest && over.length === page.length
  })
