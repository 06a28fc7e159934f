/** Calls of the API: authorised, limited in number, time and size, their answers decoded. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Request from "@effect/platform/HttpClientRequest"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { decodeUntrusted } from "../internal/untrusted.js"
import type { Environment } from "./environment.js"
import { type CallError, failure, fromAnswer } from "./errors.js"

export interface Client {
  /** `method` is what errors call it; the request has the path from the root, such as `/api/v1/users/me/`. */
  readonly call: <A, I>(
    method: string,
    request: Request.HttpClientRequest,
    reply: Schema.Schema<A, I>
  ) => Effect.Effect<A, CallError>
  readonly callWithHeaders: <A, I>(
    method: string,
    request: Request.HttpClientRequest,
    reply: Schema.Schema<A, I>
  ) => Effect.Effect<readonly [A, Headers.Headers], CallError>
  /** The same API with another token; to check it. */
  readonly as: (token: Redacted.Redacted<string>) => Client
}

/** What there is to say of a call whose answer does not matter. */
export const Nothing = Schema.Unknown

export interface Settings {
  readonly environment: Environment
  readonly timeout: Duration.Duration
  readonly concurrency: number
}

/** What one answer may hold at the most: a study of 100,000 submissions is listed in about half of it. */
const mostBytes = 64 * 1024 * 1024

const redirectsAtMost = 3

/** The text of an answer, or nothing more of it once it is too long. */
const textOf = (method: string, response: HttpClientResponse): Effect.Effect<string, CallError> =>
  response.stream.pipe(
    Stream.catchAll((error) =>
      // Of a 204 there is nothing to read.
      error.reason === "EmptyBody"
        ? Stream.empty
        : Stream.fail(failure("Unavailable", method, "the answer broke off", error))
    ),
    Stream.mapAccum(0, (before, bytes) => [before + bytes.length, { bytes, total: before + bytes.length }]),
    Stream.mapEffect(({ bytes, total }) =>
      total > mostBytes
        ? failure("Malformed", method, `an answer of more than ${mostBytes} bytes`)
        : Effect.succeed(bytes)
    ),
    Stream.decodeText(),
    Stream.runCollect,
    Effect.map(Chunk.join(""))
  )

/** What a text says, where it is JSON; the text itself else, as nothing is what a 204 says. */
const parsed = (text: string): unknown =>
  Either.getOrElse(
    Either.try((): unknown => JSON.parse(text)),
    () => text
  )

/** Only reads are sent on, and only within the API: anywhere else the token would be given away. */
const redirected = (request: Request.HttpClientRequest, response: HttpClientResponse) => {
  const { location } = response.headers
  const isSent = request.method === "GET" && response.status >= 300 && response.status < 400
  if (!isSent || location === undefined || !URL.canParse(location, request.url)) return undefined
  const url = new URL(location, request.url)
  return url.origin === new URL(request.url).origin ? Request.setUrl(request, url) : undefined
}

const send = (
  http: HttpClient.HttpClient,
  method: string,
  request: Request.HttpClientRequest,
  redirects = 0
): Effect.Effect<readonly [unknown, Headers.Headers], CallError> =>
  Effect.gen(function* () {
    const response = yield* Effect.mapError(http.execute(request), (error) =>
      failure("Unavailable", method, "no answer came", error)
    )
    const next = redirected(request, response)
    if (next !== undefined && redirects < redirectsAtMost) return yield* send(http, method, next, redirects + 1)
    const body = parsed(yield* textOf(method, response))
    const { status } = response
    if (status >= 200 && status < 300) return [body, response.headers] as const
    return yield* fromAnswer(method, { status, body, retryAfter: Number(response.headers["retry-after"]) })
  })

const over = (settings: Settings, http: HttpClient.HttpClient, gate: Effect.Semaphore): Client => {
  const { environment, timeout } = settings
  const authorised = (request: Request.HttpClientRequest) =>
    request.pipe(
      Request.prependUrl(environment.api),
      Request.acceptJson,
      Request.setHeaders({
        authorization: `Token ${Redacted.value(environment.token)}`,
        referer: "https://www.npmjs.com/package/effect-crowd"
      })
    )
  const callWithHeaders: Client["callWithHeaders"] = (method, request, reply) => {
    const decode = decodeUntrusted(reply)
    return send(http, method, authorised(request)).pipe(
      Effect.timeoutFail({
        duration: timeout,
        onTimeout: () => failure("Unavailable", method, `no answer within ${Duration.format(timeout)}`)
      }),
      gate.withPermits(1),
      Effect.flatMap(([body, headers]) =>
        Either.match(decode(body), {
          onLeft: (error) => failure("Malformed", method, error.message),
          onRight: (value) => Effect.succeed([value, headers] as const)
        })
      ),
      Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })
    )
  }
  return {
    callWithHeaders,
    call: (method, request, reply) => Effect.map(callWithHeaders(method, request, reply), ([value]) => value),
    as: (token) => over({ ...settings, environment: { ...environment, token } }, http, gate)
  }
}

/** Nothing of ours goes along with a call: no trace, no cookie. */
export const make = (settings: Settings): Effect.Effect<Client> =>
  Effect.gen(function* () {
    const http = HttpClient.withTracerPropagation(yield* HttpClient.HttpClient, false)
    return over(settings, http, yield* Effect.makeSemaphore(settings.concurrency))
  }).pipe(Effect.provide(FetchHttpClient.layer))
