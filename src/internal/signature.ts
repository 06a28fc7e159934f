/** Signatures with a secret of this process's own, or one that several share. */
import { createHmac, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"

export type Secret = Redacted.Redacted<string>

/** HMAC-SHA-256 over the parts, of which none can be mistaken for two; 43 characters of base64url. */
export const sign = (secret: Secret, parts: ReadonlyArray<string>): string =>
  createHmac("sha256", Redacted.value(secret)).update(JSON.stringify(parts)).digest("base64url")

/** Whether it is the secret itself. Signatures are compared, so that how long it takes says nothing of the secret. */
export const isSecret = (secret: Secret, given: string): boolean =>
  isSigned(secret, ["given", given], sign(secret, ["given", Redacted.value(secret)]))

export const isSigned = (secret: Secret, parts: ReadonlyArray<string>, signature: string): boolean => {
  const expected = Buffer.from(sign(secret, parts))
  const given = Buffer.from(signature)
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
}
