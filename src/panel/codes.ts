/**
 * Codes that people are given to hand in at the panel: 16 characters of Crockford's base32. The first half names the agent
 * within the run, the second is signed over run, agent and outcome, so that whoever has the secret can tell of a code alone
 * whether it is one, and what of.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import * as Arr from "effect/Array"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { RunId } from "../Ids.js"
import type { Secret } from "../internal/signature.js"
import { Outcome } from "../States.js"
import type { Verified } from "./options.js"

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/** Of 40 bits each. */
const half = 8

/** The first characters of a signature over the parts. */
const signed = (secret: Secret, parts: ReadonlyArray<string>): string => {
  const bytes = createHmac("sha256", Redacted.value(secret))
    .update(JSON.stringify(["code", ...parts]))
    .digest()
  const bits = bytes.readUIntBE(0, 5)
  return Arr.makeBy(half, (i) => alphabet.charAt(Math.floor(bits / 32 ** (half - 1 - i)) % 32)).join("")
}

const proofOf = (secret: Secret, run: RunId, agent: string, outcome: Outcome): string =>
  signed(secret, ["outcome", run, agent, outcome])

const grouped = (code: string): string => code.replace(/(.{4})(?=.)/g, "$1-")

/** The code for somebody of the run, who is named by their agent or, without one, as they came. */
export const make = (
  secret: Secret,
  of: { readonly run: RunId; readonly who: string; readonly outcome: Outcome }
): string => {
  const agent = signed(secret, ["agent", of.run, of.who])
  return grouped(`${agent}${proofOf(secret, of.run, agent, of.outcome)}`)
}

/** As people copy it: in small letters, with blanks or other dashes for hyphens, or without, with O for 0. */
const clean = (code: string): string =>
  code
    .slice(0, 64)
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1")

/** Why this can be no code of any run; nothing where it may be one. */
export const formFault = (code: string): string | undefined => {
  const text = clean(code)
  const foreign = Array.from(text).find((character) => !alphabet.includes(character))
  if (foreign !== undefined) return `"${foreign}" is in none`
  return text.length === 2 * half ? undefined : `one has ${2 * half} letters and digits, not ${text.length}`
}

/** As it was given out, however it was copied. */
export const canonical = (code: string): string => grouped(clean(code))

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b))

export const verify = (secret: Secret, run: RunId, code: string): Option.Option<Verified> => {
  if (formFault(code) !== undefined) return Option.none()
  const text = clean(code)
  const agent = text.slice(0, half)
  const outcome = Outcome.literals.filter((outcome) =>
    isSame(proofOf(secret, run, agent, outcome), text.slice(half))
  )[0]
  return outcome === undefined ? Option.none() : Option.some({ outcome, agent: grouped(agent) })
}
