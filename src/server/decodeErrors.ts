/** What is told of a request that could not be decoded: where and why, and nothing of what was sent. */
import * as HttpApiError from "@effect/platform/HttpApiError"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"

const decode = Schema.decodeUnknownEither(Schema.parseJson(HttpApiError.HttpApiDecodeError))
const encode = Schema.encodeSync(HttpApiError.HttpApiDecodeError)

const issuesAtMost = 5
const charactersAtMost = 120

/** `Expected string, actual "…"` without what was sent. */
const reasonOf = (message: string): string => message.replace(/,? actual [\s\S]*$/, "").slice(0, charactersAtMost)

const shortened = ({ issues }: HttpApiError.HttpApiDecodeError): HttpApiError.HttpApiDecodeError => {
  const told = issues.slice(0, issuesAtMost).map(({ _tag, message, path }) => ({
    _tag,
    path: path.slice(0, issuesAtMost).map((key) => (typeof key === "number" ? key : String(key).slice(0, 40))),
    message: reasonOf(message)
  }))
  const message = told.map(({ message, path }) => `${path.join(".") || "the request"}: ${message}`).join("; ")
  return new HttpApiError.HttpApiDecodeError({ issues: told, message })
}

const text = new TextDecoder()

/** The response, or if it is one about what could not be decoded, at most 1 KB of it. */
export const withoutInput = (
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  const { body, status } = response
  if (status !== 400 || body._tag !== "Uint8Array") return response
  return Either.match(decode(text.decode(body.body)), {
    onLeft: () => response,
    onRight: (error) => HttpServerResponse.unsafeJson(encode(shortened(error)), { status })
  })
}
