import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { StoreError } from "../CrowdError.js"
import { Receipt } from "../Driver.js"
import type { Token } from "../Ids.js"
import type { Intent, Settlement } from "../Journal.js"
import type * as Store from "../Store.js"
import { intents as table } from "../store/tables.js"
import {
  endOf,
  type Item,
  isRepeatable,
  type Kind,
  leaseFrom,
  type Outcome,
  type Outcomes,
  type Request,
  type Sender,
  uncertain
} from "./intents.js"
import { byId } from "./payload.js"
import * as sending from "./sending.js"

/** A kind at work. */
export interface Runner<Order, E> {
  /** Writes the requests down (in one transaction with `requests`), sends what was not sent before, and answers one outcome a request, in their order. */
  readonly perform: <E2, R>(
    requests: Effect.Effect<ReadonlyArray<Request<Order>>, E2, R>
  ) => Effect.Effect<ReadonlyArray<Outcome<E>>, E2 | StoreError, R>
}

export type Leased = "wait" | "skip"

/** What the journal can do with any kind by its name. */
export interface AtWork {
  readonly settle: (intents: ReadonlyArray<Intent>, leased: Leased) => Effect.Effect<Settlement, StoreError>
  readonly confirm: (intent: Intent, receipt: Receipt) => Effect.Effect<void, StoreError>
}

const decodeReceipt = Schema.decodeUnknown(Receipt)

const recordedReceipt = (intent: Intent): Effect.Effect<Receipt, StoreError> =>
  Effect.mapError(
    decodeReceipt(Option.getOrNull(intent.receipt)),
    (error) => new StoreError({ reason: "Corrupt", operation: `read intent ${intent.id}`, description: error.message })
  )

const chunksOf = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

const isOver = (intent: Intent, now: DateTime.Utc): boolean => DateTime.lessThanOrEqualTo(intent.leaseUntil, now)

interface Written<Order, E> {
  readonly outcomes: Outcomes<E>
  readonly fresh: ReadonlyArray<Item<Order>>
  readonly lost: ReadonlyArray<Item<Order>>
}

