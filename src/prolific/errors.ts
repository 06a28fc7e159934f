/** What a failed call says: refused, throttled, or without an answer. */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ProviderError } from "../CrowdError.js"

export const provider = "prolific"

/** Prolific said no in its own words; nothing happened. */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly method: string
  readonly status: number
  readonly description: string
}> {}

export type CallError = Refusal | ProviderError

export const failure = (
  reason: ProviderError["reason"],
  method: string,
  description: string,
  cause?: unknown
): ProviderError => new ProviderError({ reason, provider, method, description, cause })

export const toProviderError = (error: CallError): ProviderError =>
  error._tag === "Refusal" ? failure("Rejected", error.method, error.description) : error

export const isMissing = (error: CallError): boolean => error._tag === "Refusal" && error.status === 404

const Detail = Schema.Union(
  Schema.String,
  Schema.Array(Schema.String),
  Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Array(Schema.String)) })
)
const Inner = Schema.Struct({ title: Schema.optional(Schema.String), detail: Detail })
/** The three shapes in which the API says what is wrong. */
const Body = Schema.Union(Schema.Struct({ error: Inner }), Inner, Schema.Struct({ message: Schema.String }))

const decode = Schema.decodeUnknownOption(Body)

const words = (detail: typeof Detail.Type): string => {
  if (typeof detail === "string") return detail
  if (Array.isArray(detail)) return detail.join("; ")
  return Object.entries(detail)
    .map(([field, said]) => `${field}: ${[said].flat().join("; ")}`)
    .join("; ")
}

/** What a body says is wrong, where it is one of theirs. */
const complaint = (body: unknown): Option.Option<string> =>
  Option.map(decode(body), (found) => {
    if ("message" in found) return found.message
    const { detail, title } = "error" in found ? found.error : found
    return [title, words(detail)].filter(Boolean).join(": ")
  })

const longest = 500

/** The error of an answer that is no success. `retryAfter` is what the answer asks for, in seconds. */
export const fromAnswer = (
  method: string,
  { body, retryAfter, status }: { readonly status: number; readonly body: unknown; readonly retryAfter: number }
): CallError => {
  const said = Option.map(complaint(body), (text) => text.slice(0, longest))
  const description = `status ${status}${Option.match(said, { onNone: () => "", onSome: (text) => `: ${text}` })}`
  if (status === 429) {
    const wait = Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfter: Duration.seconds(retryAfter) } : {}
    return new ProviderError({ reason: "Throttled", provider, method, description, ...wait })
  }
  if (status >= 500 || status === 408) return failure("Unavailable", method, description)
  if (status < 400) return failure("Rejected", method, `${description}: redirected, which is not followed`)
  return Option.isSome(said) || status === 401
    ? new Refusal({ method, status, description })
    : failure("Malformed", method, `${description}, and no word of Prolific's`)
}
