/** Names that visitors give themselves: what may be one, which are the same, and the cookie that proves one. */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import { InvalidName } from "../CrowdError.js"
import { isSigned, type Secret, sign } from "../internal/signature.js"
import { lineFault } from "../internal/text.js"
import { isGiven } from "./address.js"
import { mixed, skeletons } from "./lookalikes.js"

const longest = 40

const plain = (name: string): string =>
  name
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/\s+/gu, " ")
    .trim()

/**
 * Names of one key are one name to whoever reads them: letter case, width, spaces, invisible characters and letters of
 * another script that look the same are no difference.
 */
export const keyOf = (name: string): string => skeletons(plain(name))[0]

/** The keys of other names that this one passes for, depending on how it is written. */
export const otherKeysOf = (name: string): ReadonlyArray<string> => skeletons(plain(name)).slice(1)

const faultOf = (name: string): string | undefined => {
  if (lineFault(name) !== undefined) return "it has control characters"
  const key = keyOf(name)
  if (key === "") return "there is nothing to read"
  if ([...name].length > longest) return `it is longer than ${longest} characters`
  if (isGiven(key)) return "it reads like an address"
  if (/^(?:WORKER|AGENT)_/.test(key)) return "it reads like an id; names do not begin with worker_ or agent_"
  const scripts = mixed(name)
  return scripts.length > 0
    ? `it mixes ${scripts.join(" and ")} letters, of which some look alike; write all of it in one of them`
    : undefined
}

/** The name as it is kept. */
export const checked = (given: string): Either.Either<string, InvalidName> => {
  const name = given.normalize("NFC").trim()
  const fault = faultOf(name)
  return fault === undefined ? Either.right(name) : Either.left(new InvalidName({ name: given, description: fault }))
}

/** What a cookie proves: the name, and how often it had been freed when it was given. */
export interface Proof {
  readonly name: string
  readonly generation: number
}

const parts = (encoded: string, generation: string): ReadonlyArray<string> => ["name", encoded, generation]

/** The value of the cookie that proves the name. */
export const cookieOf = (secret: Secret, { generation, name }: Proof): string => {
  const encoded = Encoding.encodeBase64Url(name)
  return `${encoded}.${generation}.${sign(secret, parts(encoded, String(generation)))}`
}

/** What a cookie proves, as long as the name was not freed since. */
export const provenBy = (secret: Secret, cookie: string): Option.Option<Proof> => {
  const [encoded, generation, signature, ...more] = cookie.split(".")
  if (encoded === undefined || generation === undefined || signature === undefined || more.length > 0) {
    return Option.none()
  }
  if (!isSigned(secret, parts(encoded, generation), signature)) return Option.none()
  const name = Either.getRight(Encoding.decodeBase64UrlString(encoded))
  return Option.map(name, (name) => ({ name, generation: Number(generation) }))
}
