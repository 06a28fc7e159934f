import { describe, expect, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as CrowdError from "../../src/CrowdError.js"
import * as Ids from "../../src/Ids.js"
import * as Money from "../../src/Money.js"

const classes = CrowdError.CrowdError.members

const encode = Schema.encodeSync(CrowdError.CrowdError)

const overTheWire = (error: CrowdError.CrowdError): CrowdError.CrowdError => {
  const text = JSON.stringify(encode(error))
  return Schema.decodeUnknownSync(CrowdError.CrowdError)(JSON.parse(text))
}

describe("CrowdError", () => {
  it("has every error class there is, each under a tag of its own", () => {
    const exported = Object.values(CrowdError).filter((value) => typeof value === "function" && "_tag" in value)
    expect(classes).toHaveLength(exported.length)
    expect(new Set(classes.map(({ _tag }) => _tag)).size).toBe(classes.length)
    expect(new Set(classes.map(({ identifier }) => identifier)).size).toBe(classes.length)
    for (const { _tag, identifier } of classes) expect(identifier).toBe(`effect-crowd/${_tag}`)
  })

  it.prop(
    "survives encode, JSON and decode, with its message",
    [Arbitrary.make(CrowdError.CrowdError)],
    ([error]) => {
      const back = overTheWire(error)
      expect(JSON.stringify(encode(back))).toBe(JSON.stringify(encode(error)))
      expect(back.message).toBe(error.message)
      expect(back.message).not.toBe("")
      expect(back.constructor).toBe(error.constructor)
    },
    { fastCheck: { numRuns: 500 } }
  )

  it("keeps a Duration and Money", () => {
    const throttled = new CrowdError.ProviderError({
      reason: "Throttled",
      provider: "mock",
      method: "launch",
      retryAfter: Duration.seconds(90),
      description: "too many calls"
    })
    expect(overTheWire(throttled)).toEqual(throttled)
    expect(throttled.message).toContain("Try again in 1m 30s")
    const unpaid = new CrowdError.InsufficientFunds({ needed: Money.make(105), available: Money.make(5) })
    expect(overTheWire(unpaid)).toEqual(unpaid)
    expect(unpaid.message).toContain("1.05 USD needed, 0.05 USD available")
  })

  it("says what may be tried again and what may have happened", () => {
    const error = (reason: CrowdError.ProviderError["reason"]) =>
      new CrowdError.ProviderError({ reason, provider: "mock", method: "launch", description: "" })
    const told = CrowdError.ProviderErrorReason.literals.map((reason) => [
      reason,
      error(reason).isRetryable,
      error(reason).mayHaveHappened
    ])
    expect(told).toEqual([
      ["Throttled", true, false],
      ["Unavailable", true, true],
      ["Rejected", false, false],
      ["NotYet", true, false],
      ["Malformed", false, true]
    ])
  })

  it("does not take a wrong tag for a right one", () => {
    const decode = Schema.decodeUnknownEither(CrowdError.CrowdError)
    expect(Either.isLeft(decode({ _tag: "UnitNotFound", run: "run_1" }))).toBe(true)
    expect(Either.isLeft(decode({ _tag: "Nothing" }))).toBe(true)
  })

  it("names each reason why a worker may not work", () => {
    const run = Ids.RunId.make("run_1")
    const said = (reason: CrowdError.IneligibleReason) =>
      new CrowdError.NotEligible({ run, worker: "ada", reason }).message
    expect(said({ _tag: "Blocked" })).toContain("blocked")
    expect(said({ _tag: "LacksQualification", qualification: "dutch" })).toContain("lack the qualification dutch")
    expect(said({ _tag: "OverWorkerLimit", limit: 3 })).toContain("(3)")
    expect(said({ _tag: "AlreadyWorked" })).toContain("already worked")
    expect(said({ _tag: "NothingLeft" })).toContain("no unit is free")
  })

  it("says why a visitor is not let in, with the address", () => {
    const said = (reason: CrowdError.Unwelcome["reason"]) =>
      new CrowdError.Unwelcome({ address: "192.0.2.1", reason }).message
    expect(said("denied")).toContain("192.0.2.1 is on the list of addresses that may not")
    expect(said("not_allowed")).toContain("192.0.2.1 is not among the addresses that may")
    expect(said("blocked")).toContain("Somebody who worked from 192.0.2.1 is blocked")
    expect(said("unreadable")).toContain("not known from which address")
  })

  it("says of a name and of a setting what is wrong with them", () => {
    expect(new CrowdError.NameNeeded().message).toBe("Choose a name first.")
    expect(new CrowdError.NameTaken({ name: "Ada" }).message).toContain("called Ada already")
    expect(new CrowdError.NameNotTaken({ name: "Ada" }).message).toContain("Nobody is called Ada")
    const name = new CrowdError.InvalidName({ name: "192.0.2.1", description: "it reads like an address" })
    expect(name.message).toBe('"192.0.2.1" cannot be a worker\'s name: it reads like an address.')
    const setting = new CrowdError.InvalidSetting({ setting: "allow", value: "lan", description: "no range" })
    expect(setting.message).toBe('The setting allow cannot be "lan": no range.')
  })
})
