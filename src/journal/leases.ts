/** Who sends an intent: whoever has taken it, for as long as its lease lasts. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { StoreError } from "../CrowdError.js"
import type { Intent } from "../Journal.js"
import { intents as table } from "../store/tables.js"
import { endOf, type Failure, type Item, isRepeatable, leaseFrom, type Work } from "./intents.js"
import { byId } from "./payload.js"

export const isOver = ({ leaseUntil }: Intent, now: DateTime.Utc): boolean =>
  DateTime.lessThanOrEqualTo(leaseUntil, now)

/** Nobody can be sending it any more, or a second sending is answered like theirs. */
export const isFree = <Order, E extends Failure>(
  { driver, kind }: Work<Order, E>,
  intent: Intent,
  now: DateTime.Utc
): boolean =>
  isOver(intent, now) ||
  (kind.outward.repeat !== "refused" && isRepeatable(kind.outward, intent, leaseFrom(now, driver)))

/** Nobody else has taken it meanwhile. */
export const isOurs = (current: Intent | undefined, { attempts }: Intent): boolean =>
  current?.state === "pending" && current.attempts === attempts

/** Takes (or keeps) items for another sending; those that somebody else has taken meanwhile are left out. */
export const renew = <Order, E extends Failure>(
  { driver, store }: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>
): Effect.Effect<ReadonlyArray<Item<Order>>, StoreError> =>
  Effect.gen(function* () {
    const leaseUntil = leaseFrom(yield* DateTime.now, driver)
    const ids = items.map(({ intent }) => intent.id)
    return yield* store.transaction(
      Effect.gen(function* () {
        const rows = byId(yield* store.getAll(table, ids))
        const renewed = items.flatMap((item): ReadonlyArray<Item<Order>> => {
          const row = rows.get(item.intent.id)
          return row !== undefined && isOurs(row, item.intent)
            ? [{ ...item, intent: { ...row, attempts: row.attempts + 1, leaseUntil } }]
            : []
        })
        yield* store.put(
          table,
          renewed.map(({ intent }) => intent)
        )
        return renewed
      })
    )
  })

/** Goes on only under leases of which enough is left for a sending, and says how long that is. */
export const inTime = <Order, E extends Failure, A>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>,
  use: (items: ReadonlyArray<Item<Order>>, patience: number) => Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const timeout = Duration.toMillis(work.driver.timeout)
    const patience = Math.min(timeout, ...items.map(({ intent }) => endOf(intent) - timeout - now))
    return patience < timeout / 4
      ? Effect.flatMap(renew(work, items), (kept) => inTime(work, kept, use))
      : use(items, patience)
  })
