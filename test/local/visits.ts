import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Visit } from "../../src/Local.js"

export const secret = Redacted.make("a secret of the tests")

/** A visit from this address. */
export const from = (peer: string, rest: Partial<Visit> = {}): Visit => ({
  peer: Option.some(peer),
  headers: {},
  cookie: Option.none(),
  ...rest
})

export const withCookie = (cookie: string): Visit => from("192.0.2.1", { cookie: Option.some(cookie) })
