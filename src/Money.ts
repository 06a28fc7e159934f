/**
 * Money: a currency and a whole number of its minor units (cents for `USD`). No fraction ever exists, so sums are exact.
 *
 * @since 0.1.0
 */
import * as BigDecimal from "effect/BigDecimal"
import type * as Brand from "effect/Brand"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/**
 * An ISO 4217 code, such as `USD`.
 *
 * @since 0.1.0
 * @category models
 */
export const Currency: Schema.BrandSchema<Currency, string> = Schema.String.pipe(
  Schema.pattern(/^[A-Z]{3}$/, { message: () => "expected a currency code of three capital letters, such as USD" }),
  Schema.brand("Currency")
)
/**
 * @since 0.1.0
 * @category models
 */
export type Currency = string & Brand.Brand<"Currency">

/**
 * United States dollars, the currency of a batch that names none.
 *
 * @since 0.1.0
 * @category constants
 */
export const USD: Currency = Currency.make("USD")

/**
 * A whole, non-negative number of minor units, exactly representable.
 *
 * @since 0.1.0
 * @category models
 */
export const Minor = Schema.Number.pipe(
  Schema.filter((n) => (Number.isSafeInteger(n) && n >= 0) || "expected a whole number of minor units, zero or more"),
  Schema.annotations({ identifier: "Minor" })
)

/**
 * An amount: a currency and a whole number of its minor units, zero or more.
 *
 * @since 0.1.0
 * @category models
 */
export interface Money {
  readonly currency: Currency
  readonly minor: number
}
/**
 * @since 0.1.0
 * @category models
 */
export const Money: Schema.Schema<Money, { readonly currency: string; readonly minor: number }> = Schema.Struct({
  currency: Currency,
  minor: Minor
}).annotations({ identifier: "Money" })

const checked = Schema.validateSync(Money)

/**
 * The most that one reward or one bonus may be, in minor units (10,000,000.00 USD): so that all that a run comes to is
 * counted exactly.
 *
 * @since 0.1.0
 * @category constants
 */
export const mostMinor = 1_000_000_000

/**
 * The sum of amounts in minor units, or the most that is counted exactly where it is more than that: what is shown never
 * fails for a number.
 *
 * @since 0.1.0
 * @category math
 */
export const total = (...minors: ReadonlyArray<number>): number =>
  Math.min(
    Number.MAX_SAFE_INTEGER,
    minors.reduce((sum, minor) => sum + minor, 0)
  )

/**
 * How many decimals a currency has, as the platform's locale data (CLDR) knows it: 2 for `USD`, 0 for `JPY`.
 *
 * @since 0.1.0
 * @category getters
 */
export const decimals = (currency: Currency): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2

/**
 * Money of `minor` minor units. Throws a `ParseError` unless `minor` is a safe whole number of zero or more.
 *
 * @example
 * import { Money } from "effect-crowd"
 *
 * Money.make(5) // 0.05 USD
 * Money.make(5, Money.Currency.make("JPY")) // 5 JPY
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (minor: number, currency: Currency = USD): Money => checked({ currency, minor })

/**
 * Returns nothing at all, in this currency.
 *
 * @example
 * import { Money } from "effect-crowd"
 *
 * Money.zero() // 0.00 USD
 *
 * @since 0.1.0
 * @category constructors
 */
export const zero = (currency: Currency = USD): Money => make(0, currency)

/**
 * Reads a plain decimal such as `0.05`. The `Left` is a sentence saying what is wrong with it.
 *
 * @example
 * import { Money } from "effect-crowd"
 *
 * Money.parse("0.05", Money.USD) // Right({ currency: "USD", minor: 5 })
 * Money.parse("0.055", Money.USD) // Left("0.055 has 3 decimals, but USD has 2")
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (text: string, currency: Currency): Either.Either<Money, string> => {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return Either.left(`"${text}" is not an amount of money; write it like 0.05`)
  const decimal = BigDecimal.fromString(text)
  if (Option.isNone(decimal)) return Either.left(`"${text}" is not an amount of money; write it like 0.05`)
  if (BigDecimal.isNegative(decimal.value)) return Either.left(`${text} is negative; an amount is zero or more`)
  const places = decimals(currency)
  const written = text.split(".")[1]?.length ?? 0
  const normal = BigDecimal.normalize(decimal.value)
  if (normal.scale > places) return Either.left(`${text} has ${written} decimals, but ${currency} has ${places}`)
  const minor = Number(BigDecimal.scale(normal, places).value)
  return Number.isSafeInteger(minor)
    ? Either.right({ currency, minor })
    : Either.left(`${text} is larger than can be counted exactly`)
}

/**
 * The amount as a plain decimal, without its currency: `0.05`.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toDecimal = (self: Money): string => {
  const places = decimals(self.currency)
  if (places === 0) return String(self.minor)
  const digits = String(self.minor).padStart(places + 1, "0")
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/**
 * The amount with its currency, for people: `0.05 USD`.
 *
 * @since 0.1.0
 * @category conversions
 */
export const format = (self: Money): string => `${toDecimal(self)} ${self.currency}`

const sameCurrency = (a: Money, b: Money): Currency => {
  if (a.currency !== b.currency) throw new RangeError(`cannot add ${a.currency} to ${b.currency}`)
  return a.currency
}

/**
 * Throws a `RangeError` when the currencies differ: one run has one currency, so that is a fault of the program.
 *
 * @since 0.1.0
 * @category math
 */
export const sum = (a: Money, b: Money): Money => make(a.minor + b.minor, sameCurrency(a, b))

/**
 * Returns the amount `n` times. Throws a `ParseError` where that is no safe whole number of zero or more.
 *
 * @since 0.1.0
 * @category math
 */
export const times = (self: Money, n: number): Money => make(self.minor * n, self.currency)

/**
 * The given percentage, rounded half up to the minor unit, at least `least` minor units unless the amount is zero.
 *
 * @since 0.1.0
 * @category math
 */
export const percent = (self: Money, percentage: number, least = 0): Money => {
  if (self.minor === 0) return self
  const scaled = BigInt(self.minor) * BigInt(Math.round(percentage * 100))
  const rounded = Number((scaled + 5_000n) / 10_000n)
  return make(Math.max(least, rounded), self.currency)
}

/**
 * Returns whether `a` is less than `b`. Throws a `RangeError` when the currencies differ.
 *
 * @since 0.1.0
 * @category predicates
 */
export const lessThan = (a: Money, b: Money): boolean => {
  sameCurrency(a, b)
  return a.minor < b.minor
}

/**
 * Money written as text in a known currency, as in `task.json` and in bonus files.
 *
 * @since 0.1.0
 * @category schemas
 */
export const fromText = (currency: Currency): Schema.Schema<Money, string> =>
  Schema.transformOrFail(Schema.String, Schema.typeSchema(Money), {
    strict: true,
    decode: (text, _, ast) =>
      Either.mapLeft(parse(text, currency), (message) => new ParseResult.Type(ast, text, message)),
    encode: (money) => ParseResult.succeed(toDecimal(money))
  })
