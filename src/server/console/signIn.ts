/** Who may see the console: whoever has shown its token. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { StoreError } from "../../CrowdError.js"
import { layerMemory, Store } from "../../Store.js"
import { Api } from "../Api.js"
import { cookieName, NotSignedIn, SignedIn } from "../ConsoleApi.js"
import * as cookies from "../cookies.js"
import * as storeErrors from "../storeErrors.js"
import * as sessions from "./sessions.js"
import * as tokenAttempts from "./tokenAttempts.js"

/** What is ended is known to every process over one store; without a store, to this one. */
const storeOrMemory = Effect.flatMap(
  Effect.serviceOption(Store),
  Option.match({
    onNone: () => Effect.map(Layer.build(layerMemory), Context.get(Store)),
    onSome: (store) => Effect.succeed(store)
  })
)

/** The cookie's check can fail in no way but one; this is no word about the cookie. */
const whereBroken = (error: StoreError) => Effect.die(storeErrors.response(error))

const ownCookie = Effect.map(HttpServerRequest.HttpServerRequest, ({ cookies }) => cookies[cookieName] ?? "")

const refused = Effect.flatMap(ownCookie, (cookie) => new NotSignedIn(cookie === "" ? {} : { ended: true }))

export const layer = (secrets: sessions.Secrets) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const { begin, end, isOpen } = sessions.make(secrets, yield* storeOrMemory)
      const check = yield* tokenAttempts.checking(secrets.token)
      const signedIn = Layer.succeed(SignedIn, {
        cookie: (given) =>
          Effect.flatMap(Effect.catchAll(isOpen(Redacted.value(given)), whereBroken), (open) =>
            open ? Effect.void : refused
          ),
        bearer: (given) => (Redacted.value(given) === "" ? refused : check(Redacted.value(given)))
      })
      const session = HttpApiBuilder.group(Api, "session", (handlers) =>
        handlers
          .handle("signIn", ({ payload }) =>
            Effect.gen(function* () {
              yield* check(payload.token)
              yield* end(yield* ownCookie)
              yield* cookies.set(cookieName, yield* begin, sessions.lasts)
            })
          )
          .handle("signOut", () => Effect.zipRight(cookies.remove(cookieName), Effect.flatMap(ownCookie, end)))
      )
      return Layer.merge(signedIn, session)
    })
  )
