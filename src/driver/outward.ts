/** How one kind of outward effect is sent, and made sure of after an answer was lost. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ProviderError } from "../CrowdError.js"
import type { Token } from "../Ids.js"
import { FiniteDuration } from "../internal/schemas.js"
import type { Json } from "../Json.js"

/**
 * What an outward effect came back with. `remoteId` is the crowd's own name for what was made; `wait` is how long it
 * takes until the effect is complete (zero for most). Of a unit that was taken back from a worker we have as an agent it is
 * not kept: that agent has their own time.
 *
 * @since 0.1.0
 * @category models
 */
export const Receipt = Schema.Struct({
  remoteId: Schema.OptionFromNullOr(Schema.String),
  wait: FiniteDuration
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Receipt extends Schema.Schema.Type<typeof Receipt> {}

/**
 * A receipt of which there is nothing to say.
 *
 * @example
 * import { Driver } from "effect-crowd"
 * import * as Duration from "effect/Duration"
 *
 * Driver.receipt() // done, and nothing to say of it
 * Driver.receipt({ remoteId: "hit-17" }) // the crowd's own name for what was made
 * Driver.receipt({ wait: Duration.minutes(2) }) // complete after two minutes
 *
 * @since 0.1.0
 * @category constructors
 */
export const receipt = (
  options: { readonly remoteId?: string | undefined; readonly wait?: Duration.Duration } = {}
): Receipt => ({
  remoteId: Option.fromNullable(options.remoteId),
  wait: options.wait ?? Duration.zero
})

/**
 * Something to be done, under the token it is done with.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sent<Order> {
  readonly token: Token
  readonly order: Order
  /**
   * What `prepare` came to, as it was written down; none where the kind has no preparation. Decode it with a schema.
   */
  readonly prepared: Option.Option<Json>
}

/**
 * One kind of outward effect, and how it can be made sure of. After an answer was lost, or the process was killed, the
 * journal does the first of these that applies: within `repeatableFor` of the first sending it sends again with the same
 * token; with `lookUp` it asks what the crowd has; otherwise the effect becomes `Uncertain`.
 *
 * A second sending that is refused is looked up, where that can be done. Where it cannot, the refusal is taken for the
 * answer to the first sending, unless the crowd refuses every repeat: then it proves that something was sent and not that
 * it was done, and the effect becomes `Uncertain`.
 *
 * What a look-up finds is done. What it does not find is sent again, or has failed if it was refused; where look-ups can
 * only confirm it becomes `Uncertain`, is never sent again by itself, and is done once a later `settle` finds it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Outward<Order, E> {
  /**
   * Set where nobody is told and all there is of the effect is here, as of `settled`: it may then be part of a transaction
   * of the Store. Any other fails in one with `StoreError` (`InTransaction`), before anything is sent.
   */
  readonly isHere?: true
  /** How many orders one `send` takes at the most. */
  readonly pageSize: number
  /** How many `send`s may be under way at once. */
  readonly concurrency: number
  /**
   * For how long a second sending with the same token does nothing more than the first; zero if it is another effect.
   */
  readonly repeatableFor: Duration.Duration
  /**
   * What a second sending comes to within that time: it is `answered` as the first was, which is the default, or
   * `refused`.
   */
  readonly repeat?: "answered" | "refused" | undefined
  /**
   * What the crowd has under these tokens, in their order. None counts only once no sending can be under way any more.
   */
  readonly lookUp: Option.Option<
    (orders: ReadonlyArray<Sent<Order>>) => Effect.Effect<ReadonlyArray<Option.Option<Receipt>>, ProviderError>
  >
  /**
   * `decide`, which is the default, where what is not found did not happen; `confirm` where it may still come to be
   * seen.
   */
  readonly lookUpCan?: "decide" | "confirm" | undefined
  /**
   * What has to be there before the one call that counts: a snapshot, the id of a set-up. It is written down before the
   * order is sent, comes with it ever after, and is made anew only for what was never sent or has failed. One answer for
   * each order; where there is none, nothing was sent.
   */
  readonly prepare?:
    | ((
        orders: ReadonlyArray<Sent<Order>>
      ) => Effect.Effect<ReadonlyArray<Either.Either<Json, ProviderError>>, ProviderError>)
    | undefined
  /** One answer for each order, in their order. Failing is the same as that answer for every order. */
  readonly send: (
    orders: ReadonlyArray<Sent<Order>>
  ) => Effect.Effect<ReadonlyArray<Either.Either<Receipt, E>>, ProviderError>
}

/**
 * An `Outward` for crowds that take one order a call. A page is four calls deep, so `Driver.timeout` has to be more than
 * four times what a call takes. Orders that can neither be repeated nor be found missing by a look-up are written down
 * one by one: of a whole page that is cut off, nobody could say which were sent.
 *
 * @example
 * import { Driver } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 *
 * const sent = new Map<string, string>()
 *
 * // A crowd that answers the same to the same token within a day:
 * export const bonus = Driver.oneByOne<Driver.BonusOrder, never>({
 *   repeatableFor: "1 day",
 *   lookUp: ({ token }) =>
 *     Effect.succeed(Option.map(Option.fromNullable(sent.get(token)), (remoteId) => Driver.receipt({ remoteId }))),
 *   send: ({ order, token }) =>
 *     Effect.sync(() => {
 *       sent.set(token, order.worker.name)
 *       return Driver.receipt({ remoteId: order.worker.name })
 *     })
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const oneByOne = <Order, E>(options: {
  readonly concurrency?: number
  readonly repeatableFor?: Duration.DurationInput
  readonly repeat?: Outward<Order, E>["repeat"]
  readonly lookUp?: (order: Sent<Order>) => Effect.Effect<Option.Option<Receipt>, ProviderError>
  readonly lookUpCan?: Outward<Order, E>["lookUpCan"]
  readonly prepare?: (order: Sent<Order>) => Effect.Effect<Json, ProviderError>
  readonly send: (order: Sent<Order>) => Effect.Effect<Receipt, E>
}): Outward<Order, E> => {
  const concurrency = options.concurrency ?? 8
  const { lookUp, lookUpCan, prepare, repeat } = options
  const repeatableFor = Duration.decode(options.repeatableFor ?? Duration.zero)
  const canDecide = lookUp !== undefined && lookUpCan !== "confirm"
  const pageSize = canDecide || Duration.greaterThan(repeatableFor, Duration.zero) ? concurrency * 4 : 1
  return {
    pageSize,
    concurrency: pageSize === 1 ? concurrency : 1,
    repeatableFor,
    repeat,
    lookUp:
      lookUp === undefined ? Option.none() : Option.some((orders) => Effect.forEach(orders, lookUp, { concurrency })),
    lookUpCan,
    prepare: prepare && ((orders) => Effect.forEach(orders, (order) => Effect.either(prepare(order)), { concurrency })),
    send: (orders) => Effect.forEach(orders, (order) => Effect.either(options.send(order)), { concurrency })
  }
}

/**
 * The `Outward` of a crowd that need not be told: whatever is asked for has happened once it is written down here.
 *
 * @example
 * import { Driver } from "effect-crowd"
 *
 * // A crowd that keeps nobody out itself: the block is ours alone.
 * export const { block }: Pick<Driver.Driver, "block"> = { block: Driver.settled }
 *
 * @since 0.1.0
 * @category constructors
 */
export const settled: Outward<unknown, never> = {
  isHere: true,
  pageSize: 100,
  concurrency: 1,
  repeatableFor: Duration.infinity,
  lookUp: Option.none(),
  send: (orders) => Effect.succeed(orders.map(() => Either.right(receipt())))
}
