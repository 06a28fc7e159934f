/** A body that fails midway must not look whole: its connection is broken off. */
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/**
 * Node's server ends a body that failed as if that were all of it, which it cannot once the connection is gone. Servers
 * without a socket have ways of their own.
 */
const breakOff = ({ source }: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => {
    const socket = Predicate.hasProperty(source, "socket") ? source.socket : undefined
    if (Predicate.hasProperty(socket, "destroy") && Predicate.isFunction(socket.destroy)) socket.destroy()
  })

const failed = (request: HttpServerRequest.HttpServerRequest) => (cause: Cause.Cause<unknown>) =>
  Cause.isInterruptedOnly(cause)
    ? Effect.void
    : Effect.zipRight(Effect.logWarning("An answer was broken off", cause), breakOff(request))

export const abortOnFailure =
  (request: HttpServerRequest.HttpServerRequest) =>
  (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
    const { body } = response
    if (body._tag !== "Stream") return response
    const stream = Stream.tapErrorCause(body.stream, failed(request))
    return HttpServerResponse.setBody(response, HttpBody.stream(stream, body.contentType, body.contentLength))
  }
