/** The SDK's client as one function: limited, bounded in time, interrupted on the wire, its answers decoded. */
import {
  type $Command,
  MTurkClient,
  type MTurkClientConfig,
  type MTurkClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes
} from "@aws-sdk/client-mturk"
import * as Arr from "effect/Array"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import toFastProperties from "to-fast-properties"
import { received } from "../../internal/received.js"
import type { Environment } from "./environment.js"
import { type CallError, failure, fromThrown } from "./errors.js"
import * as limiter from "./limiter.js"
import type { Credentials } from "./options.js"

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
  /** The same for many commands of one kind. One that could not be made is not sent. */
  readonly calls: <In extends ServiceInputTypes, Out extends ServiceOutputTypes, A, I>(
    method: string,
    commands: ReadonlyArray<Either.Either<Command<In, Out>, CallError>>,
    reply: Schema.Schema<A, I>
  ) => Effect.Effect<ReadonlyArray<Either.Either<A, CallError>>>
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

/** How a command goes out, by its input: of each there is one sending. */
const sendings = new WeakMap<object, <A>(send: (signal: AbortSignal) => Promise<A>) => Promise<A>>()

const isHeaded = (request: unknown): request is { readonly headers: Record<string, string> } =>
  Predicate.hasProperty(request, "headers") && Predicate.isRecord(request.headers)

/**
 * Takes out what would send again (others are told to stand after it), what writes a log that nobody reads and what looks
 * for the trace of a Lambda function, and says who calls in one word instead of what is put together anew for each call.
 * The SDK keeps the handler of a kind of command only if calls come without options, so how a command goes out is found
 * by its input.
 */
const trim = ({ config, middlewareStack }: MTurkClient): void => {
  middlewareStack.remove("loggerMiddleware")
  middlewareStack.remove("recursionDetectionMiddleware")
  middlewareStack.add((next) => next, {
    name: "retryMiddleware",
    step: "finalizeRequest",
    priority: "high",
    override: true
  })
  middlewareStack.add(
    (next) => (call) => {
      if (isHeaded(call.request)) call.request.headers["user-agent"] = "effect-crowd"
      return next(call)
    },
    { name: "getUserAgentMiddleware", step: "build", priority: "low", override: true }
  )
  middlewareStack.add(
    () =>
      ({ input, request }) =>
        sendings.get(input)?.((abortSignal) => config.requestHandler.handle(request, { abortSignal })) ??
        config.requestHandler.handle(request),
    { name: "gateMiddleware", step: "deserialize", priority: "low" }
  )
}

/**
 * The SDK copies its configuration four times a call, at 20 µs each as it comes, and makes a new signer for each: one
 * does, as it asks for the credentials each time it signs.
 */
const quicken = ({ config }: MTurkClient): void => {
  const { signer } = config
  let made: ReturnType<typeof signer> | undefined
  config.signer = (scheme) => {
    made ??= signer(scheme)
    return made
  }
  toFastProperties(config)
}

const clientOf = (settings: Settings): Effect.Effect<MTurkClient, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const client = new MTurkClient(configOf(settings))
      trim(client)
      quicken(client)
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
 * Gets it ready, sends it when the gate lets it, and takes it back from the wire where it is broken off. Neither getting
 * ready nor the answer may take too long. A timer costs less than a race of two fibers.
 */
const sending =
  <In extends ServiceInputTypes, Out extends ServiceOutputTypes>(
    client: MTurkClient,
    { timeout }: Settings,
    clock: Clock.Clock,
    method: string,
    command: Command<In, Out>
  ): limiter.Call<unknown, CallError> =>
  (gate, end) => {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = (result: Either.Either<unknown, CallError>) => {
      clearTimeout(timer)
      if (!controller.signal.aborted) end(result)
    }
    const giveTime = () => {
      clearTimeout(timer)
      timer = setTimeout(
        () => {
          settle(Either.left(failure("Unavailable", method, `no answer within ${Duration.format(timeout)}`)))
          controller.abort()
        },
        Math.min(Duration.toMillis(timeout), longest)
      )
    }
    giveTime()
    keepTime(client, clock.unsafeCurrentTimeMillis())
    sendings.set(
      command.input,
      (send) =>
        new Promise((resolve) => {
          clearTimeout(timer)
          gate.enter(() => {
            giveTime()
            resolve(send(controller.signal).finally(gate.leave))
          })
        })
    )
    const answered = async () => client.send(command)
    answered().then(
      (answer) => settle(Either.right(answer)),
      (thrown) => settle(Either.left(fromThrown(method, thrown)))
    )
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }

const decoded = <A, I>(method: string, reply: Schema.Schema<A, I>) => {
  const decode = received(reply)
  return (answer: unknown): Either.Either<A, CallError> =>
    Either.mapLeft(decode(answer), (error) => failure("Malformed", method, error.message))
}

const over = (settings: Settings, gate: limiter.Limiter): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.map(clientOf(settings), (client) => ({
    call: (method, command, reply) =>
      Effect.clockWith((clock) =>
        Effect.flatMap(gate.limit(method, sending(client, settings, clock, method, command())), decoded(method, reply))
      ),
    calls: (method, commands, reply) =>
      Effect.clockWith((clock) => {
        const made = Arr.getRights(commands)
        const sent = made.map((command) => sending(client, settings, clock, method, command))
        return Effect.map(gate.each(method, sent), (answers) => {
          const answerTo = new Map(Arr.zip(made, answers.map(Either.flatMap(decoded(method, reply)))))
          const unanswered = () => Either.left(failure("Malformed", method, "fewer answers than calls"))
          return commands.map(Either.flatMap((command) => answerTo.get(command) ?? unanswered()))
        })
      }),
    as: (credentials) => over({ ...settings, credentials }, gate),
    rate: gate.rate
  }))

export const make = (settings: Settings): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.flatMap(limiter.make(settings.concurrency), (gate) => over(settings, gate))
