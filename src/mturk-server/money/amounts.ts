/** Dollars as the protocol writes them, and cents as they are counted. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Money from "../../Money.js"
import * as refusal from "../protocol/refusal.js"

/** The pattern of the model lets a point without decimals pass. */
export const parse = (text: string): Effect.Effect<number, refusal.Refusal> =>
  Either.match(Money.parse(text.replace(/\.$/, ""), Money.USD), {
    onLeft: (message) => Effect.fail(refusal.invalidValue(message)),
    onRight: ({ minor }) => Effect.succeed(minor)
  })

/** A balance may be below zero. */
export const print = (minor: number): string => Money.toDecimal(Money.make(Math.max(0, minor)))
