/**
 * What the requester's console asks the server: runs and their progress, submissions and decisions on them, workers.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import * as Schema from "effect/Schema"
import * as CrowdError from "../CrowdError.js"
import { Summary } from "../TaskRuns.js"

/**
 * The asker has shown neither the console's token nor the cookie that was given for it.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotSignedIn extends Schema.TaggedError<NotSignedIn>("effect-crowd/server/NotSignedIn")(
  "NotSignedIn",
  {},
  HttpApiSchema.annotations({ status: 401 })
) {
  override get message() {
    return "Open the console by the address that was printed when the server started."
  }
}

/**
 * The cookie in which a browser keeps that it has shown the token.
 *
 * @since 0.1.0
 * @category constants
 */
export const cookieName = "crowd_console"

/**
 * Lets the requester in: by the cookie, or by `Authorization: Bearer <token>`.
 *
 * @since 0.1.0
 * @category security
 */
export class SignedIn extends HttpApiMiddleware.Tag<SignedIn>()("effect-crowd/server/SignedIn", {
  failure: NotSignedIn,
  security: {
    cookie: HttpApiSecurity.apiKey({ in: "cookie", key: cookieName }),
    bearer: HttpApiSecurity.bearer
  }
}) {}

/**
 * How a browser gets its cookie.
 *
 * @since 0.1.0
 * @category groups
 */
export class SessionApi extends HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.post("signIn", "/")
      .setPayload(Schema.Struct({ token: Schema.String.pipe(Schema.maxLength(500)) }))
      .addSuccess(HttpApiSchema.NoContent)
      .addError(NotSignedIn)
  )
  .add(HttpApiEndpoint.del("signOut", "/").addSuccess(HttpApiSchema.NoContent))
  .prefix("/api/session") {}

/**
 * @since 0.1.0
 * @category groups
 */
export class ConsoleApi extends HttpApiGroup.make("console")
  .add(HttpApiEndpoint.get("runs", "/runs").addSuccess(Schema.Array(Summary)))
  .addError(CrowdError.StoreError, { status: 503 })
  .middleware(SignedIn)
  .prefix("/api/console") {}
