/** Guesses at the console's token: after ten wrong ones from an address, the next has to wait. */
import * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { boundedMap } from "../../internal/boundedMap.js"
import { isSecret, type Secret } from "../../internal/signature.js"
import { Local } from "../../Local.js"
import { NotSignedIn, TooManyAttempts } from "../ConsoleApi.js"
import { addressOf } from "../visitors.js"

const freely = 10

/** Of whom nothing wrong came for so long, nothing is known any more. */
const forgotten = Duration.toMillis("15 minutes")

const longestWait = Duration.toMillis("30 seconds")

/** So many addresses are known at once. */
const addressesAtMost = 10_000

interface Failures {
  readonly count: number
  readonly last: number
}

const waitAfter = (count: number): number => (count < freely ? 0 : Math.min(1000 * 2 ** (count - freely), longestWait))

export interface Service {
  /** Whether the token is the right one. While an address has to wait, nothing it shows is looked at. */
  readonly check: (address: string, token: Secret, given: string) => Effect.Effect<void, NotSignedIn | TooManyAttempts>
}

export const make = (): Service => {
  const known = boundedMap<Failures>(addressesAtMost)
  return {
    check: (address, token, given) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const before = known.get(address)
        const { count, last } = before === undefined || now - before.last > forgotten ? { count: 0, last: now } : before
        const left = last + waitAfter(count) - now
        if (left > 0) return yield* new TooManyAttempts({ seconds: Math.ceil(left / 1000) })
        if (isSecret(token, given)) return
        known.set(address, { count: count + 1, last: now })
        return yield* new NotSignedIn()
      })
  }
}

/** Counted together, whatever was asked for. */
export class Attempts extends Context.Tag("effect-crowd/server/Attempts")<Attempts, Service>() {}

const tellWhen = (error: NotSignedIn | TooManyAttempts): Effect.Effect<void> =>
  error._tag === "NotSignedIn"
    ? Effect.void
    : HttpApp.appendPreResponseHandler((_, response) =>
        Effect.succeed(HttpServerResponse.setHeader(response, "retry-after", String(error.seconds)))
      )

/** What a request shows as `Authorization: Bearer <token>`; empty where it shows none. */
export const bearerOf = ({ headers }: HttpServerRequest.HttpServerRequest): string =>
  /^Bearer +(\S.*)$/i.exec(headers["authorization"] ?? "")?.[1] ?? ""

/** Fails unless the right token is given. What a request shows to any part of one server is counted together. */
export const checking = (token: Secret) =>
  Effect.gen(function* () {
    const attempts = Option.getOrElse(yield* Effect.serviceOption(Attempts), make)
    const local = yield* Effect.serviceOption(Local)
    return (given: string) =>
      Effect.gen(function* () {
        if (given === "") return yield* new NotSignedIn()
        const request = yield* HttpServerRequest.HttpServerRequest
        yield* Effect.tapError(attempts.check(addressOf(local, request), token, given), tellWhen)
      })
  })
