/** Reading HITs. */
import * as Effect from "effect/Effect"
import type { StoreError } from "../../CrowdError.js"
import { assignments } from "../../store/tables.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import * as qualificationTypes from "../people/qualificationTypes.js"
import * as listing from "../protocol/listing.js"
import { operations } from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import type { HITRow } from "../rows.js"
import * as upkeep from "../upkeep.js"
import * as hits from "./hits.js"
import * as hitTypes from "./hitTypes.js"
import * as views from "./views.js"

export const handlers = (context: Context) => {
  /** Brought to now, with the few HITTypes that are on the page. */
  const settle = (rows: ReadonlyArray<HITRow>, caller: Caller): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      yield* upkeep.expireOverdue(context, caller.now)
      yield* Effect.forEach(new Set(rows.map(({ run }) => run)), (run) => upkeep.settleRun(context, run, caller.now), {
        discard: true
      })
    })

  const show = (caller: Caller, counts: (view: views.View) => boolean) => (rows: ReadonlyArray<HITRow>) =>
    Effect.gen(function* () {
      yield* settle(rows, caller)
      const current = new Map((yield* context.rows.hits.getAll(rows.map(({ id }) => id))).map((row) => [row.id, row]))
      const known = yield* views.load(
        context,
        rows.map((row) => current.get(row.id) ?? row)
      )
      return known.filter(counts).map((view) => ({ key: view.row.id, item: views.hit(view) }))
    })

  /** A HIT's name begins with when it was made. */
  const ofCaller = (caller: Caller, reverse: boolean) => (after: string, limit: number) =>
    Effect.map(context.rows.hits.page(caller.requester, { after, limit, reverse }), (page) =>
      page.map(({ value }) => value)
    )

  const keyOf = ({ id }: HITRow) => id

  const all = (asked: listing.Asked, caller: Caller, counts: (view: views.View) => boolean, newestFirst: boolean) =>
    Effect.map(
      listing.page(asked, { read: ofCaller(caller, newestFirst), keyOf, show: show(caller, counts) }),
      ({ items, ...page }) => ({ ...page, HITs: items })
    )

  /** Those of one HITType are the rows of its run. */
  const ofType = (asked: listing.Asked, caller: Caller, typeId: string, counts: (view: views.View) => boolean) =>
    Effect.gen(function* () {
      const { run } = yield* hitTypes.get(context, caller.requester, typeId)
      const read = (after: string, limit: number) =>
        /^\d{0,10}$/.test(after)
          ? context.store.page(assignments, {
              where: { run },
              orderBy: "row",
              after: after === "" ? undefined : { id: ids.lastAssignment, run, row: Number(after), inputs: {} },
              limit
            })
          : listing.notOurs
      const { items, ...page } = yield* listing.page(asked, {
        read,
        keyOf: ({ row }) => String(row),
        show: (entries) =>
          Effect.gen(function* () {
            const names = entries.map(({ inputs }) => inputs["HITId"] ?? "")
            const rows = (yield* context.rows.hits.getAll(names)).filter((row) => row.run === run && !row.disposed)
            const inOrder = rows.toSorted((a, b) => a.row - b.row)
            const shown = yield* show(caller, counts)(inOrder)
            const rowOf = new Map(inOrder.map(({ id, row }) => [id, String(row)]))
            return shown.map(({ item, key }) => ({ item, key: rowOf.get(key) ?? "" }))
          })
      })
      return { ...page, HITs: items }
    })

  /** They are few, and kept apart. */
  const reviewing = (asked: listing.Asked, caller: Caller, typeId: string, counts: (view: views.View) => boolean) =>
    Effect.gen(function* () {
      const { run } = yield* hitTypes.get(context, caller.requester, typeId)
      const { items, ...page } = yield* listing.page(asked, {
        read: (after, limit) => context.rows.reviewing.page(run, { after, limit }),
        keyOf: ({ key }) => key,
        show: (entries) =>
          Effect.flatMap(context.rows.hits.getAll(entries.map(({ key }) => key)), (rows) =>
            show(
              caller,
              counts
            )(rows.filter((row) => row.run === run && !row.disposed).toSorted((a, b) => (a.id < b.id ? -1 : 1)))
          )
      })
      return { ...page, HITs: items }
    })

  return [
    on(operations.GetHIT, ({ HITId }, caller) =>
      Effect.map(hits.settled(context, caller, HITId), (view) => ({ HIT: views.hit(view) }))
    ),
    on(operations.ListHITs, (input, caller) => all(input, caller, () => true, true)),
    on(operations.ListReviewableHITs, ({ HITTypeId, Status = "Reviewable", ...asked }, caller) => {
      const counts = (view: views.View) => views.statusOf(view) === Status
      if (HITTypeId === undefined) return all(asked, caller, counts, false)
      return Status === "Reviewing"
        ? reviewing(asked, caller, HITTypeId, counts)
        : ofType(asked, caller, HITTypeId, counts)
    }),
    on(operations.ListHITsForQualificationType, ({ QualificationTypeId, ...asked }, caller) =>
      Effect.zipRight(
        qualificationTypes.get(context, QualificationTypeId),
        all(asked, caller, ({ type }) => qualificationTypes.isRequired(type, QualificationTypeId), false)
      )
    )
  ]
}
