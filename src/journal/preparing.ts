/** What has to be there before an order is sent is made, and written into its intent. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { ProviderError, StoreError } from "../CrowdError.js"
import type { Json } from "../Json.js"
import { intents as table } from "../store/tables.js"
import { type Failure, type Item, isUnprepared, type Work } from "./intents.js"
import { inTime, isOurs } from "./leases.js"
import { byId } from "./payload.js"
import { sentOf, unanswered, within } from "./sending.js"
import type { Verdict, Verdicts } from "./verdicts.js"

export interface Readied<Order, E> {
  readonly ready: ReadonlyArray<Item<Order>>
  /** What became of those that could not be prepared. */
  readonly told: Verdicts<Order, E>
}

interface Made<Order> {
  readonly item: Item<Order>
  readonly prepared: Json
}

/** Nothing was sent, whatever became of the preparation. */
const unprepared = <Order>(item: Item<Order>, error: ProviderError): Verdict<Order, never> =>
  error.isRetryable ? { _tag: "Again", item, lost: false, error } : { _tag: "Failed", item, error }

/** From now on it may have been sent. Those that somebody else has taken meanwhile are left out. */
const write = <Order, E extends Failure>({ store }: Work<Order, E>, made: ReadonlyArray<Made<Order>>) =>
  store.transaction(
    Effect.gen(function* () {
      const firstSentAt = yield* DateTime.now
      const ids = made.map(({ item }) => item.intent.id)
      const rows = byId(yield* store.getAll(table, ids))
      const written = made.flatMap(({ item, prepared }): ReadonlyArray<Item<Order>> => {
        const row = rows.get(item.intent.id)
        return row !== undefined && isOurs(row, item.intent)
          ? [{ ...item, intent: { ...row, prepared: Option.some(prepared), firstSentAt } }]
          : []
      })
      yield* store.put(
        table,
        written.map(({ intent }) => intent)
      )
      return written
    })
  )

/** Prepares those that are not prepared yet. */
export const prepare = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>
): Effect.Effect<Readied<Order, E>, StoreError> => {
  const { outward } = work.kind
  const make = outward.prepare
  const [ready, bare] = Arr.partition(items, ({ intent }) => isUnprepared(outward, intent))
  if (make === undefined || bare.length === 0) return Effect.succeed({ ready, told: [] })
  return inTime(work, bare, (bare, patience) =>
    Effect.gen(function* () {
      const answers = yield* Effect.either(within(work, make(sentOf(bare)), patience))
      const [failed, made] = Arr.partitionMap(bare, (item, i) =>
        Either.flatMap(answers, (all) => all[i] ?? Either.left(unanswered(work))).pipe(
          Either.mapBoth({ onLeft: (error) => unprepared(item, error), onRight: (prepared) => ({ item, prepared }) })
        )
      )
      return { ready: [...ready, ...(yield* write(work, made))], told: failed }
    })
  )
}
