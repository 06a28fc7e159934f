import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { likelyEncoding, wideEncoding } from "./encodings.js"

/** Takes the UTF-8 byte order mark off a file's bytes. @internal */
export const withoutBom = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.mapAccum(bytes, true, (first, chunk) => [
    false,
    first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk
  ])

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const asUtf8 = 'save the file as UTF-8 (in Excel: "CSV UTF-8")'

const notUtf8 = (bytes: Uint8Array): string => `is not UTF-8 text; it looks like ${likelyEncoding(bytes)}: ${asUtf8}`

/** @internal */
export const utf8 = (bytes: Uint8Array): Either.Either<string, string> => {
  const wide = wideFault(bytes)
  return wide === undefined
    ? Either.try({ try: () => decoder.decode(bytes), catch: () => notUtf8(bytes) })
    : Either.left(wide)
}

/** What is wrong with a file that begins so, where each of its characters takes several bytes. @internal */
export const wideFault = (head: Uint8Array): string | undefined => {
  const encoding = wideEncoding(head)
  return encoding && `is ${encoding} text, which is not read; ${asUtf8}`
}
