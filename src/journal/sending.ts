import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { ProviderError, type StoreError } from "../CrowdError.js"
import { type Outward, Receipt } from "../Driver.js"
import { policy } from "../driver/retry.js"
import type { Intent } from "../Journal.js"
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
  type Sender,
  uncertain
} from "./intents.js"
import { byId } from "./payload.js"

type Again<Order> = {
  readonly _tag: "Again"
  readonly item: Item<Order>
  readonly lost: boolean
  readonly error: ProviderError
}

/** What one round of sending came to: settled for good, or to be tried again (`lost`: it may have happened). */
type Verdict<Order, E> =
  | { readonly _tag: "Done"; readonly item: Item<Order>; readonly receipt: Receipt }
  | { readonly _tag: "Failed"; readonly item: Item<Order>; readonly error: E | ProviderError }
  | { readonly _tag: "Uncertain"; readonly item: Item<Order> }
  | Again<Order>

type LookUp<Order> = Option.Option.Value<Outward<Order, never>["lookUp"]>

const encodeReceipt = Schema.encodeSync(Receipt)
const retryAfterOf = ({ retryAfter }: ProviderError): number =>
  retryAfter === undefined ? 0 : Duration.toMillis(retryAfter)

const outcomeOf = <Order, E>(verdict: Verdict<Order, E>): Outcome<E> => {
  switch (verdict._tag) {
    case "Done":
      return Either.right(verdict.receipt)
    case "Uncertain":
      return Either.left(uncertain(verdict.item.intent))
    default:
      return Either.left(verdict.error)
  }
}

/** The row as it is after the verdict. */
const settledRow = <Order, E extends { readonly _tag: string; readonly message: string }>(
  row: Intent,
  verdict: Verdict<Order, E>,
  now: DateTime.Utc
): Intent => ({
  ...row,
  state: verdict._tag === "Done" ? "done" : verdict._tag === "Failed" ? "failed" : "uncertain",
  settledAt: Option.some(now),
  receipt: verdict._tag === "Done" ? Option.some(encodeReceipt(verdict.receipt)) : Option.none(),
  error:
    verdict._tag === "Failed"
      ? Option.some({ _tag: verdict.error._tag, message: verdict.error.message })
      : Option.none()
})

/** How items come to an end. */
export interface Sending<Order, E> {
  /** Takes (or keeps) items for another sending; those that somebody else has taken meanwhile are left out. */
  readonly renew: (items: ReadonlyArray<Item<Order>>) => Effect.Effect<ReadonlyArray<Item<Order>>, StoreError>
  /** Sends until everything is settled or the retry policy gives up. Of what others have taken there is no outcome. */
  readonly drive: (
    fresh: ReadonlyArray<Item<Order>>,
    lost: ReadonlyArray<Item<Order>>
  ) => Effect.Effect<Outcomes<E>, StoreError>
  /** Marks them done. */
  readonly confirm: (items: ReadonlyArray<Item<Order>>, receipt: Receipt) => Effect.Effect<void, StoreError>
}

