/** How requesters are made known to a crowd. */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import { type CredentialsRejected, InvalidRegisterArgs, type ProviderError } from "../CrowdError.js"
import { decodeUntrusted } from "../internal/untrusted.js"
import type { Requester } from "../Requesters.js"

/**
 * How a requester is registered: a Schema of what is asked, and what to do with it. Made by `registration`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Registration {
  readonly args: Schema.Schema.AnyNoContext
  readonly check: (
    name: string,
    args: unknown
  ) => Effect.Effect<void, InvalidRegisterArgs | CredentialsRejected | ProviderError>
  readonly isRegistered: (requester: Requester) => Effect.Effect<boolean, ProviderError>
}

/**
 * A `Registration` from the Schema of its arguments and a check of them against the crowd.
 *
 * @example
 * import { Driver, CrowdError } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 * import * as Schema from "effect/Schema"
 *
 * const provider = "acme"
 *
 * export const registration = Driver.registration({
 *   provider,
 *   args: Schema.Struct({ key: Schema.Redacted(Schema.NonEmptyString) }),
 *   check: (_, { key }) =>
 *     Redacted.value(key).startsWith("acme-")
 *       ? Effect.void
 *       : new CrowdError.CredentialsRejected({ provider, description: "a key begins with acme-" }),
 *   isRegistered: () => Effect.succeed(true)
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const registration = <Args, Encoded>(options: {
  readonly provider: string
  readonly args: Schema.Schema<Args, Encoded>
  readonly check: (name: string, args: Args) => Effect.Effect<void, CredentialsRejected | ProviderError>
  readonly isRegistered: (requester: Requester) => Effect.Effect<boolean, ProviderError>
}): Registration => ({
  args: options.args,
  check: (name, args) =>
    Either.match(decodeUntrusted(options.args, { errors: "all" })(args), {
      onLeft: (error) => new InvalidRegisterArgs({ provider: options.provider, description: error.message }),
      onRight: (decoded) => options.check(name, decoded)
    }),
  isRegistered: options.isRegistered
})
