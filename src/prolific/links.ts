/** Links of studies: what they say of who comes and, where Prolific signs them, whether it did, within two minutes. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as jose from "jose"
import { InvalidProviderData, type ProviderError } from "../CrowdError.js"
import type { Crowd } from "./crowd.js"
import { failure, provider } from "./errors.js"

const Id = Schema.String.pipe(Schema.pattern(/^[0-9a-zA-Z]{8,64}$/))

/**
 * What a study's link says of who comes by it.
 *
 * @since 0.1.0
 * @category models
 */
export const ProviderData = Schema.Struct({
  participant: Id,
  study: Id,
  submission: Id,
  /** Of a link that Prolific signs. */
  token: Schema.optional(Schema.String.pipe(Schema.maxLength(8192)))
})
/**
 * @since 0.1.0
 * @category models
 */
export interface ProviderData extends Schema.Schema.Type<typeof ProviderData> {}

const issuer = "https://www.prolific.com"

/** What the token has to say of the link, beside what every token has. */
const Claims = Schema.Struct({
  aud: Schema.Union(Schema.String, Schema.Array(Schema.String)),
  prolific: Schema.Struct({
    PROLIFIC_PID: Schema.String,
    STUDY_ID: Schema.String,
    SESSION_ID: Schema.String,
    workspace_id: Schema.String
  })
})

const decodeClaims = Schema.decodeUnknownOption(Claims)

const refuse = (description: string) => new InvalidProviderData({ provider, description })

/** An address of our pages, or their domain. */
const isOurs = (audience: string, pages: URL): boolean =>
  audience === pages.host || (URL.canParse(audience) && new URL(audience).origin === pages.origin)

/** What goes wrong with asking for the keys. */
const ofKeys = ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]

const isForged = (error: unknown): boolean => error instanceof jose.errors.JOSEError && !ofKeys.includes(error.code)

const toError = (error: unknown): InvalidProviderData | ProviderError => {
  if (error instanceof jose.errors.JWTExpired)
    return refuse("this link has expired; open the study from Prolific again")
  return isForged(error)
    ? refuse("this link is not signed by Prolific")
    : failure("Unavailable", "get-study-jwks", "the keys that sign links cannot be had", error)
}

/** Whether Prolific has signed it for this participant, study, submission, workspace and address, just now. */
export const verifier = (
  crowd: Pick<Crowd, "environment" | "secureLinks" | "workspace">
): ((data: ProviderData) => Effect.Effect<void, InvalidProviderData | ProviderError>) => {
  if (!crowd.secureLinks) return () => Effect.void
  const pages = Option.map(crowd.environment.pages, (address) => new URL(address))
  const keys = jose.createRemoteJWKSet(new URL("/.well-known/study/jwks.json", crowd.environment.api))
  return ({ participant, study, submission, token }) =>
    Effect.gen(function* () {
      if (token === undefined) return yield* refuse("this link is not signed; open the study from Prolific")
      const now = yield* Clock.currentTimeMillis
      const { payload } = yield* Effect.tryPromise({
        try: () =>
          jose.jwtVerify(token, keys, {
            algorithms: ["RS256"],
            issuer,
            subject: submission,
            requiredClaims: ["exp", "iat", "aud"],
            maxTokenAge: "10 minutes",
            clockTolerance: 30,
            currentDate: new Date(now)
          }),
        catch: toError
      })
      const claims = yield* Effect.mapError(decodeClaims(payload), () =>
        refuse("the token of this link says too little")
      )
      const { prolific } = claims
      const isTheirs =
        prolific.PROLIFIC_PID === participant && prolific.STUDY_ID === study && prolific.SESSION_ID === submission
      const isHere = Option.exists(pages, (ours) => [claims.aud].flat().some((audience) => isOurs(audience, ours)))
      if (!isTheirs || !isHere || prolific.workspace_id !== (yield* crowd.workspace)) {
        return yield* refuse("the token of this link is for another")
      }
    })
}
