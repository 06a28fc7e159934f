/**
 * Sessions of the console. A cookie holds the session's id and a signature, so that every process over one secret knows
 * it; what is ended before its time is written down in the store, so that every process over one store knows that.
 */
import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { StoreError } from "../../CrowdError.js"
import { isSigned, type Secret, sign } from "../../internal/signature.js"
import type * as Store from "../../Store.js"
import { data } from "../../store/tables.js"

export const lasts = Duration.days(7)

const group = "server/ended-session"

/** Those that are over anyhow and are forgotten when another one ends. */
const forgottenAtOnce = 100

export interface Service {
  /** The cookie of a new session. */
  readonly begin: Effect.Effect<string>
  readonly isOpen: (cookie: string) => Effect.Effect<boolean, StoreError>
  /** Whoever has the cookie of this session is signed in no more. */
  readonly end: (cookie: string) => Effect.Effect<void, StoreError>
}

export interface Secrets {
  readonly secret: Secret
  /** A new token ends all sessions of the one before. */
  readonly token: Secret
}

/** Sorts as the ends do. */
const idFor = (endsAt: number): string => `${String(endsAt).padStart(15, "0")}-${randomBytes(16).toString("base64url")}`

const endOf = (id: string): number => Number(id.slice(0, 15))

export const make = ({ secret, token }: Secrets, store: Store.Service): Service => {
  const parts = (id: string) => ["console", Redacted.value(token), id]

  const keyOf = (id: string): string => `${group}/${id}`

  /** The id of a session of ours that is not over. */
  const idOf = (cookie: string, now: number): Option.Option<string> => {
    const [id = "", signature = ""] = cookie.split(".", 2)
    return isSigned(secret, parts(id), signature) && now < endOf(id) ? Option.some(id) : Option.none()
  }

  const forgetOver = (now: number) =>
    Effect.gen(function* () {
      const oldest = yield* store.page(data, { where: { provider: group }, limit: forgottenAtOnce })
      const over = oldest.filter(({ id }) => endOf(id.slice(keyOf("").length)) <= now)
      if (over.length > 0) {
        yield* store.remove(
          data,
          over.map(({ id }) => id)
        )
      }
    })

  return {
    begin: Effect.map(Clock.currentTimeMillis, (now) => {
      const id = idFor(now + Duration.toMillis(lasts))
      return `${id}.${sign(secret, parts(id))}`
    }),
    isOpen: (cookie) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Option.match(idOf(cookie, now), {
          onNone: () => Effect.succeed(false),
          onSome: (id) => Effect.map(store.get(data, keyOf(id)), Option.isNone)
        })
      ),
    end: (cookie) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const id = idOf(cookie, now)
        if (Option.isNone(id)) return
        yield* store.insert(data, [{ id: keyOf(id.value), provider: group, value: null }])
        yield* forgetOver(now)
      })
  }
}
