/** What one round of sending came to, for each order. */
import * as Either from "effect/Either"
import type { ProviderError } from "../CrowdError.js"
import type { Receipt } from "../Driver.js"
import { type Item, type Outcome, uncertain } from "./intents.js"

/** To be tried again; `lost`: it may have happened. */
export interface Again<Order> {
  readonly _tag: "Again"
  readonly item: Item<Order>
  readonly lost: boolean
  readonly error: ProviderError
}

/** Settled for good, or to be tried again. */
export type Verdict<Order, E> =
  | { readonly _tag: "Done"; readonly item: Item<Order>; readonly receipt: Receipt }
  | { readonly _tag: "Failed"; readonly item: Item<Order>; readonly error: E | ProviderError }
  | { readonly _tag: "Uncertain"; readonly item: Item<Order> }
  | Again<Order>

export type Verdicts<Order, E> = ReadonlyArray<Verdict<Order, E>>

export const outcomeOf = <Order, E>(verdict: Verdict<Order, E>): Outcome<E> => {
  switch (verdict._tag) {
    case "Done":
      return Either.right(verdict.receipt)
    case "Uncertain":
      return Either.left(uncertain(verdict.item.intent))
    default:
      return Either.left(verdict.error)
  }
}
