/** Sending goes round by round, until everything is settled or the retry policy gives up. */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { ProviderError, StoreError } from "../CrowdError.js"
import { policy } from "../driver/retry.js"
import { type Failure, type Item, isUnprepared, type Outcomes, type Work } from "./intents.js"
import { renew } from "./leases.js"
import { prepare } from "./preparing.js"
import { note, record } from "./recording.js"
import { recover } from "./recovery.js"
import { debug, send } from "./sending.js"
import { type Again, outcomeOf, type Verdicts } from "./verdicts.js"

/** What is to be sent: for the first time, or again because it may have happened or not. */
export interface Items<Order> {
  readonly fresh: ReadonlyArray<Item<Order>>
  readonly lost: ReadonlyArray<Item<Order>>
}

/** What was left pending. */
export const takenUp = <Order, E extends Failure>(
  { kind }: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>
): Items<Order> => {
  const [lost, fresh] = Arr.partition(items, ({ intent }) => isUnprepared(kind.outward, intent))
  return { fresh, lost }
}

const outcomesOf = <Order, E>(verdicts: Verdicts<Order, E>): Outcomes<E> =>
  new Map(verdicts.map((verdict) => [verdict.item.intent.id, outcomeOf(verdict)]))

const retryAfterOf = ({ retryAfter }: ProviderError): number =>
  retryAfter === undefined ? 0 : Duration.toMillis(retryAfter)

/** The error after which to wait the longest. */
const slowestOf = <Order>(again: ReadonlyArray<Again<Order>>): ProviderError | undefined =>
  again.map(({ error }) => error).sort((a, b) => retryAfterOf(b) - retryAfterOf(a))[0]

/** Who is kept for the next round, as it ended for them in this. */
const itemsFor = <Order>(again: ReadonlyArray<Again<Order>>, kept: ReadonlyArray<Item<Order>>): Items<Order> => {
  const lost = new Set(again.filter(({ lost }) => lost).map(({ item }) => item.intent.id))
  return {
    fresh: kept.filter(({ intent }) => !lost.has(intent.id)),
    lost: kept.filter(({ intent }) => lost.has(intent.id))
  }
}

/** What cannot be prepared is not sent. */
const sendFresh = <Order, E extends Failure>(
  work: Work<Order, E>,
  fresh: ReadonlyArray<Item<Order>>
): Effect.Effect<Verdicts<Order, E>, StoreError> =>
  Effect.flatMap(prepare<Order, E>(work, fresh), ({ ready, told }) =>
    Effect.map(send(work, ready), (sent) => [...told, ...sent])
  )

/** The policy has given up: what cannot have happened has failed; the rest stays pending for `settle`. */
const abandon = <Order, E extends Failure>(work: Work<Order, E>, again: ReadonlyArray<Again<Order>>) => {
  const ended: Verdicts<Order, E> = again.map((verdict) => (verdict.lost ? verdict : { ...verdict, _tag: "Failed" }))
  const lost = again.filter(({ lost }) => lost)
  return Effect.map(Effect.zipRight(note(work, lost), record(work, ended)), outcomesOf)
}

/** Sends until the end. Of what others have taken there is no outcome. */
export const drive = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: Items<Order>
): Effect.Effect<Outcomes<E>, StoreError> =>
  Effect.gen(function* () {
    const retries = yield* Schedule.driver(policy)
    const round = ({ fresh, lost }: Items<Order>): Effect.Effect<Outcomes<E>, StoreError> =>
      Effect.gen(function* () {
        const verdicts = yield* record(work, [...(yield* sendFresh(work, fresh)), ...(yield* recover(work, lost))])
        const again = verdicts.filter((verdict) => verdict._tag === "Again")
        const outcomes = outcomesOf(verdicts.filter((verdict) => verdict._tag !== "Again"))
        const slowest = slowestOf(again)
        if (slowest === undefined) return outcomes
        const isOver = Option.isNone(yield* Effect.option(retries.next(slowest)))
        yield* debug(work, `${isOver ? "given up" : "tried again"} after ${slowest.reason}`, again.length)
        const items = again.map(({ item }) => item)
        const later = isOver
          ? abandon(work, again)
          : Effect.flatMap(renew(work, items), (kept) => round(itemsFor(again, kept)))
        return new Map([...outcomes, ...(yield* later)])
      })
    return yield* round(items)
  })
