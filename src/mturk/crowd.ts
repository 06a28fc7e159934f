/** What all parts of the driver share. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Agent } from "../Agents.js"
import { InsufficientFunds, type ProviderError, type StoreError } from "../CrowdError.js"
import type { Driver, Outward, Receipt, Sent } from "../Driver.js"
import type { Money } from "../Money.js"
import * as Moneys from "../Money.js"
import { unitsAt } from "../provider/workerRegistry.js"
import type * as Store from "../Store.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type { Client } from "./client.js"
import type { Environment } from "./environment.js"
import { type CallError, failure, isForeignId, type Refusal, toProviderError } from "./errors.js"
import type { Requirement } from "./options.js"

export interface Crowd {
  readonly client: Client
  readonly store: Store.Service
  readonly environment: Environment
  readonly fee: Driver["fee"]
  /** Asked of the workers of every run, besides what its task asks. */
  readonly requirements: ReadonlyArray<Requirement>
  /** What the account can spend now. */
  readonly balance: Effect.Effect<Money, ProviderError>
  /** Whether a worker who has done nothing yet is paid by a HIT of their own. */
  readonly compensate: boolean
  /** How many calls there may be at once; orders are sent in pages of as many. */
  readonly concurrency: number
}

/** The service forgets a token after a day; what is under way then is left out. */
export const remembered = Duration.hours(23)

/** What `setup` leaves in a run. */
export const Setup = Schema.Struct({
  environment: Schema.String,
  hitType: Schema.NonEmptyString,
  /** The qualification of whoever has handed in as many units as one worker may, where there is a limit. */
  done: Schema.optionalWith(Schema.NonEmptyString, { as: "Option" })
})
export type Setup = typeof Setup.Type

const decodeSetup = Schema.decodeUnknownOption(Setup)

const elsewhere = (what: string, theirs: string, ours: string) =>
  `${what} belongs to ${theirs}, and this is ${ours}; ids of one mean nothing in the other`

/** What was set up for the run, if that was here. */
export const setupOf = ({ environment }: Crowd, method: string, run: TaskRun): Either.Either<Setup, ProviderError> => {
  const setup = Option.flatMap(run.setup, decodeSetup)
  if (Option.isNone(setup)) return Either.left(failure("Rejected", method, `${run.id} is not set up`))
  return setup.value.environment === environment.name
    ? Either.right(setup.value)
    : Either.left(failure("Rejected", method, elsewhere(run.id, setup.value.environment, environment.name)))
}

/** Our own store is in the way: nothing was decided, and it may go better later. */
export const unreadable =
  (method: string) =>
  (error: StoreError): ProviderError =>
    failure("Unavailable", method, error.message, error)

export const stored = <A>(method: string, effect: Effect.Effect<A, StoreError>): Effect.Effect<A, ProviderError> =>
  Effect.mapError(effect, unreadable(method))

/** The units of a row that have their places in this HIT. */
export const unitsIn = (
  crowd: Crowd,
  method: string,
  run: Pick<TaskRun, "id">,
  hit: string
): Effect.Effect<ReadonlyArray<Unit>, ProviderError> => stored(method, unitsAt(crowd, run, hit))

/** Orders that come to the same whenever they are sent again. */
export const repeatable = <Order, E>(
  { concurrency }: Crowd,
  send: (sent: Sent<Order>) => Effect.Effect<Receipt, E>
): Outward<Order, E> => ({
  pageSize: concurrency,
  concurrency: 2,
  repeatableFor: Duration.infinity,
  lookUp: Option.none(),
  send: (orders) => Effect.forEach(orders, (sent) => Effect.either(send(sent)), { concurrency: "unbounded" })
})

/** What is left of a refusal, with what is known of ids that are good elsewhere. */
export const refused =
  ({ environment }: Crowd) =>
  (error: CallError): ProviderError =>
    error._tag === "Refusal" && isForeignId(error)
      ? failure(
          "Rejected",
          error.method,
          `${error.description} This is ${environment.name}; a worker has another id in another environment`,
          error.cause
        )
      : toProviderError(error)

/** The error of an account that cannot pay. */
export const unpaid = (crowd: Crowd, needed: Money): Effect.Effect<never, InsufficientFunds> =>
  crowd.balance.pipe(
    Effect.orElseSucceed(() => Moneys.zero(needed.currency)),
    Effect.flatMap((available) => new InsufficientFunds({ needed, available }))
  )

/** What one unit of the run costs, in a HIT that was made with so many assignments. */
export const cost = ({ fee }: Crowd, { setup, task }: TaskRun, places: number): Money => {
  const { qualifications, reward: amount } = task
  return Moneys.sum(amount, fee({ kind: "reward", amount, places, qualifications, setup }))
}

export const isUnpaid = ({ code }: Refusal): boolean => code === "insufficientfunds"

/** Text that workers get to read may hold no control characters. */
export const plain = (text: string): string => text.replace(/[\u0000-\u001F\u007F]+/g, " ").trim()

const settlesAfter = 10 * 60_000

/** Whether the service may not have seen the submission yet. */
export const isFresh = ({ submittedAt }: Agent): Effect.Effect<boolean> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    Option.exists(submittedAt, ({ epochMillis }) => now - epochMillis < settlesAfter)
  )

export const seconds = (millis: number): number => Math.round(millis / 1000)
