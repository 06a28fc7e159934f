/** When what is remembered cannot be read or written: the operator is told all of it, workers what they can do. */
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { StoreError, type StoreErrorReason } from "../CrowdError.js"
import { withMessage } from "../internal/schemas.js"
import type { Trouble } from "./ConsoleApi.js"

const decode = Schema.decodeUnknownEither(Schema.parseJson(StoreError))
const encode = Schema.encodeSync(withMessage(StoreError))

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

/** What the store was asked for when it failed or answered. */
export type Doing = "read" | "change"

export interface Service {
  /** Tells the operator of an error that a request or a look has met: in the log, and in the console. */
  readonly report: (doing: Doing, error: StoreError) => Effect.Effect<void>
  /** The store has answered: a trouble of this kind is over. What changed it has shown that it can be read, too. */
  readonly recovered: (doing: Doing) => Effect.Effect<void>
  /** The trouble there is, if any, and whenever that changes. */
  readonly troubles: Stream.Stream<Option.Option<Trouble>>
  /** Tells the operator of the error that a response tells of, and leaves to workers only what is for them. */
  readonly reportResponse: (
    request: Pick<HttpServerRequest.HttpServerRequest, "method" | "url">,
    response: HttpServerResponse.HttpServerResponse
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse>
}

export class StoreErrors extends Context.Tag("effect-crowd/server/StoreErrors")<StoreErrors, Service>() {}

/** The trouble there is, and what was asked for when it was met last. */
interface Met {
  readonly trouble: Trouble
  readonly reason: StoreErrorReason
  readonly doing: Doing
}

type Troubles = Pick<Service, "recovered" | "troubles"> & {
  readonly add: (doing: Doing, error: StoreError) => Effect.Effect<void>
}

/** As it was when it began: of a second error for the same reason there is nothing new to say. */
const makeTroubles: Effect.Effect<Troubles> = Effect.map(SubscriptionRef.make(Option.none<Met>()), (ref) => ({
  add: (doing, { message, reason }) =>
    Effect.flatMap(DateTime.now, (since) =>
      SubscriptionRef.update(ref, (before) => {
        const same = Option.filter(before, (met) => met.reason === reason)
        const trouble = Option.match(same, { onNone: () => ({ since, message }), onSome: ({ trouble }) => trouble })
        return Option.some({ trouble, reason, doing })
      })
    ),
  recovered: (doing) =>
    Effect.flatMap(ref.get, (met) =>
      Option.exists(met, (met) => doing === "change" || met.doing === "read")
        ? SubscriptionRef.set(ref, Option.none())
        : Effect.void
    ),
  troubles: Stream.changes(
    Stream.map(
      ref.changes,
      Option.map(({ trouble }) => trouble)
    )
  )
}))

/** A request that is answered well only if the store has kept something. */
const keeps = (url: string): boolean => /\/(?:agents|answers|externalSubmit)$/.test(url.replace(/[?#].*$/, ""))

export const make: Effect.Effect<Service> = Effect.gen(function* () {
  const log = yield* makeLog
  const { add, recovered, troubles } = yield* makeTroubles
  const report: Service["report"] = (doing, error) => Effect.zipRight(log(error), add(doing, error))
  return {
    report,
    recovered,
    troubles,
    reportResponse: ({ method, url }, response) => {
      const { body, status } = response
      const doing = method === "GET" || method === "HEAD" ? "read" : "change"
      if (doing === "change" && status < 300 && keeps(url)) return Effect.as(recovered(doing), response)
      if (status !== 503 || body._tag !== "Uint8Array") return Effect.succeed(response)
      return Either.match(decode(text.decode(body.body)), {
        onLeft: () => Effect.succeed(response),
        onRight: (error) =>
          Effect.as(report(doing, error), isForOperators(url) ? response : toWorkers(url, response, error))
      })
    }
  }
})

/** How to tell the operator of an error: in the console too, where this is part of a server. */
export const reporter: Effect.Effect<Service["report"]> = Effect.map(
  Effect.serviceOption(StoreErrors),
  Option.match({
    onNone:
      (): Service["report"] =>
      (_, { message }) =>
        Effect.logError(message),
    onSome: ({ report }) => report
  })
)

const plain = (error: StoreError): StoreError =>
  new StoreError({ reason: error.reason, operation: "serve", description: forWorkers(error) })
