/** Codes of one's own, for any secret, run and agent. */
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import { RunId } from "../../src/Ids.js"
import * as Panel from "../../src/Panel.js"
import * as codes from "../../src/panel/codes.js"
import { Outcome } from "../../src/States.js"

const run = FastCheck.uuid().map((id) => RunId.make(`run_${id.replaceAll("-", "")}`))
const secret = FastCheck.string({ minLength: 16, maxLength: 40 }).map(Redacted.make)
const who = FastCheck.fullUnicodeString({ minLength: 1, maxLength: 64 })
const outcome = FastCheck.constantFrom(...Outcome.literals)
const of = FastCheck.record({ secret, run, who, outcome })

const holds = <A>(arbitrary: FastCheck.Arbitrary<A>, check: (value: A) => void) =>
  FastCheck.assert(FastCheck.property(arbitrary, check))

describe("a code", () => {
  it("is four groups of Crockford's base32, the same each time, and says how the visit ended", () =>
    holds(of, ({ secret, ...of }) => {
      const code = codes.make(secret, of)
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(codes.make(secret, of)).toBe(code)
      expect(Panel.verify({ secret, run: of.run, code })).toEqual(
        Option.some({ outcome: of.outcome, agent: code.slice(0, 9) })
      )
    }))

  it("holds as people copy it", () =>
    holds(of, ({ secret, ...of }) => {
      const code = codes.make(secret, of)
      const copied = ` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")} `
      expect(Panel.verify({ secret, run: of.run, code: copied })).toEqual(Panel.verify({ secret, run: of.run, code }))
    }))

  it("is none of another run, of another secret, or with another character", () =>
    holds(FastCheck.tuple(of, run, secret, FastCheck.nat(15)), ([{ secret, ...of }, otherRun, otherSecret, at]) => {
      const code = codes.make(secret, of)
      const plain = code.replaceAll("-", "")
      const changed = `${plain.slice(0, at)}${plain[at] === "A" ? "B" : "A"}${plain.slice(at + 1)}`
      expect(Panel.verify({ secret, run: of.run, code: changed })).toEqual(Option.none())
      if (otherRun !== of.run) expect(Panel.verify({ secret, run: otherRun, code })).toEqual(Option.none())
      if (Redacted.value(otherSecret) !== Redacted.value(secret)) {
        expect(Panel.verify({ secret: otherSecret, run: of.run, code })).toEqual(Option.none())
      }
    }))

  it("is known by its first half whatever the outcome, and by its whole nobody else's", () =>
    holds(FastCheck.tuple(of, outcome, who), ([{ secret, ...of }, otherOutcome, other]) => {
      const code = codes.make(secret, of)
      expect(codes.make(secret, { ...of, outcome: otherOutcome }).slice(0, 9)).toBe(code.slice(0, 9))
      if (otherOutcome !== of.outcome) expect(codes.make(secret, { ...of, outcome: otherOutcome })).not.toBe(code)
      if (other !== of.who) expect(codes.make(secret, { ...of, who: other })).not.toBe(code)
    }))

  it("is none, whatever else is typed", () =>
    holds(FastCheck.tuple(secret, run, FastCheck.fullUnicodeString()), ([secret, run, code]) => {
      expect(Panel.verify({ secret, run, code })).toEqual(Option.none())
    }))
})