export const make = <Order, E extends { readonly _tag: string; readonly message: string }>(
  store: Store.Service,
  driver: Sender,
  kind: Kind<Order, E>
): Sending<Order, E> => {
  const { outward } = kind
  const timeout = Duration.toMillis(driver.timeout)

  const unavailable = (description: string, retryAfter = 0) =>
    new ProviderError({
      reason: "Unavailable",
      provider: driver.provider,
      method: kind.name,
      description,
      ...(retryAfter > 0 ? { retryAfter: Duration.millis(retryAfter) } : {})
    })

  const unanswered = new ProviderError({
    reason: "Malformed",
    provider: driver.provider,
    method: kind.name,
    description: "fewer answers than orders"
  })

  /** Counts and what is done, for whoever looks at debug logs; nothing that a crowd or a worker wrote. */
  const debug = (what: string, count: number) => Effect.logDebug(`${driver.provider} ${kind.name}: ${count} ${what}`)

  const within = <A, E2>(effect: Effect.Effect<A, E2>, millis: number): Effect.Effect<A, E2 | ProviderError> =>
    Effect.timeoutFail(effect, {
      duration: millis,
      onTimeout: () => unavailable(`no answer within ${Duration.format(Duration.millis(millis))}`)
    })

  const sentOf = (items: ReadonlyArray<Item<Order>>) => items.map(({ intent, order }) => ({ token: intent.id, order }))

  const judge = (item: Item<Order>, answer: Either.Either<Receipt, E | ProviderError>): Verdict<Order, E> => {
    if (Either.isRight(answer)) return { _tag: "Done", item, receipt: answer.right }
    const error = answer.left
    if (!(error instanceof ProviderError)) return { _tag: "Failed", item, error }
    if (error.mayHaveHappened) {
      return { _tag: "Again", item: { ...item, quietAt: endOf(item.intent) }, lost: true, error }
    }
    return error.isRetryable ? { _tag: "Again", item, lost: false, error } : { _tag: "Failed", item, error }
  }

  const sendNow = (
    items: ReadonlyArray<Item<Order>>,
    patience: number
  ): Effect.Effect<ReadonlyArray<Verdict<Order, E>>> =>
    items.length === 0
      ? Effect.succeed([])
      : Effect.match(within(outward.send(sentOf(items)), patience), {
          onSuccess: (answers) => items.map((item, i) => judge(item, answers[i] ?? Either.left(unanswered))),
          onFailure: (error) => items.map((item) => judge(item, Either.left(error)))
        })

  const renew: Sending<Order, E>["renew"] = (items) =>
    Effect.gen(function* () {
      const leaseUntil = leaseFrom(yield* DateTime.now, driver)
      const ids = items.map(({ intent }) => intent.id)
      return yield* store.transaction(
        Effect.gen(function* () {
          const rows = byId(yield* store.getAll(table, ids))
          const renewed = items.flatMap((item): ReadonlyArray<Item<Order>> => {
            const row = rows.get(item.intent.id)
            return row?.state === "pending" && row.attempts === item.intent.attempts
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
  const inTime = <A>(
    items: ReadonlyArray<Item<Order>>,
    use: (items: ReadonlyArray<Item<Order>>, patience: number) => Effect.Effect<A, StoreError>
  ): Effect.Effect<A, StoreError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const patience = Math.min(timeout, ...items.map(({ intent }) => endOf(intent) - timeout - now))
      return patience < timeout / 4 ? Effect.flatMap(renew(items), (kept) => inTime(kept, use)) : use(items, patience)
    })

  const send = (items: ReadonlyArray<Item<Order>>) => inTime(items, sendNow)

  const repeatable = ({ intent }: Item<Order>) => isRepeatable(outward, intent, intent.leaseUntil)

  /** What the crowd tells of them; `absent` is what is not there and cannot be on its way any more. */
  const ask = (items: ReadonlyArray<Item<Order>>, lookUp: LookUp<Order>) =>
    Effect.gen(function* () {
      const askedAt = yield* Clock.currentTimeMillis
      const found = yield* Effect.either(within(lookUp(sentOf(items)), timeout))
      const absent: Array<Item<Order>> = []
      const told: Array<Verdict<Order, E>> = []
      const again = (item: Item<Order>, error: ProviderError) => told.push({ _tag: "Again", item, lost: true, error })
      for (const [i, item] of items.entries()) {
        const answer = Either.map(found, (answers) => answers[i])
        if (Either.isLeft(answer)) again(item, answer.left)
        else if (answer.right === undefined) again(item, unanswered)
        else if (Option.isSome(answer.right)) told.push({ _tag: "Done", item, receipt: answer.right.value })
        else if (item.quietAt <= askedAt) absent.push(item)
        else again(item, unavailable("no answer, and nothing of it to be seen yet", item.quietAt - askedAt))
      }
      const done = told.filter(({ _tag }) => _tag === "Done").length
      yield* debug(`looked up, ${done} found, ${absent.length} not there`, items.length)
      return { absent, told }
    })

  /** What is not there is sent again. */
  const askFirst = (items: ReadonlyArray<Item<Order>>): Effect.Effect<ReadonlyArray<Verdict<Order, E>>, StoreError> =>
    Effect.gen(function* () {
      if (items.length === 0) return []
      if (Option.isNone(outward.lookUp)) return items.map((item) => ({ _tag: "Uncertain", item }))
      const { absent, told } = yield* ask(items, outward.lookUp.value)
      return absent.length === 0 ? told : [...told, ...(yield* send(absent))]
    })

  /**
   * That a repeat was refused says nothing of the sending before it: refused for the moment, it is tried again; for
   * good, it has failed only if the crowd, where it can be asked, has nothing of it.
   */
  const repeat = (
    items: ReadonlyArray<Item<Order>>,
    patience: number
  ): Effect.Effect<ReadonlyArray<Verdict<Order, E>>> =>
    Effect.gen(function* () {
      const verdicts = (yield* sendNow(items, patience)).map((verdict) =>
        verdict._tag === "Again" ? { ...verdict, lost: true } : verdict
      )
      const failed = verdicts.filter(({ _tag }) => _tag === "Failed")
      if (failed.length === 0 || Option.isNone(outward.lookUp)) return verdicts
      const { absent, told } = yield* ask(
        failed.map(({ item }) => item),
        outward.lookUp.value
      )
      return [...verdicts.filter(({ _tag, item }) => _tag !== "Failed" || absent.includes(item)), ...told]
    })

  /** What is to be done about items of which we do not know whether they happened. */
  const recover = (items: ReadonlyArray<Item<Order>>) =>
    items.length === 0
      ? Effect.succeed([])
      : Effect.zipRight(debug("may have happened or not: recovered", items.length), recoverNow(items))

  const recoverNow = (items: ReadonlyArray<Item<Order>>) =>
    inTime(items, (items, patience) =>
      Effect.zipWith(
        repeat(items.filter(repeatable), patience),
        askFirst(items.filter((item) => !repeatable(item))),
        (repeated, asked) => [...repeated, ...asked]
      )
    )

  /**
   * Writes down what is settled, with what it means here, in one transaction. Answers the verdicts that count: that
   * something was done always does; anything else only as long as nobody else has taken it.
   */
  const record = (
    verdicts: ReadonlyArray<Verdict<Order, E>>
  ): Effect.Effect<ReadonlyArray<Verdict<Order, E>>, StoreError> =>
    verdicts.every(({ _tag }) => _tag === "Again")
      ? Effect.succeed(verdicts)
      : store.transaction(
          Effect.gen(function* () {
            const now = yield* DateTime.now
            const current = byId(
              yield* store.getAll(
                table,
                verdicts.map(({ item }) => item.intent.id)
              )
            )
            const isOurs = ({ attempts, id }: Intent) =>
              current.get(id)?.state === "pending" && current.get(id)?.attempts === attempts
            const counting = verdicts.filter(
              ({ _tag, item }) => _tag === "Again" || _tag === "Done" || isOurs(item.intent)
            )
            const changed = counting.flatMap((verdict) => {
              const row = current.get(verdict.item.intent.id) ?? verdict.item.intent
              return verdict._tag === "Again" || row.state === "done"
                ? []
                : [{ verdict, row: settledRow(row, verdict, now) }]
            })
            yield* store.put(
              table,
              changed.map(({ row }) => row)
            )
            const done = changed.flatMap(({ row, verdict }) =>
              verdict._tag === "Done" ? [{ intent: row, order: verdict.item.order, receipt: verdict.receipt }] : []
            )
            if (done.length > 0) yield* kind.apply(done)
            return counting
          })
        )

  /** What stays pending keeps the error it was given up for. */
  const note = (again: ReadonlyArray<Again<Order>>) =>
    store.transaction(
      Effect.gen(function* () {
        const rows = byId(
          yield* store.getAll(
            table,
            again.map(({ item }) => item.intent.id)
          )
        )
        yield* store.put(
          table,
          again.flatMap(({ error: { _tag, message }, item }) => {
            const row = rows.get(item.intent.id)
            const isOurs = row?.state === "pending" && row.attempts === item.intent.attempts
            return isOurs ? [{ ...row, error: Option.some({ _tag, message }) }] : []
          })
        )
      })
    )

  /** The policy has given up: what cannot have happened has failed; the rest stays pending for `settle`. */
  const abandon = (again: ReadonlyArray<Again<Order>>) =>
    Effect.map(
      Effect.zipRight(
        note(again.filter(({ lost }) => lost)),
        record(again.map((verdict) => (verdict.lost ? verdict : { ...verdict, _tag: "Failed" })))
      ),
      (counting) => new Map(counting.map((verdict) => [verdict.item.intent.id, outcomeOf(verdict)]))
    )

  const drive: Sending<Order, E>["drive"] = (fresh, lost) =>
    Effect.gen(function* () {
      const retries = yield* Schedule.driver(policy)
      const round = (
        fresh: ReadonlyArray<Item<Order>>,
        lost: ReadonlyArray<Item<Order>>
      ): Effect.Effect<Outcomes<E>, StoreError> =>
        Effect.gen(function* () {
          const verdicts = yield* record([...(yield* send(fresh)), ...(yield* recover(lost))])
          const again = verdicts.filter((verdict) => verdict._tag === "Again")
          const outcomes = verdicts
            .filter((verdict) => verdict._tag !== "Again")
            .map((verdict) => [verdict.item.intent.id, outcomeOf(verdict)] as const)
          const [slowest] = again.map(({ error }) => error).sort((a, b) => retryAfterOf(b) - retryAfterOf(a))
          if (slowest === undefined) return new Map(outcomes)
          const isOver = Option.isNone(yield* Effect.option(retries.next(slowest)))
          yield* debug(`${isOver ? "given up" : "tried again"} after ${slowest.reason}`, again.length)
          const later = isOver ? abandon(again) : Effect.flatMap(renew(again.map(({ item }) => item)), nextRound(again))
          return new Map([...outcomes, ...(yield* later)])
        })
      const nextRound = (again: ReadonlyArray<Again<Order>>) => (kept: ReadonlyArray<Item<Order>>) => {
        const lost = new Set(again.filter(({ lost }) => lost).map(({ item }) => item.intent.id))
        return round(
          kept.filter(({ intent }) => !lost.has(intent.id)),
          kept.filter(({ intent }) => lost.has(intent.id))
        )
      }
      return yield* round(fresh, lost)
    })

  return {
    renew,
    drive,
    confirm: (items, receipt) => record(items.map((item) => ({ _tag: "Done", item, receipt })))
  }
}
