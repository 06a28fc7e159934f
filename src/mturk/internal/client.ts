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
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Credentials } from "../../MTurk.js"
import type { Environment } from "./environment.js"
import { type CallError, failure, fromThrown } from "./errors.js"
import * as limiter from "./limiter.js"

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
    command: Command<In, Out>,
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
}

const region = "us-east-1"

const configOf = ({ concurrency, credentials, environment }: Settings): MTurkClientConfig => ({
  region,
  endpoint: environment.endpoint,
  maxAttempts: 1,
  cacheMiddleware: true,
  requestHandler: {
    httpAgent: { keepAlive: true, maxSockets: concurrency },
    httpsAgent: { keepAlive: true, maxSockets: concurrency }
  },
  ...(credentials === undefined
    ? {}
    : {
        credentials: {
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: Redacted.value(credentials.secretAccessKey),
          ...(credentials.sessionToken === undefined ? {} : { sessionToken: Redacted.value(credentials.sessionToken) })
        }
      })
})

/** What takes a call back from the wire, by its input. */
const signals = new WeakMap<object, AbortSignal>()

/**
 * Takes out what would send again (others are told to stand after it) and what writes a log that nobody reads. The SDK
 * keeps the handler of a kind of command only if calls come without options, so the signal reaches the wire by the input.
 */
const trim = ({ config, middlewareStack }: MTurkClient): void => {
  middlewareStack.remove("loggerMiddleware")
  middlewareStack.add((next) => next, {
    name: "retryMiddleware",
    step: "finalizeRequest",
    priority: "high",
    override: true
  })
  middlewareStack.add(
    () =>
      ({ input, request }) =>
        config.requestHandler.handle(request, { abortSignal: signals.get(input) }),
    { name: "signalMiddleware", step: "deserialize", priority: "low" }
  )
}

const clientOf = (settings: Settings): Effect.Effect<MTurkClient, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const client = new MTurkClient(configOf(settings))
      trim(client)
      return client
    }),
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

/**
 * Sends it, and takes it back from the wire where it is interrupted or takes too long. One timer a call costs less than
 * a race of two fibers.
 */
const sent = <In extends ServiceInputTypes, Out extends ServiceOutputTypes>(
  client: MTurkClient,
  { timeout }: Settings,
  method: string,
  command: Command<In, Out>
): Effect.Effect<unknown, CallError> =>
  Effect.async((resume) => {
    const controller = new AbortController()
    const unanswered = () => {
      controller.abort()
      resume(failure("Unavailable", method, `no answer within ${Duration.format(timeout)}`))
    }
    const timer = setTimeout(unanswered, Math.min(Duration.toMillis(timeout), longest))
    const end = (result: Effect.Effect<unknown, CallError>) => {
      clearTimeout(timer)
      resume(result)
    }
    signals.set(command.input, controller.signal)
    client.send(command).then(
      (answer) => end(Effect.succeed(answer)),
      (thrown) => end(Effect.fail(fromThrown(method, thrown)))
    )
    return Effect.sync(() => {
      clearTimeout(timer)
      controller.abort()
    })
  })

const over = (settings: Settings, gate: limiter.Limiter): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.map(clientOf(settings), (client) => ({
    call: (method, command, reply) => {
      const call = Effect.clockWith((clock) => {
        keepTime(client, clock.unsafeCurrentTimeMillis())
        return sent(client, settings, method, command)
      })
      return Effect.flatMap(gate.limit(method, call), (answer) => {
        const decoded = Schema.decodeUnknownEither(reply)(answer)
        return Either.isRight(decoded)
          ? Effect.succeed(decoded.right)
          : failure("Malformed", method, decoded.left.message)
      })
    },
    as: (credentials) => over({ ...settings, credentials }, gate),
    rate: gate.rate
  }))

export const make = (settings: Settings): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.flatMap(limiter.make(settings.concurrency), (gate) => over(settings, gate))
