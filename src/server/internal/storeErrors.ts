/** When what is remembered cannot be read or written: the operator is told all of it, workers what they can do. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import { StoreError } from "../../CrowdError.js"
import { told } from "./told.js"

const decode = Schema.decodeUnknownEither(Schema.parseJson(StoreError))
const encode = Schema.encodeSync(told(StoreError))

/** Paths, addresses and what the database said are the operator's. */
const forWorkers = ({ reason }: StoreError): string =>
  reason === "Full"
    ? "The server has no room left to keep anything. What you typed stays on your page: tell whoever invited you, then submit again."
    : "The server cannot reach what it keeps just now. What you typed stays on your page: wait a moment, then try again."

/** All of it: the guard logs it, and leaves to workers what is for them. */
export const response = (error: StoreError): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(encode(error), { status: 503 })

const againAfterMillis = 60_000

/** Logs an error; the same one once a minute, however many requests meet it. */
const makeLog = Effect.map(
  Ref.make({ message: "", at: Number.NEGATIVE_INFINITY }),
  (last) => (error: StoreError) =>
    Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      const { message } = error
      const isNew = yield* Ref.modify(last, (before) =>
        before.message === message && at - before.at < againAfterMillis ? [false, before] : [true, { message, at }]
      )
      if (isNew) yield* Effect.logError(message)
    })
)

const text = new TextDecoder()

const isForOperators = (url: string): boolean => url.startsWith("/api/console") || url.startsWith("/metrics")

const isPage = (url: string): boolean => !url.startsWith("/api/")

/** In words for a page, whose other headers stay, and otherwise in JSON. */
const toWorkers = (url: string, response: HttpServerResponse.HttpServerResponse, error: StoreError) =>
  isPage(url)
    ? HttpServerResponse.setBody(response, HttpBody.text(forWorkers(error)))
    : HttpServerResponse.unsafeJson(encode(plain(error)), { status: response.status })

export interface Service {
  /** Logs the error that a response tells of, and leaves to workers only what is for them. */
  readonly told: (
    url: string,
    response: HttpServerResponse.HttpServerResponse
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse>
}

export const make: Effect.Effect<Service> = Effect.map(makeLog, (log) => ({
  told: (url, response) => {
    const { body, status } = response
    if (status !== 503 || body._tag !== "Uint8Array") return Effect.succeed(response)
    return Either.match(decode(text.decode(body.body)), {
      onLeft: () => Effect.succeed(response),
      onRight: (error) => Effect.as(log(error), isForOperators(url) ? response : toWorkers(url, response, error))
    })
  }
}))

const plain = (error: StoreError): StoreError =>
  new StoreError({ reason: error.reason, operation: "serve", description: forWorkers(error) })
