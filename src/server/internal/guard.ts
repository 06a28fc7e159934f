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
import { maxAnswersBytes } from "../../Agents.js"
import * as address from "../../local/address.js"
import { keyHeader } from "../WorkApi.js"
import * as decodeErrors from "./decodeErrors.js"
import * as metrics from "./metrics.js"
import type * as Running from "./running.js"
import type * as StoreErrors from "./storeErrors.js"
import { orBroken } from "./whole.js"

/** Bodies in bytes, by where they go: answers, and what JSON or a form puts around them at the worst; a HIT; or a few words. */
const bodies = { answers: 2 * maxAnswersBytes + 65_536, call: 524_288, decisions: 65_536, words: 16_384 }

/** How large the body of a request may be. */
const maxBodyBytes = (url: string): number => {
  const path = url.replace(/[?#].*$/, "")
  if (/\/(?:answers|externalSubmit)$/.test(path)) return bodies.answers
  if (path === "/") return bodies.call
  return /\/decisions$/.test(path) ? bodies.decisions : bodies.words
}

const changes = (method: string): boolean => !["GET", "HEAD", "OPTIONS"].includes(method)

const hostOf = (origin: string): Option.Option<string> =>
  Option.map(Option.liftThrowable((text: string) => new URL(text))(origin), ({ host }) => host)

/** A host header without its port and the brackets of an IPv6 address. */
const nameOf = (host: string): string =>
  host
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase()

/**
 * Whether a browser that asks for this host cannot have been told by somebody else's name server that it is here. Nobody
 * can make an address, or `localhost`, name another machine.
 */
export const isOurs = (hosts: ReadonlyArray<string>) => {
  const names = new Set(["localhost", ...hosts.map((name) => name.toLowerCase())])
  return (host: string): boolean => {
    const name = nameOf(host)
    return names.has(name) || Option.isSome(address.read(name))
  }
}

/**
 * Whether a page of another site, or one in a sandbox, asks for this. Browsers say so themselves; programs that are no
 * browser say nothing and are no danger to anybody who uses one.
 */
export const isForeign = (headers: Headers.Headers): boolean => {
  const site = headers["sec-fetch-site"]
  if (site !== undefined) return site !== "same-origin" && site !== "none"
  const origin = headers["origin"]
  return origin !== undefined && !Option.contains(hostOf(origin), headers["host"] ?? "")
}

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
export type Accepts = (request: HttpServerRequest.HttpServerRequest) => boolean

const wrongHost = refuse(
  421,
  "WrongHost",
  "This server does not go by this name. Use its address, or start it with the name in --url or in the option hosts."
)

const refusal = (
  request: HttpServerRequest.HttpServerRequest,
  maxBytes: number,
  isOurHost: (host: string) => boolean,
  accepts: Accepts
) => {
  const { headers, method } = request
  if (!isOurHost(headers["host"] ?? "")) return wrongHost
  if (isTooLarge(headers, maxBytes)) return refuse(413, "TooLarge", `A request here may have ${maxBytes} bytes.`)
  if (accepts(request)) return undefined
  if (changes(method) && isForeign(headers)) return refuse(403, "Foreign", "This was asked by a page of another site.")
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

/** Whoever reads what is nested a hundred thousand times runs out of stack. */
const whereTooDeep = (defect: unknown) =>
  defect instanceof RangeError ? Option.some(Effect.succeed(tooDeep)) : Option.none()

interface Around {
  readonly running: Running.Service
  readonly errors: StoreErrors.Service
  readonly hosts: ReadonlyArray<string>
  readonly accepts: Accepts
}

/** Around every route. */
export const layer = ({ accepts, errors, hosts, running }: Around) => {
  const isOurHost = isOurs(hosts)
  const answered =
    (request: HttpServerRequest.HttpServerRequest) => (response: HttpServerResponse.HttpServerResponse) =>
      errors.told(request.url, decodeErrors.told(orBroken(request)(response)))
  return HttpLayerRouter.middleware(
    (route) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const maxBytes = maxBodyBytes(request.url)
        const refused = refusal(request, maxBytes, isOurHost, accepts)
        const answer = Effect.flatMap(Effect.catchSomeDefect(route, whereTooDeep), answered(request)).pipe(
          HttpIncomingMessage.withMaxBodySize(Option.some(maxBytes))
        )
        return refused === undefined ? metrics.measured(request)(running.during(answer)) : Effect.succeed(refused)
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