export const make = <Order, E extends { readonly _tag: string; readonly message: string }>(
  store: Store.Service,
  driver: Sender,
  kind: Kind<Order, E>
): Runner<Order, E> & AtWork => {
  const { outward } = kind
  const { confirm, drive, renew } = sending.make(store, driver, kind)
  const outside = outward.isHere === true ? Effect.void : store.outside(kind.name)

  const restored = (intents: ReadonlyArray<Intent>): Effect.Effect<ReadonlyArray<Item<Order>>, StoreError> =>
    Effect.map(kind.restore(intents), (orders) =>
      intents.flatMap((intent, i) => {
        const order = orders[i]
        return order === undefined ? [] : [{ intent, order, quietAt: endOf(intent) }]
      })
    )

  const retaken = (intents: ReadonlyArray<Intent>) => Effect.flatMap(restored(intents), renew)

  /** Nobody can be sending it any more, or a second sending does no harm. */
  const isFree = (intent: Intent, now: DateTime.Utc): boolean =>
    isOver(intent, now) || isRepeatable(outward, intent, leaseFrom(now, driver))

  const begun = (request: Request<Order>, now: DateTime.Utc, attempts: number): Intent => ({
    id: request.token,
    provider: driver.provider,
    kind: kind.name,
    run: request.run,
    subject: request.subject,
    payload: request.payload,
    state: "pending",
    attempts,
    firstSentAt: now,
    leaseUntil: leaseFrom(now, driver),
    settledAt: Option.none(),
    receipt: Option.none(),
    error: Option.none()
  })

  /** Writes the requests down. Of those that were written before, tells what became of them; of those that somebody else is sending, nothing. */
  const write = (requests: ReadonlyArray<Request<Order>>): Effect.Effect<Written<Order, E>, StoreError> =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const rows = new Map(requests.map((request) => [request.token, begun(request, now, 1)]))
      const inserted = new Set<string>(yield* store.insert(table, [...rows.values()]))
      const before = byId(
        yield* store.getAll(
          table,
          [...rows.keys()].filter((token) => !inserted.has(token))
        )
      )
      const outcomes = new Map<Token, Outcome<E>>()
      const fresh = new Map<Token, Item<Order>>()
      const lost: Array<Intent> = []
      for (const request of requests) {
        const { order, token } = request
        const known = before.get(token)
        if (known === undefined || known.state === "failed") {
          fresh.set(token, { intent: begun(request, now, (known?.attempts ?? 0) + 1), order, quietAt: 0 })
        } else if (known.state === "done") outcomes.set(token, Either.right(yield* recordedReceipt(known)))
        else if (known.state === "uncertain") outcomes.set(token, Either.left(uncertain(known)))
        else if (isFree(known, now)) lost.push(known)
      }
      yield* store.put(
        table,
        [...fresh.values()].flatMap(({ intent }) => (inserted.has(intent.id) ? [] : [intent]))
      )
      return { outcomes, fresh: [...fresh.values()], lost: lost.length === 0 ? [] : yield* retaken(lost) }
    })

  /** As long as somebody else is sending some of them, waits for what becomes of those. */
  const performAll = <E2, R>(
    requests: Effect.Effect<ReadonlyArray<Request<Order>>, E2, R>
  ): Effect.Effect<readonly [ReadonlyArray<Request<Order>>, Outcomes<E>], E2 | StoreError, R> =>
    Effect.gen(function* () {
      yield* outside
      const { all, written } = yield* store.transaction(
        Effect.flatMap(requests, (all) => Effect.map(write(all), (written) => ({ all, written })))
      )
      const outcomes = new Map([...written.outcomes, ...(yield* drive(written.fresh, written.lost))])
      const rest = all.filter(({ token }) => !outcomes.has(token))
      if (rest.length === 0) return [all, outcomes]
      yield* Effect.sleep("50 millis")
      const [, others] = yield* performAll(Effect.succeed(rest))
      return [all, new Map([...outcomes, ...others])]
    })

  const perform: Runner<Order, E>["perform"] = (requests) =>
    Effect.flatMap(performAll(requests), ([all, outcomes]) => {
      const inOrder = all.flatMap(({ token }) => outcomes.get(token) ?? [])
      return inOrder.length === all.length
        ? Effect.succeed(inOrder)
        : Effect.dieMessage(`${all.length - inOrder.length} requests have no outcome`)
    })

  const settleAll = (intents: ReadonlyArray<Intent>, quiet: Partial<Item<Order>>) =>
    Effect.forEach(
      chunksOf(intents, outward.pageSize),
      (page) =>
        restored(page).pipe(
          Effect.map((items) => items.map((item) => ({ ...item, ...quiet }))),
          Effect.flatMap(renew),
          Effect.flatMap((items) => drive([], items))
        ),
      { concurrency: outward.concurrency, discard: true }
    )

  /** No lease is waited for longer than one can last, even if the clock went back. */
  const settle: AtWork["settle"] = (intents, leased) =>
    Effect.gen(function* () {
      yield* outside
      const now = yield* DateTime.now
      const isReady = (intent: Intent) => (leased === "wait" ? isFree(intent, now) : isOver(intent, now))
      const held = leased === "wait" ? intents.filter((intent) => !isReady(intent)) : []
      yield* settleAll(intents.filter(isReady), {})
      if (held.length > 0) {
        const waits = held.map(({ leaseUntil }) => DateTime.distance(now, leaseUntil))
        yield* Effect.sleep(Math.min(Math.max(...waits), DateTime.distance(now, leaseFrom(now, driver))))
        yield* settleAll(held, { quietAt: 0 })
      }
      const rows = yield* store.getAll(
        table,
        intents.map(({ id }) => id)
      )
      const among = (state: Intent["state"]) => rows.filter((row) => row.state === state).length
      return {
        done: among("done"),
        failed: among("failed"),
        uncertain: among("uncertain"),
        pending: among("pending")
      }
    })

  return {
    perform,
    settle,
    confirm: (intent, receipt) => Effect.flatMap(restored([intent]), (items) => confirm(items, receipt))
  }
}
