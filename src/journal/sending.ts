/** Orders go to the crowd: they are sent, or looked up. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { ProviderError, type StoreError } from "../CrowdError.js"
import type { Outward, Receipt, Sent } from "../Driver.js"
import { endOf, type Failure, type Item, type Work } from "./intents.js"
import { inTime } from "./leases.js"
import type { Verdict, Verdicts } from "./verdicts.js"

export type LookUp<Order> = Option.Option.Value<Outward<Order, never>["lookUp"]>

const unavailable = <Order, E extends Failure>(
  { driver, kind }: Work<Order, E>,
  description: string,
  retryAfter = 0
): ProviderError =>
  new ProviderError({
    reason: "Unavailable",
    provider: driver.provider,
    method: kind.name,
    description,
    ...(retryAfter > 0 ? { retryAfter: Duration.millis(retryAfter) } : {})
  })

export const unanswered = <Order, E extends Failure>({ driver, kind }: Work<Order, E>): ProviderError =>
  new ProviderError({
    reason: "Malformed",
    provider: driver.provider,
    method: kind.name,
    description: "fewer answers than orders"
  })

/** Counts and what is done, for whoever looks at debug logs; nothing that a crowd or a worker wrote. */
export const debug = <Order, E extends Failure>(
  { driver, kind }: Work<Order, E>,
  what: string,
  count: number
): Effect.Effect<void> => Effect.logDebug(`${driver.provider} ${kind.name}: ${count} ${what}`)

export const within = <Order, E extends Failure, A, E2>(
  work: Work<Order, E>,
  effect: Effect.Effect<A, E2>,
  millis: number
) =>
  Effect.timeoutFail(effect, {
    duration: millis,
    onTimeout: () => unavailable(work, `no answer within ${Duration.format(Duration.millis(millis))}`)
  })

export const sentOf = <Order>(items: ReadonlyArray<Item<Order>>): ReadonlyArray<Sent<Order>> =>
  items.map(({ intent: { id: token, prepared }, order }) => ({ token, order, prepared }))

const judge = <Order, E extends Failure>(
  item: Item<Order>,
  answer: Either.Either<Receipt, E | ProviderError>
): Verdict<Order, E> => {
  if (Either.isRight(answer)) return { _tag: "Done", item, receipt: answer.right }
  const error = answer.left
  if (!(error instanceof ProviderError)) return { _tag: "Failed", item, error }
  if (error.mayHaveHappened) return { _tag: "Again", item: { ...item, quietAt: endOf(item.intent) }, lost: true, error }
  return error.isRetryable ? { _tag: "Again", item, lost: false, error } : { _tag: "Failed", item, error }
}

/** Sends them, and waits for so many milliseconds at most. */
export const sendNow = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>,
  patience: number
): Effect.Effect<Verdicts<Order, E>> =>
  items.length === 0
    ? Effect.succeed([])
    : Effect.match(within(work, work.kind.outward.send(sentOf(items)), patience), {
        onSuccess: (answers) => items.map((item, i) => judge(item, answers[i] ?? Either.left(unanswered(work)))),
        onFailure: (error) => items.map((item) => judge(item, Either.left(error)))
      })

export const send = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>
): Effect.Effect<Verdicts<Order, E>, StoreError> =>
  inTime(work, items, (items, patience) => sendNow(work, items, patience))

export interface Found<Order, E> {
  /** What is not there and cannot be on its way any more. */
  readonly absent: ReadonlyArray<Item<Order>>
  readonly told: Verdicts<Order, E>
}

/** What the crowd tells of them; where it can only confirm, what it does not show is uncertain. */
export const ask = <Order, E extends Failure>(
  work: Work<Order, E>,
  items: ReadonlyArray<Item<Order>>,
  lookUp: LookUp<Order>
): Effect.Effect<Found<Order, E>> =>
  Effect.gen(function* () {
    const askedAt = yield* Clock.currentTimeMillis
    const timeout = Duration.toMillis(work.driver.timeout)
    const found = yield* Effect.either(within(work, lookUp(sentOf(items)), timeout))
    const absent: Array<Item<Order>> = []
    const told: Array<Verdict<Order, E>> = []
    const again = (item: Item<Order>, error: ProviderError) => told.push({ _tag: "Again", item, lost: true, error })
    for (const [i, item] of items.entries()) {
      const answer = Either.map(found, (answers) => answers[i])
      if (Either.isLeft(answer)) again(item, answer.left)
      else if (answer.right === undefined) again(item, unanswered(work))
      else if (Option.isSome(answer.right)) told.push({ _tag: "Done", item, receipt: answer.right.value })
      else if (work.kind.outward.lookUpCan === "confirm") told.push({ _tag: "Uncertain", item })
      else if (item.quietAt <= askedAt) absent.push(item)
      else again(item, unavailable(work, "no answer, and nothing of it to be seen yet", item.quietAt - askedAt))
    }
    const done = told.filter(({ _tag }) => _tag === "Done").length
    yield* debug(work, `looked up, ${done} found, ${absent.length} not there`, items.length)
    return { absent, told }
  })
