/** What a failed call says: refused, throttled, or without an answer. */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { ProviderError } from "../CrowdError.js"

export const provider = "mturk"

/** The service said no; nothing happened. `code` is in lower case, without the service's prefix. */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly method: string
  readonly code: string
  readonly description: string
  readonly cause?: unknown
}> {}

export type CallError = Refusal | ProviderError

type Reason = ProviderError["reason"]

export const failure = (reason: Reason, method: string, description: string, cause?: unknown): ProviderError =>
  new ProviderError({ reason, provider, method, description, cause })

/** A call that was not made: those before it are too many already. */
export const tooMany = (method: string, retryAfter: Duration.Duration): ProviderError =>
  new ProviderError({ reason: "Throttled", provider, method, retryAfter, description: "too many calls are waiting" })

const Failure = Schema.Struct({
  name: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  Message: Schema.optional(Schema.String),
  TurkErrorCode: Schema.optional(Schema.NullOr(Schema.String)),
  $fault: Schema.optional(Schema.Literal("client", "server")),
  $metadata: Schema.optional(Schema.Struct({ httpStatusCode: Schema.optional(Schema.Number) }))
})
type Failure = typeof Failure.Type

const decode = Schema.decodeUnknownOption(Failure)

const throttled = ["ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"]

/** Problems on our own side, before anything was sent. */
const unsent = ["CredentialsProviderError", "TokenProviderError", "InvalidSignatureException"]

const prefix = /^aws\.mechanicalturk\./

const codeOf = ({ TurkErrorCode, name }: Failure): string =>
  (TurkErrorCode ?? name ?? "unknown").toLowerCase().replace(prefix, "")

/** The service ends its messages with a time stamp that means nothing to us. */
const withoutStamp = (message: string): string => message.replace(/\s*\(\d{10,}( s)?\)\s*$/, "")

const describe = (found: Failure): string =>
  withoutStamp(found.message || found.Message || found.name || "no reason given").slice(0, 500)

const isRefused = (status: number): boolean => status >= 400 && status < 500

/** Whether the body was one of the service's own errors, and no page of something in between. */
const isService = ({ $fault, name }: Failure): boolean => $fault !== undefined && name !== "SyntaxError"

/** The error of a call from what the client threw. */
export const fromThrown = (method: string, thrown: unknown): CallError => {
  const failed = (reason: Reason, description: string) => failure(reason, method, description, thrown)
  const found = decode(thrown)
  if (found._tag === "None") return failed("Unavailable", "what came back says nothing that can be read")
  const error = found.value
  const description = describe(error)
  const refusal = new Refusal({ method, code: codeOf(error), description, cause: thrown })
  const status = error.$metadata?.httpStatusCode
  if (throttled.includes(error.name ?? "") || status === 429) return failed("Throttled", description)
  if (unsent.includes(error.name ?? "")) return refusal
  if (status === undefined) return failed("Unavailable", description)
  if (status >= 500) return failed("Unavailable", `status ${status}: ${description}`)
  if (!isService(error)) return failed(isRefused(status) ? "Rejected" : "Malformed", `status ${status}: ${description}`)
  return error.$fault === "server" ? failed("Unavailable", description) : refusal
}

/** Codes by which the service says that it does not know the caller. */
const credentialCodes = [
  "unrecognizedclientexception",
  "invalidclienttokenid",
  "invalidsignatureexception",
  "incompletesignatureexception",
  "missingauthenticationtokenexception",
  "expiredtokenexception",
  "accessdeniedexception",
  "credentialsprovidererror",
  "tokenprovidererror",
  "aws.badcredentialsupplied",
  "aws.notauthorized",
  "aws.notauthorizedexception",
  "permissiondeniedexception"
]

export const isCredentials = ({ code }: Refusal): boolean => credentialCodes.includes(code)

export const isMissing = ({ code }: Refusal): boolean => code.endsWith("doesnotexist")

/** The very effect was asked for before, under the same token. */
export const isRepeated = ({ code, description }: Refusal): boolean =>
  code === "duplicatecall" || /idempotency token.*already been processed/is.test(description)

/** A worker, unit or assignment of another environment looks just like an id that is malformed. */
export const isForeignId = ({ code, description }: Refusal): boolean =>
  code === "parametervalidationerror" && /WorkerId/i.test(description)

/** What is left of a refusal that nothing more specific fits. */
export const rejected = ({ cause, description, method }: Refusal): ProviderError =>
  failure("Rejected", method, description, cause)

export const toProviderError = (error: CallError): ProviderError => (error._tag === "Refusal" ? rejected(error) : error)
