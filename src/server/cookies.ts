/** Cookies that no script and no other site gets to see. */
import * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** For as long as browsers keep a cookie at the most. */
const longest = "400 days"

const attributes = { httpOnly: true, sameSite: "strict", path: "/" } as const

/** Behind a proxy with TLS, which speaks plainly to us, browsers still say how they came. */
const cameByTls = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["origin"]?.startsWith("https:") === true

/**
 * Sets a cookie with the response to come; one that was asked for by TLS goes by nothing else. `value` must be of
 * characters that cookies may hold.
 */
export const set = (name: string, value: string, maxAge: Duration.DurationInput = longest): Effect.Effect<void> =>
  HttpApp.appendPreResponseHandler((request, response) =>
    Effect.orDie(
      HttpServerResponse.setCookie(response, name, value, { ...attributes, maxAge, secure: cameByTls(request) })
    )
  )

/** Takes a cookie away. */
export const remove = (name: string): Effect.Effect<void> =>
  HttpApp.appendPreResponseHandler((_, response) =>
    Effect.succeed(HttpServerResponse.expireCookie(response, name, attributes))
  )
