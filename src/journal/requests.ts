/** What is asked for is written down before it is sent, and what was written before is found again. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { StoreError } from "../CrowdError.js"
import { Receipt } from "../Driver.js"
import type { Token } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { intents as table } from "../store/tables.js"
import {
  endOf,
  type Failure,
  type Item,
  leaseFrom,
  type Outcome,
  type Outcomes,
  type Request,
  uncertain,
  type Work
} from "./intents.js"
import { isFree, renew } from "./leases.js"
import { byId } from "./payload.js"
import { type Items, takenUp } from "./rounds.js"

const decodeReceipt = Schema.decodeUnknown(Receipt)

const recordedReceipt = (intent: Intent): Effect.Effect<Receipt, StoreError> =>
  Effect.mapError(
    decodeReceipt(Option.getOrNull(intent.receipt)),
    (error) => new StoreError({ reason: "Corrupt", operation: `read intent ${intent.id}`, description: error.message })
  )

const begun = <Order, E extends Failure>(
  { driver, kind }: Work<Order, E>,
  request: Request<Order>,
  now: DateTime.Utc,
  attempts: number
): Intent => ({
  id: request.token,
  provider: driver.provider,
  kind: kind.name,
  run: request.run,
  subject: request.subject,
  payload: request.payload,
  prepared: Option.none(),
  state: "pending",
  attempts,
  firstSentAt: now,
  leaseUntil: leaseFrom(now, driver),
  settledAt: Option.none(),
  receipt: Option.none(),
  error: Option.none()
})

/** What the intents ask for. */
export const restored = <Order, E extends Failure>(
  { kind }: Work<Order, E>,
  intents: ReadonlyArray<Intent>
): Effect.Effect<ReadonlyArray<Item<Order>>, StoreError> =>
  Effect.map(kind.restore(intents), (orders) =>
    intents.flatMap((intent, i) => {
      const order = orders[i]
      return order === undefined ? [] : [{ intent, order, quietAt: endOf(intent) }]
    })
  )

export interface Written<Order, E> extends Items<Order> {
  readonly outcomes: Outcomes<E>
}

/**
 * Writes the requests down. Of those that were written before, tells what became of them; of those that somebody else
 * is sending, nothing.
 */
export const write = <Order, E extends Failure>(
  work: Work<Order, E>,
  requests: ReadonlyArray<Request<Order>>
): Effect.Effect<Written<Order, E>, StoreError> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const rows = new Map(requests.map((request) => [request.token, begun(work, request, now, 1)]))
    const inserted = new Set<string>(yield* work.store.insert(table, [...rows.values()]))
    const others = [...rows.keys()].filter((token) => !inserted.has(token))
    const before = byId(yield* work.store.getAll(table, others))
    const outcomes = new Map<Token, Outcome<E>>()
    const fresh = new Map<Token, Item<Order>>()
    const left: Array<Intent> = []
    for (const request of requests) {
      const { order, token } = request
      const known = before.get(token)
      if (known === undefined || known.state === "failed") {
        fresh.set(token, { intent: begun(work, request, now, (known?.attempts ?? 0) + 1), order, quietAt: 0 })
      } else if (known.state === "done") outcomes.set(token, Either.right(yield* recordedReceipt(known)))
      else if (known.state === "uncertain") outcomes.set(token, Either.left(uncertain(known)))
      else if (isFree(work, known, now)) left.push(known)
    }
    yield* work.store.put(
      table,
      [...fresh.values()].flatMap(({ intent }) => (inserted.has(intent.id) ? [] : [intent]))
    )
    const retaken = left.length === 0 ? [] : yield* Effect.flatMap(restored(work, left), (items) => renew(work, items))
    const again = takenUp(work, retaken)
    return { outcomes, fresh: [...fresh.values(), ...again.fresh], lost: again.lost }
  })
