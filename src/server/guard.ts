/** What every request passes, and what every response carries. */
import * as Headers from "@effect/platform/Headers"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpMiddleware from "@effect/platform/HttpMiddleware"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { maxAnswersBytes } from "../Agents.js"
import { isUnprintable } from "../internal/untrusted.js"
import * as decodeErrors from "./decodeErrors.js"
import * as errorPages from "./errorPages.js"
import { abortOnFailure } from "./failedBodies.js"
import type * as InFlight from "./inFlight.js"
import * as metrics from "./metrics.js"
import type * as origins from "./origins.js"
import * as frameOrigin from "./pages/frameOrigin.js"
import type * as StoreErrors from "./storeErrors.js"
import { keyHeader } from "./WorkApi.js"

/**
 * Bodies in bytes, by where they go: answers, and what JSON or a form puts around them at the worst; a HIT; or a few
 * words.
 */
const bodies = { answers: 2 * maxAnswersBytes + 65_536, call: 524_288, decisions: 65_536, words: 16_384 }

/** How large the body of a request may be. */
const maxBodyBytes = (url: string): number => {
  const path = url.replace(/[?#].*$/, "")
  if (/\/(?:answers|externalSubmit)$/.test(path)) return bodies.answers
  if (path === "/") return bodies.call
  return /\/decisions$/.test(path) ? bodies.decisions : bodies.words
}

const changes = (method: string): boolean => !["GET", "HEAD", "OPTIONS"].includes(method)

/** Whether the body is said to be something else; forms would be written to files before anybody looked at them. */
const isNoJson = (headers: Headers.Headers): boolean => {
  const type = headers["content-type"] ?? ""
  return type !== "" && !/^application\/json\s*(;|$)/i.test(type)
}

const isTooLarge = (headers: Headers.Headers, maxBytes: number): boolean =>
  Number(headers["content-length"] ?? 0) > maxBytes

const refuse = (status: number, tag: string, message: string) =>
  HttpServerResponse.unsafeJson({ _tag: tag, message }, { status, headers: { connection: "close" } })

/** What the routes of somebody else take from pages of other sites, or with a body that is no JSON. */
export type Accepts = (request: HttpServerRequest.HttpServerRequest, from: { readonly isForeign: boolean }) => boolean

const wrongHost = refuse(
  421,
  "WrongHost",
  "This server does not go by this name. Use its address, or start it with --allow-host NAME (the option hosts) or --url."
)

/** A host header as it may stand in a command; anything else is somebody's joke. */
const asOption = (host: string): string => (/^[\w.-]{1,253}(:\d{1,5})?$/.test(host) ? host : "NAME")

const wrongHostPage = (host: string) =>
  errorPages.page({
    status: 421,
    title: "This server does not go by this name",
    words: [
      "So that no page elsewhere can pass itself off as this one, it answers only to names it was told, and to its address.",
      "If somebody invited you here, tell them that this address does not work.",
      `If this is your server, start it with \`--allow-host ${asOption(host)}\`, or open it by its ip address.`
    ],
    headers: { connection: "close" }
  })

/** All that there is where frames have an origin of their own. */
const isOfFrames = ({ headers, method, url }: HttpServerRequest.HttpServerRequest): boolean =>
  ["GET", "HEAD"].includes(method) &&
  headers["service-worker"] === undefined &&
  /^\/(?:assets|frame\/[^/]+\/[^/]+\/media)\/|^\/frame\/[^/]+\/[^/]+\/work\./.test(url)

const notHere = (request: HttpServerRequest.HttpServerRequest, { pages }: frameOrigin.Origins) =>
  errorPages.isForPeople(request)
    ? errorPages.page({
        status: 404,
        title: "There is nothing here",
        words: ["Only tasks are at this address, inside of the pages of another one."],
        link: { to: `${pages}/`, text: "See all tasks" }
      })
    : HttpServerResponse.text("There is nothing here.", { status: 404 })

const refusal = (
  request: HttpServerRequest.HttpServerRequest,
  maxBytes: number,
  { accepts, framed, origins }: Pick<Around, "accepts" | "framed" | "origins">
) => {
  const { headers, method } = request
  if (Option.isSome(framed) && frameOrigin.isTheirHost(framed, headers["host"] ?? "") && !isOfFrames(request)) {
    return notHere(request, framed.value)
  }
  if (!origins.isOurHost(headers["host"] ?? "")) {
    return errorPages.isForPeople(request) ? wrongHostPage(headers["host"] ?? "") : wrongHost
  }
  if (isTooLarge(headers, maxBytes)) return refuse(413, "TooLarge", `A request here may have ${maxBytes} bytes.`)
  const isForeign = changes(method) && origins.isForeign(headers)
  if (accepts(request, { isForeign })) return undefined
  if (isForeign) return refuse(403, "Foreign", "This was asked by a page of another site.")
  if (changes(method) && isNoJson(headers)) return refuse(415, "NoJson", "A request's body must be application/json.")
  return undefined
}

const always = Headers.fromInput({
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
  "content-security-policy": "frame-ancestors 'none'"
})

const finish = (response: HttpServerResponse.HttpServerResponse) =>
  HttpServerResponse.setHeaders(response, { ...always, ...response.headers })

const tooDeep = refuse(400, "TooDeep", "This is nested too deeply.")

const illegible = refuse(400, "Illegible", "This holds an object of which no text can be made.")

/**
 * What a defect is answered with. Of JSON, whoever reads it runs out of stack, or throws where they have to say what is
 * wrong with it; what cannot say otherwise how to answer dies with the answer.
 */
const answerTo = (defect: unknown) => {
  if (defect instanceof RangeError) return Option.some(Effect.succeed(tooDeep))
  if (HttpServerResponse.isServerResponse(defect)) return Option.some(Effect.succeed(defect))
  return isUnprintable(defect) ? Option.some(Effect.succeed(illegible)) : Option.none()
}

interface Around {
  readonly running: InFlight.Service
  /** Where a request comes from. */
  readonly from: (request: HttpServerRequest.HttpServerRequest) => string
  readonly errors: StoreErrors.Service
  readonly origins: origins.Service
  /** Where frames have an origin of their own. */
  readonly framed: Option.Option<frameOrigin.Origins>
  readonly accepts: Accepts
}

/** Around every route. */
export const layer = ({ accepts, errors, framed, origins, running, from }: Around) => {
  const answered =
    (request: HttpServerRequest.HttpServerRequest) => (response: HttpServerResponse.HttpServerResponse) =>
      errors.reportResponse(request, decodeErrors.withoutInput(abortOnFailure(request)(response)))
  return HttpLayerRouter.middleware(
    (route) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const maxBytes = maxBodyBytes(request.url)
        const refused = refusal(request, maxBytes, { accepts, framed, origins })
        const answer = Effect.flatMap(Effect.catchSomeDefect(route, answerTo), answered(request)).pipe(
          HttpIncomingMessage.withMaxBodySize(Option.some(maxBytes))
        )
        return refused === undefined
          ? metrics.measured(request)(running.during(from(request), answer))
          : Effect.succeed(refused)
      }).pipe(Effect.map(finish)),
    { global: true }
  )
}

/** Frames have their key in the path, which must not get into a trace. */
const isTraced = (request: HttpServerRequest.HttpServerRequest): boolean => request.url.startsWith("/api/")

/** The tracer there is where nobody asked for one: it tells nobody, so its spans are not worth their while. */
const silent = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** How requests are served. Spans tell what is asked of the API, and nothing that opens anything. */
export const serving = <A, E, R>(served: Layer.Layer<A, E, R>) =>
  Layer.unwrapEffect(
    Effect.map(Effect.tracer, (tracer) =>
      served.pipe(
        HttpMiddleware.withTracerDisabledWhen((request) => tracer === silent || !isTraced(request)),
        Layer.locallyWith(Headers.currentRedactedNames, (names) => [...names, keyHeader])
      )
    )
  )
