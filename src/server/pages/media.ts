/** The files of a batch, as the pages of its run show them. */
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { StoreError } from "../../CrowdError.js"
import { RunId } from "../../Ids.js"
import { textFault } from "../../internal/text.js"
import { folder, type Media } from "../../Media.js"
import type { Service as Runs } from "../../TaskRuns.js"
import type * as Keys from "../keys.js"
import * as ranges from "./ranges.js"

/** A file that is opened by itself, such as an SVG, runs nothing and reaches nothing. */
const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:"

/**
 * Tasks are in an origin of their own, so the file is another origin's to them. Under this address it never changes: a
 * run whose file would be another is another run.
 */
const headersOf = ({ digest }: Media) => ({
  etag: `"${digest}"`,
  "cache-control": "private, max-age=31536000, immutable",
  "accept-ranges": "bytes",
  "content-security-policy": policy,
  "cross-origin-resource-policy": "cross-origin",
  "access-control-allow-origin": "*"
})

/** What the page named, of an address such as `/frame/run_1/key/media/cat.jpg`. */
const path = (url: string): Option.Option<string> =>
  Option.filter(
    Option.liftThrowable(decodeURIComponent)(url.replace(/[?#].*$/, "").replace(/^(?:\/[^/]*){4}\//, folder)),
    (path) => textFault(path) === undefined
  )

const decode = Schema.decodeUnknownOption(Schema.Struct({ run: RunId, key: Schema.String }))

type Bytes = (range: ranges.Range) => Stream.Stream<Uint8Array, StoreError>

const respond = (
  media: Media,
  bytes: Bytes,
  { headers: asked }: HttpServerRequest.HttpServerRequest
): HttpServerResponse.HttpServerResponse => {
  const headers = headersOf(media)
  const { size, type: contentType } = media
  if (asked["if-none-match"] === headers.etag) return HttpServerResponse.empty({ status: 304, headers })
  const isSame = asked["if-range"] === undefined || asked["if-range"] === headers.etag
  const range = ranges.read(isSame ? Option.fromNullable(asked["range"]) : Option.none(), size)
  switch (range._tag) {
    case "Whole":
      return HttpServerResponse.stream(bytes({ from: 0, until: size }), { contentType, contentLength: size, headers })
    case "Outside":
      return HttpServerResponse.empty({ status: 416, headers: { ...headers, "content-range": `bytes */${size}` } })
    case "Part": {
      const { from, until } = range.range
      return HttpServerResponse.stream(bytes(range.range), {
        status: 206,
        contentType,
        contentLength: until - from,
        headers: { ...headers, "content-range": `bytes ${from}-${until - 1}/${size}` }
      })
    }
  }
}

/** A script of the batch does not get to answer for other pages of its origin. */
const isWorker = ({ headers }: HttpServerRequest.HttpServerRequest): boolean => headers["service-worker"] !== undefined

/** For whoever has the run's key, which is in the address of its pages. */
export const served =
  (runs: Runs, keys: Keys.Service) =>
  (
    params: unknown,
    request: HttpServerRequest.HttpServerRequest
  ): Effect.Effect<Option.Option<HttpServerResponse.HttpServerResponse>, StoreError> => {
    const run = Option.filter(decode(params), ({ key, run }) => keys.isRunKey(run, key) && !isWorker(request))
    return Option.match(Option.all({ run, path: path(request.url) }), {
      onNone: () => Effect.succeedNone,
      onSome: ({ path, run: { run } }) =>
        Effect.map(
          runs.media(run, path),
          Option.map((media) => respond(media, (range) => runs.mediaBytes(media, range), request))
        )
    })
  }
