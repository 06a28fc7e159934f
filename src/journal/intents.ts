import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import { type ProviderError, type StoreError, Uncertain } from "../CrowdError.js"
import type { Driver, Outward, Receipt } from "../Driver.js"
import { type RunId, Token } from "../Ids.js"
import type { Intent } from "../Journal.js"
import type { Json } from "../Json.js"
import type * as Store from "../Store.js"

/** What the journal needs of a driver. */
export type Sender = Pick<Driver, "provider" | "timeout">

/** Something to be done, as it is written down. */
export interface Request<Order> {
  readonly token: Token
  readonly run: Option.Option<RunId>
  readonly subject: string
  readonly payload: Json
  readonly order: Order
}

export interface Item<Order> {
  readonly intent: Intent
  readonly order: Order
  /** From when on no earlier sending of it can be under way, in milliseconds. */
  readonly quietAt: number
}

export interface Done<Order> {
  readonly intent: Intent
  readonly order: Order
  readonly receipt: Receipt
}

/**
 * One kind of outward effect: how it is sent, how its orders are made again from what was written down, and what its
 * success means here.
 */
export interface Kind<Order, E> {
  readonly name: string
  readonly outward: Outward<Order, E>
  /** Set where none of the kind is sent now: what another process left pending stays so, for one that sends it. */
  readonly isHeld?: boolean | undefined
  readonly restore: (intents: ReadonlyArray<Intent>) => Effect.Effect<ReadonlyArray<Order>, StoreError>
  /** Runs in the transaction that marks the intents done. */
  readonly apply: (done: ReadonlyArray<Done<Order>>) => Effect.Effect<void, StoreError>
}

/** Why an effect did not happen. */
export interface Failure {
  readonly _tag: string
  readonly message: string
}

/** One kind of effect, and where it is written down and sent. */
export interface Work<Order, E extends Failure> {
  readonly store: Store.Service
  readonly driver: Sender
  readonly kind: Kind<Order, E>
}

export type Outcome<E> = Either.Either<Receipt, E | ProviderError | Uncertain>
export type Outcomes<E> = ReadonlyMap<Token, Outcome<E>>

export const uncertain = (intent: Intent): Uncertain =>
  new Uncertain({ token: intent.id, operation: intent.kind, subject: intent.subject })

export const endOf = ({ leaseUntil }: Intent): number => DateTime.toEpochMillis(leaseUntil)

/**
 * A lease lasts twice the driver's timeout: a sending ends in its first half, and what the crowd makes of a sending that
 * was cut off ends in the second.
 */
export const leaseFrom = (now: DateTime.Utc, { timeout }: Sender): DateTime.Utc =>
  DateTime.addDuration(now, Duration.times(timeout, 2))

/**
 * A sending under a lease that ends then is over before the crowd forgets the token. Where the clock went back since, it
 * cannot be told how long ago the first was.
 */
export const isRepeatable = <Order, E>(
  { repeatableFor }: Outward<Order, E>,
  { firstSentAt }: Intent,
  leaseUntil: DateTime.Utc
): boolean => {
  const age = DateTime.distance(firstSentAt, leaseUntil)
  return !Duration.isFinite(repeatableFor) || (age >= 0 && age <= Duration.toMillis(repeatableFor))
}

/** Of a kind with a preparation: without it nothing was sent. */
export const isUnprepared = <Order, E>({ prepare }: Outward<Order, E>, { prepared }: Intent): boolean =>
  prepare !== undefined && Option.isNone(prepared)

/** The token of an effect on one entity, readable: `launch_unit_01H…`. */
export const tokenOf = (kind: string, id: string): Token => Token.make(`${kind}_${id}`)

/** The token of an effect that several things together make the same: their SHA-256. */
export const tokenOfParts = (kind: string, parts: ReadonlyArray<string>): Effect.Effect<Token> =>
  Effect.map(
    Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)))),
    (hash) => Token.make(`${kind}_${Encoding.encodeHex(new Uint8Array(hash)).slice(0, 48)}`)
  )
