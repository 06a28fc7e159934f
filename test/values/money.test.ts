import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Money from "../../src/Money.js"

const currency = (code: string) => Money.Currency.make(code)
const currencies = ["USD", "JPY", "EUR", "KWD", "CLF"].map(currency)
const amounts = FastCheck.record({
  currency: FastCheck.constantFrom(...currencies),
  minor: FastCheck.maxSafeNat()
})

describe("Money", () => {
  it.prop("is read as it is written", [amounts], ([money]) => {
    expect(Money.parse(Money.toDecimal(money), money.currency)).toEqual(Either.right(money))
    const codec = Money.fromText(money.currency)
    expect(Schema.decodeSync(codec)(Schema.encodeSync(codec)(money))).toEqual(money)
  })

  it.prop("is the same however many zeros are written after it", [FastCheck.nat(), FastCheck.nat(20)], ([n, zeros]) => {
    expect(Money.parse(`${n}.${"0".repeat(zeros + 1)}`, Money.USD)).toEqual(Either.right(Money.make(n * 100)))
  })

  it.prop("any text is read or answered with a sentence, never thrown at", [FastCheck.string()], ([text]) => {
    const read = Money.parse(text, Money.USD)
    if (Either.isLeft(read)) expect(read.left).toContain(text)
    else expect(read.right.minor).toBeGreaterThanOrEqual(0)
  })

  it("says what is wrong", () => {
    const said = (text: string, code = "USD") => Either.merge(Money.parse(text, currency(code)))
    expect(said("0.055")).toBe("0.055 has 3 decimals, but USD has 2")
    expect(said("1.5", "JPY")).toBe("1.5 has 1 decimals, but JPY has 0")
    expect(said("-0.05")).toBe("-0.05 is negative; an amount is zero or more")
    expect(said("90071992547409.92")).toBe("90071992547409.92 is larger than can be counted exactly")
    for (const text of ["", " 1", "1 ", ".5", "5.", "1,000", "1e3", "+1", "$1", "NaN", "0x10", "١"]) {
      expect(said(text)).toBe(`"${text}" is not an amount of money; write it like 0.05`)
    }
    expect(said("0.050")).toEqual(Money.make(5))
    expect(said("0.0050", "KWD")).toEqual(Money.make(5, currency("KWD")))
    expect(said("90071992547409.91")).toEqual(Money.make(Number.MAX_SAFE_INTEGER))
  })

  it("is written with as many decimals as its currency has", () => {
    expect(Money.format(Money.make(5))).toBe("0.05 USD")
    expect(Money.format(Money.zero())).toBe("0.00 USD")
    expect(Money.format(Money.make(123_456))).toBe("1234.56 USD")
    expect(Money.format(Money.make(5, currency("JPY")))).toBe("5 JPY")
    expect(Money.format(Money.make(5, currency("KWD")))).toBe("0.005 KWD")
  })

  it.each([
    // amount, percent, at least, answer
    [5, 20, 0, 1],
    [5, 20, 1, 1],
    [1, 20, 0, 0],
    [1, 20, 1, 1],
    [2, 25, 0, 1],
    [3, 50, 0, 2],
    [0, 20, 1, 0],
    [100, 0, 0, 0],
    [100, 0, 1, 1],
    [100, 12.5, 0, 13],
    [1000, 33.33, 0, 333],
    [Number.MAX_SAFE_INTEGER, 100, 0, Number.MAX_SAFE_INTEGER]
  ])("%i and %f percent of it, at least %i, is %i", (minor, percentage, least, expected) => {
    expect(Money.percent(Money.make(minor), percentage, least)).toEqual(Money.make(expected))
  })

  it.prop(
    "sums are exact, whatever the order",
    [FastCheck.array(FastCheck.nat(), { minLength: 1, maxLength: 50 })],
    ([minors]) => {
      const add = (all: ReadonlyArray<number>) => all.map((minor) => Money.make(minor)).reduce(Money.sum, Money.zero())
      expect(add(minors)).toEqual(add([...minors].reverse()))
      expect(add(minors)).toEqual(Money.make(minors.reduce((a, b) => a + b, 0)))
    }
  )

  it("is never mixed, never negative, never a fraction, never more than can be counted", () => {
    expect(() => Money.sum(Money.make(1), Money.make(1, currency("EUR")))).toThrow("cannot add USD to EUR")
    expect(() => Money.lessThan(Money.make(1), Money.make(1, currency("EUR")))).toThrow(RangeError)
    expect(() => Money.make(-1)).toThrow()
    expect(() => Money.make(0.5)).toThrow()
    expect(() => Money.times(Money.make(1), 0.5)).toThrow()
    expect(() => Money.sum(Money.make(Number.MAX_SAFE_INTEGER), Money.make(1))).toThrow()
    expect(() => currency("usd")).toThrow("three capital letters")
  })

  it("compares", () => {
    expect(Money.lessThan(Money.make(1), Money.make(2))).toBe(true)
    expect(Money.lessThan(Money.make(2), Money.make(2))).toBe(false)
  })
})
