import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import { Token } from "../Ids.js"

/** The token of an effect on one entity, readable: `launch_unit_01H…`. */
export const ofId = (kind: string, id: string): Token => Token.make(`${kind}_${id}`)

/** The token of an effect that several things together make the same: their SHA-256. */
export const ofParts = (kind: string, parts: ReadonlyArray<string>): Effect.Effect<Token> =>
  Effect.map(
    Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)))),
    (hash) => Token.make(`${kind}_${Encoding.encodeHex(new Uint8Array(hash)).slice(0, 48)}`)
  )
