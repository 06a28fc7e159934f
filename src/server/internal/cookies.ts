/** Cookies that no script and no other site gets to see. */
import * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"

/** For as long as browsers keep a cookie at the most. */
const maxAge = "400 days"

/** Sets a cookie with the response to come. `value` must be of characters that cookies may hold. */
export const set = (name: string, value: string): Effect.Effect<void> =>
  HttpApp.appendPreResponseHandler((_, response) =>
    Effect.orDie(
      HttpServerResponse.setCookie(response, name, value, { httpOnly: true, sameSite: "strict", path: "/", maxAge })
    )
  )

/** Takes a cookie away. */
export const remove = (name: string): Effect.Effect<void> =>
  HttpApp.appendPreResponseHandler((_, response) =>
    Effect.succeed(HttpServerResponse.expireCookie(response, name, { httpOnly: true, sameSite: "strict", path: "/" }))
  )
