/** JSON 1.1 over HTTP: from a request to an operation, and from what it came to, to a response. */
import { randomUUID } from "node:crypto"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { StoreError } from "../../CrowdError.js"
import type * as StoreErrors from "../../server/storeErrors.js"
import type { Context } from "../context.js"
import type { Fault, Faults } from "../Faults.js"
import * as listing from "./listing.js"
import { operations, targetPrefix } from "./model.js"
import type { Caller, Handler } from "./operation.js"
import * as refusal from "./refusal.js"
import * as requestSignature from "./requestSignature.js"

export interface Settings {
  readonly context: Context
  readonly keys: ReadonlyMap<string, requestSignature.AccessKey>
  readonly handlers: ReadonlyMap<string, Handler>
  readonly faults: Faults
  readonly mode: "production" | "sandbox"
  /** Tells the operator of a store that fails. */
  readonly tell: StoreErrors.Service["report"]
}

const contentType = "application/x-amz-json-1.1"

const pathOf = (url: string): string => url.replace(/[?#].*$/s, "")

/** Whether this is a call of the service; a browser's page could not send it without asking first. */
export const isCall = ({ headers, method, url }: HttpServerRequest.HttpServerRequest): boolean =>
  method === "POST" && pathOf(url) === "/" && headers["x-amz-target"] !== undefined

const json = (value: unknown, status = 200) => HttpServerResponse.text(JSON.stringify(value), { status, contentType })

/** The service ends its own messages with the time, and the sandbox says that it is one. */
const refused = ({ code, message, type }: refusal.Refusal, { mode }: Settings, now: DateTime.Utc) =>
  code === undefined
    ? json({ __type: type, message }, 400)
    : json(
        {
          __type: type,
          Message: `${message} (${DateTime.toEpochMillis(now)}${mode === "sandbox" ? " s" : ""})`,
          TurkErrorCode: code
        },
        400
      )

const serviceFault = json({ __type: "ServiceFault", Message: "The service failed. Try again.", TurkErrorCode: "" }, 500)

const busyPage = HttpServerResponse.text(
  "<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>",
  { status: 503, contentType: "text/html" }
)

const parseBody = (body: string): Effect.Effect<unknown, refusal.Refusal> =>
  Effect.try({
    try: (): unknown => JSON.parse(body === "" ? "{}" : body),
    catch: () => refusal.unreadable("The body is not JSON.")
  })

/** The body is read as it is sent; clients that would send it otherwise are told so. */
const checkEncoding = ({ headers }: HttpServerRequest.HttpServerRequest): Effect.Effect<void, refusal.Refusal> => {
  const encoding = headers["content-encoding"] ?? "identity"
  const isStreamed = /^STREAMING-/i.test(headers["x-amz-content-sha256"] ?? "")
  return encoding.toLowerCase() === "identity" && !isStreamed
    ? Effect.void
    : refusal.unreadable(
        `The body is sent as ${isStreamed ? "aws-chunked" : JSON.stringify(encoding.slice(0, 40))}. Send it as plain JSON, without a Content-Encoding.`
      )
}

const operationOf = (target: string): Option.Option<string> => {
  const name = target.startsWith(`${targetPrefix}.`) ? target.slice(targetPrefix.length + 1) : ""
  return Object.hasOwn(operations, name) ? Option.some(name) : Option.none()
}

const answer = (settings: Settings, request: HttpServerRequest.HttpServerRequest, body: string, now: DateTime.Utc) =>
  Effect.gen(function* () {
    const { headers, method, url } = request
    yield* checkEncoding(request)
    const key = yield* requestSignature.verify({ method, url, headers, body }, settings.keys)
    const target = headers["x-amz-target"] ?? ""
    const operation = operationOf(target)
    if (Option.isNone(operation)) return yield* refusal.unknownOperation(target)
    const handler = settings.handlers.get(operation.value)
    if (handler === undefined) return yield* refusal.notOffered(operation.value)
    const input = yield* parseBody(body)
    const requester = yield* settings.context.requester(key.requester)
    const caller: Caller = { requester, name: key.requester, now }
    return { input, output: yield* handler.handle(input, caller) }
  })

/** Of a list, nothing, and where to go on. */
const emptied = ({ input, output }: { readonly input: unknown; readonly output: unknown }): unknown => {
  if (!Predicate.isRecord(output) || !("NumResults" in output)) return output
  const before = Predicate.hasProperty(input, "NextToken") ? input.NextToken : undefined
  const lists = Object.entries(output).map(([name, value]) => [name, Array.isArray(value) ? [] : value] as const)
  return { ...Object.fromEntries(lists), NumResults: 0, NextToken: before ?? listing.start }
}

/** Closes the connection: the client gets no answer. */
const drop = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => {
    const { source } = request
    const socket = Predicate.hasProperty(source, "socket") ? source.socket : undefined
    if (Predicate.hasProperty(socket, "destroy") && Predicate.isFunction(socket.destroy)) socket.destroy.call(socket)
    return HttpServerResponse.empty()
  })

const failed = (error: refusal.Refusal | StoreError, settings: Settings, now: DateTime.Utc) =>
  error._tag === "Refusal"
    ? Effect.succeed(refused(error, settings, now))
    : Effect.as(settings.tell("change", error), serviceFault)

const respond = (settings: Settings, request: HttpServerRequest.HttpServerRequest, fault: Option.Option<Fault>) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const text = yield* request.text
    const isEmpty = Option.exists(fault, ({ _tag }) => _tag === "EmptyPage")
    return yield* answer(settings, request, text, now).pipe(
      Effect.map((answered) => json(isEmpty ? emptied(answered) : answered.output)),
      Effect.catchAll((error) => failed(error, settings, now)),
      Effect.catchAllDefect((defect) => Effect.as(Effect.logError("The service failed", defect), serviceFault))
    )
  }).pipe(Effect.catchTag("RequestError", () => Effect.succeed(serviceFault)))

const withFault = (
  settings: Settings,
  request: HttpServerRequest.HttpServerRequest,
  fault: Option.Option<Fault>
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const normally = respond(settings, request, fault)
  if (Option.isNone(fault)) return normally
  switch (fault.value._tag) {
    case "Throttle":
      return failedWith(settings, refusal.throttled)
    case "DropBefore":
      return drop(request)
    case "DropAfter":
      return Effect.zipRight(normally, drop(request))
    case "Delay":
      return Effect.delay(normally, fault.value.duration)
    case "ServerError":
      return Effect.succeed(serviceFault)
    case "Unavailable":
      return Effect.succeed(busyPage)
    case "EmptyPage":
      return normally
  }
}

const failedWith = (settings: Settings, error: refusal.Refusal) =>
  Effect.map(DateTime.now, (now) => refused(error, settings, now))

export const app = (settings: Settings) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const operation = operationOf(request.headers["x-amz-target"] ?? "")
    const fault = yield* Option.match(operation, { onNone: () => Effect.succeedNone, onSome: settings.faults })
    const response = yield* withFault(settings, request, fault)
    return HttpServerResponse.setHeader(response, "x-amzn-requestid", randomUUID())
  })
