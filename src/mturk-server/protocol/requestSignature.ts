/** Whose request it is: AWS Signature Version 4, checked by signing the request again with the key it names. */
import { createHash, timingSafeEqual } from "node:crypto"
import { Sha256 } from "@aws-crypto/sha256-js"
import { SignatureV4 } from "@smithy/signature-v4"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as refusal from "./refusal.js"

export interface AccessKey {
  readonly id: string
  readonly secret: Redacted.Redacted<string>
  /** The name of the account that pays. */
  readonly requester: string
}

export interface SignedRequest {
  readonly method: string
  /** As it came: the path, and a query if there is one. */
  readonly url: string
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

const algorithm = "AWS4-HMAC-SHA256"
const service = "mturk-requester"
const skew = 5 * 60_000
const contentHash = "x-amz-content-sha256"

interface Authorization {
  readonly key: string
  readonly day: string
  readonly region: string
  readonly signedHeaders: ReadonlyArray<string>
  readonly signature: string
}

const authorizationPattern =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})\s*$/

const parse = (header: string | undefined): Either.Either<Authorization, refusal.Refusal> => {
  if (header === undefined) return Either.left(refusal.noSignature)
  if (!header.startsWith(algorithm)) return Either.left(refusal.incompleteSignature(`Only ${algorithm} is accepted.`))
  const [, key, day, region, scoped, signed, signature] = authorizationPattern.exec(header) ?? []
  if (!key || !day || !region || !scoped || !signed || !signature) {
    return Either.left(
      refusal.incompleteSignature("Authorization header requires Credential, SignedHeaders, Signature.")
    )
  }
  if (scoped !== service) {
    return Either.left(refusal.wrongSignature(`Credential should be scoped to correct service: '${service}'.`))
  }
  return Either.right({ key, day, region, signedHeaders: signed.split(";"), signature })
}

const datePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

const dateOf = (text: string): Date | undefined => {
  const [, year, month, day, hour, minute, second] = datePattern.exec(text) ?? []
  if (year === undefined) return undefined
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** Where the request was sent and what it asks must be signed, or anyone could change it. */
const mustBeSigned = ["host", "x-amz-target", "x-amz-date"]

const checkDate = (request: SignedRequest, { day }: Authorization, now: number) => {
  const text = request.headers["x-amz-date"] ?? ""
  const date = dateOf(text)
  if (date === undefined || !text.startsWith(day)) {
    return Either.left(
      refusal.wrongSignature(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
      )
    )
  }
  const drift = date.getTime() - now
  if (drift < -skew)
    return Either.left(refusal.wrongSignature(`Signature expired: ${text} is earlier than 5 minutes ago.`))
  if (drift > skew)
    return Either.left(refusal.wrongSignature(`Signature not yet current: ${text} is still later than in 5 minutes.`))
  return Either.right(date)
}

const addressed = (url: string) => {
  const { pathname, searchParams } = new URL(url, "http://localhost")
  const names = [...new Set(searchParams.keys())]
  return { path: pathname, query: Object.fromEntries(names.map((name) => [name, searchParams.getAll(name)])) }
}

const isSent = ({ headers }: SignedRequest, name: string): boolean => Object.hasOwn(headers, name)

const sign = (request: SignedRequest, authorization: Authorization, key: AccessKey, signingDate: Date) =>
  Effect.promise(() => {
    const headers = Object.fromEntries(
      authorization.signedHeaders.map((name) => [name, request.headers[name] ?? ""] as const)
    )
    const signer = new SignatureV4({
      credentials: { accessKeyId: key.id, secretAccessKey: Redacted.value(key.secret) },
      region: authorization.region,
      service,
      sha256: Sha256,
      applyChecksum: false
    })
    // The signer takes this header's word for the body's hash.
    if (contentHash in headers) headers[contentHash] = createHash("sha256").update(request.body).digest("hex")
    return signer.sign(
      {
        method: request.method,
        protocol: "http:",
        hostname: "",
        ...addressed(request.url),
        headers,
        body: request.body
      },
      { signingDate, signableHeaders: new Set(authorization.signedHeaders) }
    )
  })

const signatureIn = (header: string | undefined) => header?.slice(-64) ?? ""

const isSame = (left: string, right: string) =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right))

const mismatch = refusal.wrongSignature(
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
)

/** The key the request was signed with. */
export const verify = (
  request: SignedRequest,
  keys: ReadonlyMap<string, AccessKey>
): Effect.Effect<AccessKey, refusal.Refusal> =>
  Effect.gen(function* () {
    const authorization = yield* parse(request.headers["authorization"])
    const key = keys.get(authorization.key)
    if (key === undefined) return yield* refusal.unknownKey
    const missing = mustBeSigned.find((name) => !authorization.signedHeaders.includes(name))
    if (missing !== undefined) return yield* refusal.wrongSignature(`'${missing}' must be a signed header.`)
    const unsent = authorization.signedHeaders.find((name) => !isSent(request, name))
    if (unsent !== undefined) {
      return yield* refusal.wrongSignature(`'${unsent.slice(0, 40)}' is a signed header that was not sent.`)
    }
    const date = yield* checkDate(request, authorization, DateTime.toEpochMillis(yield* DateTime.now))
    const signed = yield* sign(request, authorization, key, date)
    return isSame(signatureIn(signed.headers["authorization"]), authorization.signature) ? key : yield* mismatch
  })
