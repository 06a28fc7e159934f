/** Where people go who are done: the address that takes their completion code. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Driver, Outcome } from "../Driver.js"
import { type Codes, type Crowd, setupOf } from "./crowd.js"

/**
 * Whoever got no unit leaves with a code that asks them to return, so that nobody waits for them. Whoever gave their unit
 * back, or ran out of time, returns it at Prolific themselves, for which there is no code.
 */
const codeFor = (outcome: Outcome, { completed, noWork }: Codes): Option.Option<string> => {
  switch (outcome) {
    case "completed":
      return Option.some(completed)
    case "partial":
    case "screenedOut":
    case "overQuota":
    case "failedCheck":
    case "noConsent":
    case "noWork":
    case "notAllowed":
      return Option.some(noWork)
    case "returned":
    case "timedOut":
      return Option.none()
  }
}

const pathFor = (code: Option.Option<string>): string =>
  Option.match(code, { onNone: () => "/", onSome: (cc) => `/submissions/complete?${new URLSearchParams({ cc })}` })

export const exit =
  (crowd: Crowd): NonNullable<Driver["exit"]> =>
  ({ outcome, run }) =>
    Effect.map(setupOf(crowd, "exit", run), ({ codes }) =>
      Option.some({ _tag: "Redirect", url: `${crowd.environment.app}${pathFor(codeFor(outcome, codes))}` })
    )
