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
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly available: (requester: RequesterId) => Effect.Effect<Money, RequesterNotFound | ProviderError | StoreError>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Budget extends Context.Tag("effect-crowd/Budget")<Budget, Service>() {}
