/** What was left pending is brought to its end. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { StoreError } from "../CrowdError.js"
import type { Intent, Settlement } from "../Journal.js"
import { intents as table } from "../store/tables.js"
import { type Failure, type Item, leaseFrom, type Work } from "./intents.js"
import { isFree, isOver, renew } from "./leases.js"
import { record } from "./recording.js"
import { restored } from "./requests.js"
import { drive, takenUp } from "./rounds.js"
import { ask, type LookUp } from "./sending.js"

/** What is done about intents that somebody may be sending. */
export type Leased = "wait" | "skip"

const chunksOf = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

const settleAll = <Order, E extends Failure>(
  work: Work<Order, E>,
  intents: ReadonlyArray<Intent>,
  quiet: Partial<Item<Order>>
) =>
  Effect.forEach(
    chunksOf(intents, work.kind.outward.pageSize),
    (page) =>
      restored(work, page).pipe(
        Effect.map((items) => items.map((item) => ({ ...item, ...quiet }))),
        Effect.flatMap((items) => renew(work, items)),
        Effect.flatMap((items) => drive(work, takenUp(work, items)))
      ),
    { concurrency: work.kind.outward.concurrency, discard: true }
  )

/** How many of them there are now in each state. */
export const settlementOf = <Order, E extends Failure>(
  { store }: Work<Order, E>,
  intents: ReadonlyArray<Intent>
): Effect.Effect<Settlement, StoreError> =>
  Effect.map(
    store.getAll(
      table,
      intents.map(({ id }) => id)
    ),
    (rows) => {
      const among = (state: Intent["state"]) => rows.filter((row) => row.state === state).length
      return {
        done: among("done"),
        failed: among("failed"),
        uncertain: among("uncertain"),
        pending: among("pending")
      }
    }
  )

/** No lease is waited for longer than one can last, even if the clock went back. */
export const settle = <Order, E extends Failure>(
  work: Work<Order, E>,
  intents: ReadonlyArray<Intent>,
  leased: Leased
): Effect.Effect<Settlement, StoreError> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const isReady = (intent: Intent) => (leased === "wait" ? isFree(work, intent, now) : isOver(intent, now))
    const held = leased === "wait" ? intents.filter((intent) => !isReady(intent)) : []
    yield* settleAll(work, intents.filter(isReady), {})
    if (held.length > 0) {
      const waits = held.map(({ leaseUntil }) => DateTime.distance(now, leaseUntil))
      yield* Effect.sleep(Math.min(Math.max(...waits), DateTime.distance(now, leaseFrom(now, work.driver))))
      yield* settleAll(work, held, { quietAt: 0 })
    }
    return yield* settlementOf(work, intents)
  })

/** What is uncertain and shows at last is done; the rest stays as it is. */
export const lookAgain = <Order, E extends Failure>(
  work: Work<Order, E>,
  intents: ReadonlyArray<Intent>,
  lookUp: LookUp<Order>
): Effect.Effect<Settlement, StoreError> =>
  Effect.forEach(
    chunksOf(intents, work.kind.outward.pageSize),
    (page) =>
      Effect.gen(function* () {
        const { told } = yield* ask(work, yield* restored(work, page), lookUp)
        yield* record(
          work,
          told.filter(({ _tag }) => _tag === "Done")
        )
      }),
    { concurrency: work.kind.outward.concurrency, discard: true }
  ).pipe(Effect.zipRight(settlementOf(work, intents)))
