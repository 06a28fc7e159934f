/** Whether a link is the panel's own. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import type { Secret } from "../internal/signature.js"
import type { PanelProof } from "../PanelSettings.js"

const nameOf = (pair: string): string => new URLSearchParams(pair).keys().next().value ?? ""

/**
 * What is signed: `name=value` in the order that is agreed on, each value percent-encoded; or the query as it came,
 * without the proof.
 */
export const signedText = ({ over, parameter }: Pick<PanelProof, "over" | "parameter">, query: string): string => {
  if (over === "query") {
    return query
      .replace(/^\?/, "")
      .split("&")
      .filter((pair) => nameOf(pair) !== parameter)
      .join("&")
  }
  const values = new URLSearchParams(query)
  return over.map((name) => `${name}=${encodeURIComponent(values.get(name) ?? "")}`).join("&")
}

const digestOf = ({ algorithm }: PanelProof, secret: Secret, text: string): Buffer =>
  algorithm === "hmac-sha256"
    ? createHmac("sha256", Redacted.value(secret)).update(text).digest()
    : createHash("sha256").update(text).update(Redacted.value(secret)).digest()

/** In hex, or in base64 of either alphabet, in which a + may have become a blank on its way. */
const bytesOf = (proof: string): Buffer =>
  /^[0-9a-f]{64}$/i.test(proof) ? Buffer.from(proof, "hex") : Buffer.from(proof.replaceAll(" ", "+"), "base64")

/** Whether the query carries one proof, which holds. */
export const holds = (proof: PanelProof, secret: Secret, query: string): boolean => {
  const expected = digestOf(proof, secret, signedText(proof, query))
  const [text = "", ...others] = new URLSearchParams(query).getAll(proof.parameter)
  const given = bytesOf(text)
  return others.length === 0 && given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
}
