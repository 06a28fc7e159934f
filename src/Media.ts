/**
 * Images, sounds and other files that the pages of a batch name by a relative path, such as `media/cat.jpg`. Their bytes
 * are kept in the Store with the run, so that its pages show them wherever the batch goes.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Schema from "effect/Schema"
import type { InvalidInput } from "./CrowdError.js"

/**
 * A file as a run has it: the path by which pages name it, its content type, how many bytes it has, and their SHA-256.
 *
 * @since 0.1.0
 * @category models
 */
export const Media = Schema.Struct({
  path: Schema.String,
  type: Schema.String,
  size: Schema.Int,
  digest: Schema.String
}).annotations({ identifier: "Media" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Media extends Schema.Schema.Type<typeof Media> {}

/**
 * A file of a batch, with its bytes. Fails with InvalidInput where they cannot be read, or are others than they were.
 *
 * @since 0.1.0
 * @category models
 */
export interface MediaFile extends Media {
  readonly bytes: Effect.Effect<Uint8Array, InvalidInput>
}

/**
 * What the path of every file begins with.
 *
 * @since 0.1.0
 * @category constants
 */
export const folder = "media/"

/**
 * How many bytes one file may have: 64 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxFileBytes = 67_108_864

/**
 * How many bytes the files of a batch may have together: 2 GiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxBytes = 2_147_483_648

/** What pages show; the longer list of `@effect/platform-node/Mime` is for Node alone. */
const types: { readonly [extension: string]: string } = {
  aac: "audio/aac",
  apng: "image/apng",
  avif: "image/avif",
  bmp: "image/bmp",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  flac: "audio/flac",
  gif: "image/gif",
  htm: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/vnd.microsoft.icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  m4a: "audio/mp4",
  m4v: "video/mp4",
  mjs: "text/javascript; charset=utf-8",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  ogv: "video/ogg",
  opus: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  vtt: "text/vtt; charset=utf-8",
  wav: "audio/wav",
  weba: "audio/webm",
  webm: "video/webm",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2"
}

const extensionOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ""

/**
 * Returns the content type by which a file of this path is served; `application/octet-stream` for what is not known.
 *
 * @since 0.1.0
 * @category getters
 */
export const typeOf = (path: string): string => {
  const extension = extensionOf(path)
  return Object.hasOwn(types, extension) ? (types[extension] ?? "") : "application/octet-stream"
}

/**
 * Returns the SHA-256 of the bytes in hexadecimal.
 *
 * @since 0.1.0
 * @category getters
 */
export const digestOf = (bytes: Uint8Array): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", Uint8Array.from(bytes))),
    (digest) => Encoding.encodeHex(new Uint8Array(digest))
  )

/**
 * Returns the file that a program holds. Its path begins with `media/`.
 *
 * @example
 * import { Media } from "effect-crowd"
 *
 * Media.fromBytes("media/dot.svg", new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromBytes = (path: string, bytes: Uint8Array): Effect.Effect<MediaFile> =>
  Effect.map(digestOf(bytes), (digest) => ({
    path,
    type: typeOf(path),
    size: bytes.byteLength,
    digest,
    bytes: Effect.succeed(bytes)
  }))
