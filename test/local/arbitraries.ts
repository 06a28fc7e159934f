import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { type Address, read } from "../../src/local/address.js"

/** What a header can hold when it reaches us. */
export const headerText = FastCheck.oneof(
  FastCheck.string16bits(),
  FastCheck.stringOf(FastCheck.constantFrom(...'0123456789abcdef.:,;="[]%\\ \t_for')),
  FastCheck.array(
    FastCheck.oneof(
      FastCheck.ipV4(),
      FastCheck.ipV6(),
      FastCheck.ipV4().map((ip) => `for=${ip}`),
      FastCheck.constantFrom("unknown", "_hidden", 'for="_gazonk"', "", "for=", "for=unknown;by=1.2.3.4")
    )
  ).map((all) => all.join(", "))
)

export const addresses = FastCheck.oneof(FastCheck.ipV4(), FastCheck.ipV6())

export const addressOf = (text: string): Address =>
  Option.getOrThrowWith(read(text), () => new Error(`${text} is no address`))
