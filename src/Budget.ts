/**
 * Budget: what a requester has to spend. Not every requester has one.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ProviderError, RequesterNotFound, StoreError } from "./CrowdError.js"
import type { RequesterId } from "./Ids.js"
import type { Money } from "./Money.js"

/**
 * The capability: `available` returns what the requester can spend now, in the crowd's currency.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly available: (requester: RequesterId) => Effect.Effect<Money, RequesterNotFound | ProviderError | StoreError>
}

/**
 * The tag of the capability; only providers whose crowd keeps a balance have it.
 *
 * @since 0.1.0
 * @category services
 */
export class Budget extends Context.Tag("effect-crowd/Budget")<Budget, Service>() {}
