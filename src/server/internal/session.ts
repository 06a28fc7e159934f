/** Who may see the console: whoever has shown its token. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { isSecret, isSigned, type Secret, sign } from "../../local/signature.js"
import { Api } from "../Api.js"
import { cookieName, NotSignedIn, SignedIn } from "../ConsoleApi.js"
import * as cookies from "./cookies.js"

export interface Options {
  readonly secret: Secret
  /** Opens the console. */
  readonly token: Redacted.Redacted<string>
}

const cookieParts = (token: Redacted.Redacted<string>) => ["console", Redacted.value(token)]

const require = (isRight: boolean) => (isRight ? Effect.void : new NotSignedIn())

/** The cookie holds a signature over the token: who reads it cannot tell the token, and a new token ends it. */
export const layer = ({ secret, token }: Options) => {
  const signedIn = Layer.succeed(SignedIn, {
    cookie: (given) => require(isSigned(secret, cookieParts(token), Redacted.value(given))),
    bearer: (given) => require(isSecret(token, Redacted.value(given)))
  })
  const session = HttpApiBuilder.group(Api, "session", (handlers) =>
    handlers
      .handle("signIn", ({ payload }) =>
        Effect.zipRight(
          require(isSecret(token, payload.token)),
          cookies.set(cookieName, sign(secret, cookieParts(token)))
        )
      )
      .handle("signOut", () => cookies.remove(cookieName))
  )
  return Layer.merge(signedIn, session)
}
