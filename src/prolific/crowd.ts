/** What all parts of the driver share. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SynchronizedRef from "effect/SynchronizedRef"
import type { ProviderError, StoreError } from "../CrowdError.js"
import { Currency, type Money } from "../Money.js"
import type * as Store from "../Store.js"
import type { Turn } from "../store/turns.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Client } from "./client.js"
import type { Environment } from "./environment.js"
import { failure } from "./errors.js"

export interface Crowd {
  readonly client: Client
  readonly store: Store.Service
  readonly environment: Environment
  /** The id of the workspace, which has the money, the groups and the hooks. */
  readonly workspace: Effect.Effect<string, ProviderError>
  /** The id of the project, which has the studies. */
  readonly project: Effect.Effect<string, ProviderError>
  readonly currency: Effect.Effect<Currency, ProviderError>
  /** What the workspace can spend now. */
  readonly balance: Effect.Effect<Money, ProviderError>
  readonly live: boolean
  readonly hooks: boolean
  readonly secureLinks: boolean
  readonly concurrency: number
  /** How long one order may take, which is several calls. */
  readonly timeout: Duration.Duration
  /** Prolific does not support two calls about bonuses at once: they are made by this client, in the workspace's turn. */
  readonly bonuses: { readonly client: Client; readonly turn: Effect.Effect<Turn, ProviderError> }
}

/** The codes that participants leave with. */
export const Codes = Schema.Struct({ completed: Schema.NonEmptyString, noWork: Schema.NonEmptyString })
export type Codes = typeof Codes.Type

const Decimal = Schema.String.pipe(Schema.pattern(/^\d{1,3}(\.\d{1,12})?$/))

/** What the account pays on top: the fee as a share of what is paid, and the tax as a share of the fee. */
export const Rates = Schema.Struct({ fee: Decimal, vat: Decimal })
export type Rates = typeof Rates.Type

/** What `setup` leaves in a run. */
export const Setup = Schema.Struct({
  api: Schema.String,
  study: Schema.NonEmptyString,
  codes: Codes,
  rates: Rates,
  currency: Currency
})
export type Setup = typeof Setup.Type

export const decodeSetup = Schema.decodeUnknownOption(Setup)

/** What was set up for the run, if that was here: ids of one API mean nothing in another. */
export const setupOf = (
  { environment }: Pick<Crowd, "environment">,
  method: string,
  run: Pick<TaskRun, "id" | "setup">
): Either.Either<Setup, ProviderError> => {
  const setup = Option.flatMap(run.setup, decodeSetup)
  if (Option.isNone(setup)) return Either.left(failure("Rejected", method, `${run.id} is not set up`))
  const { api } = setup.value
  return api === environment.api
    ? Either.right(setup.value)
    : Either.left(failure("Rejected", method, `${run.id} belongs to ${api}, and this is ${environment.api}`))
}

/** Our own store is in the way: nothing was decided, and it may go better later. */
export const stored = <A>(method: string, effect: Effect.Effect<A, StoreError>): Effect.Effect<A, ProviderError> =>
  Effect.mapError(effect, (error) => failure("Unavailable", method, error.message, error))

/** Asks when it is first needed, and again only where that failed. */
export const once = <A, E>(ask: Effect.Effect<A, E>): Effect.Effect<Effect.Effect<A, E>> =>
  Effect.map(SynchronizedRef.make(Option.none<A>()), (known) =>
    SynchronizedRef.modifyEffect(known, (found) =>
      Effect.map(Option.isSome(found) ? Effect.succeed(found.value) : ask, (value) => [value, Option.some(value)])
    )
  )
