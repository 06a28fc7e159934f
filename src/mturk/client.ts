/** The SDK's client as one function: limited, bounded in time, interrupted on the wire, its answers decoded. */
import {
  type $Command,
  MTurkClient,
  type MTurkClientConfig,
  type MTurkClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes
} from "@aws-sdk/client-mturk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { decodeUntrusted } from "../internal/untrusted.js"
import type { Shared } from "../store/shared.js"
import type { Environment } from "./environment.js"
import { type CallError, failure, fromThrown } from "./errors.js"
import * as limiter from "./limiter.js"
import type { Credentials } from "./options.js"
import type { Pace } from "./pace.js"
import * as sharedPacer from "./sharedPacer.js"

type Command<In extends ServiceInputTypes, Out extends ServiceOutputTypes> = $Command<
  In,
  Out,
  MTurkClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>

export interface Client {
  readonly call: <In extends ServiceInputTypes, Out extends ServiceOutputTypes, A, I>(
    method: string,
    command: () => Command<In, Out>,
    reply: Schema.Schema<A, I>
  ) => Effect.Effect<A, CallError>
  /** The same service with other keys; for one call. */
  readonly as: (credentials: Credentials) => Effect.Effect<Client, never, Scope.Scope>
  readonly rate: Effect.Effect<number>
}

/** What there is to say of a call that answers nothing. */
export const Nothing = Schema.Unknown

export interface Settings {
  readonly environment: Environment
  readonly credentials: Credentials | undefined
  readonly timeout: Duration.Duration
  readonly concurrency: number
  /** Of the account, where other processes can have it too. */
  readonly pace: Option.Option<Shared<Pace>>
}

const region = "us-east-1"

/**
 * Connections at rest end after so many milliseconds. Only where there is such a limit does Node also end them before the
 * service does, as it has said; otherwise that may happen under a call.
 */
const atRest = 30_000

const identityOf = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials) => ({
  accessKeyId,
  secretAccessKey: Redacted.value(secretAccessKey),
  ...(sessionToken === undefined ? {} : { sessionToken: Redacted.value(sessionToken) })
})

const agentOf = ({ concurrency }: Settings) => ({ keepAlive: true, maxSockets: concurrency, timeout: atRest })

const configOf = (settings: Settings): MTurkClientConfig => ({
  region,
  endpoint: settings.environment.endpoint,
  maxAttempts: 1,
  requestHandler: { httpAgent: agentOf(settings), httpsAgent: agentOf(settings) },
  ...(settings.credentials === undefined ? {} : { credentials: identityOf(settings.credentials) })
})

const clientOf = (settings: Settings): Effect.Effect<MTurkClient, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new MTurkClient(configOf(settings))),
    (client) => Effect.sync(() => client.destroy())
  )

const moment = 1_000

/** Requests are signed with the time of the `Clock`; where that is the machine's, the client corrects it by itself. */
const keepTime = ({ config }: MTurkClient, now: number): void => {
  const ahead = now - Date.now()
  if (Math.abs(ahead) > moment) config.systemClockOffset = ahead
}

/** No timer waits for longer. */
const longest = 2 ** 31 - 1

/** Broken off on the wire where it is interrupted, and where the answer takes too long. */
const sending = <In extends ServiceInputTypes, Out extends ServiceOutputTypes>(
  client: MTurkClient,
  { timeout }: Settings,
  method: string,
  command: () => Command<In, Out>
): Effect.Effect<Out, CallError> =>
  Effect.clockWith((clock) => {
    keepTime(client, clock.unsafeCurrentTimeMillis())
    const late = AbortSignal.timeout(Math.min(Duration.toMillis(timeout), longest))
    return Effect.tryPromise({
      try: (interrupted) => client.send(command(), { abortSignal: AbortSignal.any([interrupted, late]) }),
      catch: (thrown) =>
        late.aborted
          ? failure("Unavailable", method, `no answer within ${Duration.format(timeout)}`)
          : fromThrown(method, thrown)
    })
  })

const over = (settings: Settings, gate: limiter.Limiter): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.map(clientOf(settings), (client) => ({
    call: (method, command, reply) => {
      const decode = decodeUntrusted(reply)
      return gate
        .limit(method, sending(client, settings, method, command))
        .pipe(
          Effect.flatMap((answer) =>
            Either.mapLeft(decode(answer), (error) => failure("Malformed", method, error.message))
          )
        )
    },
    as: (credentials) => over({ ...settings, credentials }, gate),
    rate: gate.rate
  }))

export const make = (settings: Settings): Effect.Effect<Client, never, Scope.Scope> =>
  Option.match(settings.pace, {
    onNone: () => limiter.make(settings.concurrency),
    onSome: (pace) => Effect.flatMap(sharedPacer.make(pace), (pacer) => limiter.over(settings.concurrency, pacer))
  }).pipe(Effect.flatMap((gate) => over(settings, gate)))
