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

/** Which of the HITs a list counts. */
type Counts = (view: views.View) => boolean

/** Brought to now, with the few HITTypes that are on the page. */
const settle = (context: Context, rows: ReadonlyArray<HITRow>, caller: Caller): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* upkeep.expireOverdue(context, caller.now)
    yield* Effect.forEach(new Set(rows.map(({ run }) => run)), (run) => upkeep.settleRun(context, run, caller.now), {
      discard: true
    })
  })

const show = (context: Context, caller: Caller, counts: Counts) => (rows: ReadonlyArray<HITRow>) =>
  Effect.gen(function* () {
    yield* settle(context, rows, caller)
    const current = new Map((yield* context.rows.hits.getAll(rows.map(({ id }) => id))).map((row) => [row.id, row]))
    const known = yield* views.load(
      context,
      rows.map((row) => current.get(row.id) ?? row)
    )
    return known.filter(counts).map((view) => ({ key: view.row.id, item: views.hit(view) }))
  })

/** A HIT's name begins with when it was made. */
const ofCaller =
  (context: Context, { requester }: Caller, reverse: boolean) =>
  (after: string, limit: number) =>
    Effect.map(context.rows.hits.page(requester, { after, limit, reverse }), (page) => page.map(({ value }) => value))

const all = (context: Context, caller: Caller, asked: listing.Asked, counts: Counts, newestFirst: boolean) =>
  Effect.map(
    listing.page(asked, {
      read: ofCaller(context, caller, newestFirst),
      keyOf: ({ id }) => id,
      show: show(context, caller, counts)
    }),
    ({ items, ...page }) => ({ ...page, HITs: items })
  )

/** Those of one HITType are the rows of its run. */
const ofType = (context: Context, caller: Caller, asked: listing.Asked, typeId: string, counts: Counts) =>
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
          const shown = yield* show(context, caller, counts)(inOrder)
          const rowOf = new Map(inOrder.map(({ id, row }) => [id, String(row)]))
          return shown.map(({ item, key }) => ({ item, key: rowOf.get(key) ?? "" }))
        })
    })
    return { ...page, HITs: items }
  })

/** Those that are Reviewing are few, and kept apart. */
const reviewing = (context: Context, caller: Caller, asked: listing.Asked, typeId: string, counts: Counts) =>
  Effect.gen(function* () {
    const { run } = yield* hitTypes.get(context, caller.requester, typeId)
    const shown = show(context, caller, counts)
    const { items, ...page } = yield* listing.page(asked, {
      read: (after, limit) => context.rows.reviewing.page(run, { after, limit }),
      keyOf: ({ key }) => key,
      show: (entries) =>
        Effect.flatMap(context.rows.hits.getAll(entries.map(({ key }) => key)), (rows) =>
          shown(rows.filter((row) => row.run === run && !row.disposed).toSorted((a, b) => (a.id < b.id ? -1 : 1)))
        )
    })
    return { ...page, HITs: items }
  })

export const handlers = (context: Context) => [
  on(operations.GetHIT, ({ HITId }, caller) =>
    Effect.map(hits.settled(context, caller, HITId), (view) => ({ HIT: views.hit(view) }))
  ),
  on(operations.ListHITs, (asked, caller) => all(context, caller, asked, () => true, true)),
  on(operations.ListReviewableHITs, ({ HITTypeId, Status = "Reviewable", ...asked }, caller) => {
    const counts: Counts = (view) => views.statusOf(view) === Status
    if (HITTypeId === undefined) return all(context, caller, asked, counts, false)
    return Status === "Reviewing"
      ? reviewing(context, caller, asked, HITTypeId, counts)
      : ofType(context, caller, asked, HITTypeId, counts)
  }),
  on(operations.ListHITsForQualificationType, ({ QualificationTypeId, ...asked }, caller) =>
    Effect.zipRight(
      qualificationTypes.get(context, QualificationTypeId),
      all(context, caller, asked, ({ type }) => qualificationTypes.isRequired(type, QualificationTypeId), false)
    )
  )
]
