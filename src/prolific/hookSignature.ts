/** The signature of a webhook: over what was sent, byte for byte. */
import { createHmac, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"

/** A body as it came, with what it says of itself. */
export interface Signed {
  readonly body: Uint8Array
  readonly signature: string
  readonly timestamp: string
}

/** HMAC-SHA-256 over the time and the body, in base64. */
export const sign = (secret: Redacted.Redacted<string>, timestamp: string, body: Uint8Array): string =>
  createHmac("sha256", Redacted.value(secret)).update(timestamp).update(body).digest("base64")

/** Compared in a time that says nothing of the signature. */
export const isSigned = (secret: Redacted.Redacted<string>, { body, signature, timestamp }: Signed): boolean => {
  const expected = Buffer.from(sign(secret, timestamp, body))
  const given = Buffer.from(signature)
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
}
