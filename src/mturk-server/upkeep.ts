/**
 * What happens by itself: leases that end, workers whose silence is noticed, HITs that expire, submissions that approve
 * themselves, tokens that are forgotten.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import { units } from "../store/tables.js"
import { type Context, orDefect } from "./context.js"
import * as offer from "./hits/offer.js"
import * as views from "./hits/views.js"
import * as ids from "./ids.js"
import * as autoApproval from "./money/autoApproval.js"
import * as onHold from "./money/onHold.js"
import * as tokens from "./protocol/tokens.js"
import { timeKey } from "./rows.js"

const pageSize = 100

const expire = (context: Context, key: string, id: string, now: DateTime.Utc) =>
  context.store.transaction(
    Effect.gen(function* () {
      const row = yield* context.rows.hits.get(id)
      const [view] = Option.isSome(row) ? yield* views.load(context, [row.value]) : []
      if (view !== undefined && offer.isOver(view.row, now)) yield* offer.withdraw(context, view, now)
      yield* context.rows.expiring.remove(key)
    })
  )

/** Takes back every HIT whose time is over. Only those are looked at. */
export const expireOverdue = (context: Context, now: DateTime.Utc): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const overdueHits = (limit: number) =>
      Effect.map(context.rows.expiring.page("", { after: "", limit }), (page) =>
        page.filter(({ key }) => key.slice(0, timeKey(now).length) <= timeKey(now))
      )
    if ((yield* overdueHits(1)).length === 0) return
    const over = yield* overdueHits(pageSize)
    yield* Effect.forEach(over, ({ key, value }) => expire(context, key, value.id, now), { discard: true })
    if (over.length === pageSize) yield* expireOverdue(context, now)
  })

/** Brings a HITType to now. */
export const settleRun = (context: Context, run: RunId, now: DateTime.Utc): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const ended = yield* context.store.page(units, {
      where: { run, status: "assigned" },
      orderBy: "leaseUntil",
      atMost: { leaseUntil: Option.some(now) },
      limit: 1
    })
    if (ended.length > 0) yield* orDefect(context.agents.endOverdue(run))
    const type = yield* context.rows.hitTypes.get(ids.hitTypeOf(run))
    if (Option.isSome(type)) yield* autoApproval.approve(context, run, type.value.autoApprovalDelay, now)
  })

const isQuiet = (context: Context, run: RunId) =>
  Effect.map(
    orDefect(context.runs.counts(run)),
    ({ assigned, completed, launched }) => assigned + completed + launched === 0
  )

/** One round over everything of which something may happen. */
export const round = (context: Context): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    yield* expireOverdue(context, now)
    yield* tokens.tidy(context, now)
    const settle = (after: string): Effect.Effect<void, StoreError> =>
      Effect.gen(function* () {
        const page = yield* context.rows.active.page("", { after, limit: pageSize })
        yield* Effect.forEach(
          page,
          ({ value: { id: run } }) =>
            Effect.gen(function* () {
              yield* settleRun(context, run, now)
              yield* orDefect(context.agents.disconnectSilent(run))
              const isSettled = yield* onHold.releaseAllLeft(context, run)
              yield* context.store.transaction(
                Effect.gen(function* () {
                  yield* context.rows.active.get(run)
                  if (isSettled && (yield* isQuiet(context, run))) yield* context.rows.active.remove(run)
                })
              )
            }),
          { discard: true }
        )
        const last = page.at(-1)
        if (last !== undefined && page.length === pageSize) yield* settle(last.key)
      })
    yield* settle("")
  })
