import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Money } from "../../src/index.js"
import { faultOf, isPaid, lineOf } from "../../src/prolific/bonuses.js"
import { askedBy, nameOfAsked } from "../../src/prolific/qualifications.js"
import * as replies from "../../src/prolific/replies.js"
import { gotNothing, statusOf } from "../../src/prolific/submissions.js"

const pounds = (minor: number) => Money.make(minor, Money.Currency.make("GBP"))
const minors = FastCheck.integer({ min: 1, max: Money.mostMinor })
const payments = FastCheck.array(FastCheck.integer({ min: 1, max: 5 }), { maxLength: 6 })

describe("the line that sets up a bonus", () => {
  it.prop("says the amount in the main unit with two decimals, for every amount", [minors], ([minor]) => {
    const [, whole = "", decimals = ""] =
      /^65fe5c837109,(\d+)\.(\d\d)\n$/.exec(lineOf("65fe5c837109", pounds(minor))) ?? []
    expect(BigInt(whole) * 100n + BigInt(decimals)).toBe(BigInt(minor))
  })

  it("is not the hundredfold, nor a fraction that a computer rounds", () => {
    expect(lineOf("abc", pounds(30))).toBe("abc,0.30\n")
    expect(lineOf("abc", pounds(5))).toBe("abc,0.05\n")
    expect(lineOf("abc", pounds(1_00))).toBe("abc,1.00\n")
    expect(lineOf("abc", pounds(29))).toBe("abc,0.29\n")
  })
})

const echo = { id: "bulk", amount: 425, fees: 142, vat: 28, total_amount: 595 }

describe("what Prolific set up", () => {
  it("is refused unless it is to the cent what was asked for", () => {
    expect(faultOf(echo, pounds(425))).toBeUndefined()
    expect(faultOf({ ...echo, fees: 141.6525, vat: 28.3305, total_amount: 594.983 }, pounds(425))).toBeUndefined()
    expect(faultOf({ ...echo, amount: 42_500 }, pounds(425))).toMatch(/42500/)
    expect(faultOf({ ...echo, amount: 424.99 }, pounds(425))).toMatch(/424\.99/)
    expect(faultOf({ ...echo, total_amount: 695 }, pounds(425))).toMatch(/695/)
  })
})

describe("whether a bonus was paid", () => {
  it.prop(
    "is told by one more payment of the amount, whatever else was paid before and meanwhile",
    [payments, payments, FastCheck.integer({ min: 1, max: 5 })],
    ([before, meanwhile, amount]) => {
      const after = [...meanwhile, ...before].toReversed()
      expect(isPaid(before, after, amount)).toBe(meanwhile.includes(amount))
    }
  )

  it("is not told by an older payment of the same amount", () => {
    expect(isPaid([50], [50], 50)).toBe(false)
    expect(isPaid([50], [50, 50], 50)).toBe(true)
    expect(isPaid([], [500], 50)).toBe(false)
  })
})

const decodeShort = Schema.decodeUnknownSync(replies.SubmissionShort)

const seen = (status: string, study_code?: string) =>
  decodeShort({ id: "65fe5c837109", participant_id: "60fe5c837109", status, study_code })

describe("what a submission's status says of the work", () => {
  it("is the same in every spelling, and nothing in none that is known", () => {
    const said = (text: string) => Option.getOrNull(statusOf(seen(text).status))
    expect(["AWAITING REVIEW", "AWAITING_REVIEW", "awaiting review"].map(said)).toEqual(Array(3).fill("submitted"))
    expect(["TIMED-OUT", "TIMED OUT", "TIMED_OUT"].map(said)).toEqual(Array(3).fill("expired"))
    expect(["PARTIALLY APPROVED", "APPROVED"].map(said)).toEqual(["approved", "approved"])
    expect(["SCREENED OUT", "RETURNED", "REJECTED"].map(said)).toEqual(["returned", "returned", "rejected"])
    expect(["RESERVED", "ACTIVE", "PROCESSING", "UNKNOWN", "TELEPORTED", ""].map(said)).toEqual(Array(6).fill(null))
  })

  it("is that there was none where somebody left with the code of those who got no unit", () => {
    const codes = { completed: "DONE", noWork: "FULL" }
    expect(gotNothing(seen("AWAITING REVIEW", "FULL"), codes)).toBe(true)
    expect(gotNothing(seen("AWAITING REVIEW", " FULL. "), codes)).toBe(true)
    expect(gotNothing(seen("AWAITING REVIEW", "NOCODE"), codes)).toBe(false)
    expect(gotNothing(seen("APPROVED", "FULL"), codes)).toBe(false)
  })
})

const numbers = FastCheck.array(FastCheck.integer(), { minLength: 1, maxLength: 4 })
const one = FastCheck.constantFrom(
  ...(["equal", "not_equal", "less_than", "less_than_or_equal", "greater_than", "greater_than_or_equal"] as const)
)
const several = FastCheck.constantFrom(...(["in", "not_in"] as const))

describe("the group of those who satisfy a requirement", () => {
  it.prop(
    "is known by its name again",
    [FastCheck.string({ minLength: 1 }), one, several, numbers],
    ([name, comparator, membership, values]) => {
      const [value = 0] = values
      const plain = { name, comparator, value }
      expect(askedBy({ name: nameOfAsked(plain) })).toEqual(Option.some(plain))
      const listed = { name, comparator: membership, value, values }
      expect(askedBy({ name: nameOfAsked(listed) })).toEqual(Option.some(listed))
    }
  )

  it("is not taken for a qualification's own", () => {
    expect(Option.isNone(askedBy({ name: "effect-crowd: asks >= 80: reading" }))).toBe(true)
    expect(Option.isNone(askedBy({ name: "somebody's group" }))).toBe(true)
  })
})
