/**
 * Requesters: the accounts that pay.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  CredentialsRejected,
  InvalidRegisterArgs,
  ProviderError,
  RequesterNotFound,
  StoreError
} from "./CrowdError.js"
import { RequesterId } from "./Ids.js"

/**
 * An account that pays, with one provider.
 *
 * @since 0.1.0
 * @category models
 */
export const Requester = Schema.Struct({
  id: RequesterId,
  provider: Schema.String,
  name: Schema.String,
  registeredAt: Schema.DateTimeUtcFromNumber
}).annotations({ identifier: "Requester" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Requester extends Schema.Schema.Type<typeof Requester> {}

/**
 * The capability: requesters register, and their credentials are checked.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The Schema of what `register` takes. A field that is a secret is `Schema.Redacted`. */
  readonly registerArgs: Schema.Schema.AnyNoContext
  /**
   * Registers the requester of this name, or answers the one that is there; `args` (encoded, as from a form) are checked
   * with the provider either way. Secrets are not stored.
   */
  readonly register: (
    name: string,
    args: unknown
  ) => Effect.Effect<Requester, InvalidRegisterArgs | CredentialsRejected | ProviderError | StoreError>
  /** Asks the provider whether it accepts the requester's credentials now. */
  readonly isRegistered: (id: RequesterId) => Effect.Effect<boolean, RequesterNotFound | ProviderError | StoreError>
  readonly get: (id: RequesterId) => Effect.Effect<Requester, RequesterNotFound | StoreError>
  readonly findByName: (name: string) => Effect.Effect<Requester, RequesterNotFound | StoreError>
  /** All requesters of this provider, oldest first, paged. */
  readonly list: Stream.Stream<Requester, StoreError>
}

/**
 * The tag of the capability; every provider has it.
 *
 * @since 0.1.0
 * @category services
 */
export class Requesters extends Context.Tag("effect-crowd/Requesters")<Requesters, Service>() {}
