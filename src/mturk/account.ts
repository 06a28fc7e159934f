/** The account: what it holds, and whether the service knows it. */
import { GetAccountBalanceCommand } from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { CredentialsRejected, type ProviderError } from "../CrowdError.js"
import { type Driver, registration } from "../Driver.js"
import * as Money from "../Money.js"
import type { Client } from "./client.js"
import { type CallError, failure, isCredentials, provider, toProviderError } from "./errors.js"
import * as replies from "./replies.js"

const method = "GetAccountBalance"

/** Of an account that owes there is nothing to spend. */
const spendable = (balance: string): Either.Either<Money.Money, string> =>
  Either.map(Money.parse(balance.replace(/^-/, ""), Money.USD), (money) =>
    balance.startsWith("-") ? Money.zero(money.currency) : money
  )

const ask = (client: Client): Effect.Effect<Money.Money, CallError> =>
  Effect.flatMap(
    client.call(method, () => new GetAccountBalanceCommand(), replies.Balance),
    ({ AvailableBalance }) =>
      Either.mapLeft(spendable(AvailableBalance), (message) => failure("Malformed", method, message))
  )

export const balance = (client: Client): Effect.Effect<Money.Money, ProviderError> =>
  Effect.mapError(ask(client), toProviderError)

/** Keys are asked for only to be checked: what works afterwards is what the layer was made with. */
const Args = Schema.Struct({
  accessKeyId: Schema.optional(Schema.NonEmptyTrimmedString),
  secretAccessKey: Schema.optional(Schema.Redacted(Schema.NonEmptyString))
}).pipe(
  Schema.filter(
    ({ accessKeyId, secretAccessKey }) =>
      (accessKeyId === undefined) === (secretAccessKey === undefined) ||
      "accessKeyId and secretAccessKey belong together"
  )
)

const known = (client: Client): Effect.Effect<void, CredentialsRejected | ProviderError> =>
  ask(client).pipe(
    Effect.mapError((error) =>
      error._tag === "Refusal" && isCredentials(error)
        ? new CredentialsRejected({ provider, description: error.description })
        : toProviderError(error)
    ),
    Effect.asVoid
  )

export const register = (client: Client): Driver["registration"] =>
  registration({
    provider,
    args: Args,
    check: (_, { accessKeyId, secretAccessKey }) =>
      accessKeyId === undefined || secretAccessKey === undefined
        ? known(client)
        : Effect.scoped(Effect.flatMap(client.as({ accessKeyId, secretAccessKey }), known)),
    isRegistered: () =>
      known(client).pipe(
        Effect.as(true),
        Effect.catchTag("CredentialsRejected", () => Effect.succeed(false))
      )
  })
