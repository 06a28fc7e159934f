/** HITs as the service has them. */
import { GetHITCommand, ListAssignmentsForHITCommand, ListHITsCommand } from "@aws-sdk/client-mturk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ProviderError } from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import type { UnitStatus } from "../States.js"
import { type Crowd, refused, unitsIn } from "./crowd.js"
import { isMissing } from "./errors.js"
import * as replies from "./replies.js"

export const getHit = ({ client }: Crowd, id: string) =>
  client
    .call("GetHIT", () => new GetHITCommand({ HITId: id }), replies.OneHit)
    .pipe(
      Effect.map(({ HIT }) => Option.some(HIT)),
      Effect.catchIf(
        (error) => error._tag === "Refusal" && isMissing(error),
        () => Effect.succeedNone
      )
    )

export const assignmentsOf = (crowd: Crowd, { HITId, MaxAssignments }: Pick<replies.Hit, "HITId" | "MaxAssignments">) =>
  replies
    .everything(
      (token) =>
        crowd.client.call(
          "ListAssignmentsForHIT",
          () => new ListAssignmentsForHITCommand({ HITId, MaxResults: 100, NextToken: token }),
          replies.Assignments
        ),
      MaxAssignments
    )
    .pipe(
      Effect.catchIf(
        (error) => error._tag === "Refusal" && isMissing(error),
        () => Effect.succeed<ReadonlyArray<replies.Assignment>>([])
      ),
      Effect.mapError(refused(crowd))
    )

export const allHits = ({ client }: Crowd, token: string | undefined) =>
  client.call("ListHITs", () => new ListHITsCommand({ MaxResults: 100, NextToken: token }), replies.Hits)

/** The HITs of these annotations, from as many pages as it takes. */
export const search = (
  crowd: Crowd,
  annotations: ReadonlyArray<string>
): Effect.Effect<ReadonlyMap<string, string>, ProviderError> =>
  Effect.gen(function* () {
    const wanted = new Set(annotations)
    const found = new Map<string, string>()
    let token: string | undefined
    do {
      const page = yield* Effect.mapError(allHits(crowd, token), refused(crowd))
      for (const { HITId, RequesterAnnotation = "" } of page.items) {
        if (wanted.has(RequesterAnnotation)) found.set(RequesterAnnotation, HITId)
      }
      token = page.NextToken
    } while (token !== undefined && token !== "" && found.size < wanted.size)
    return found
  })

/** Listed as over: it has expired and nobody is at work on it, or all of its assignments were submitted. */
export const isListedOver = ({ HITStatus }: replies.Hit): boolean =>
  HITStatus === "Reviewable" || HITStatus === "Reviewing"

/** Whether nobody can accept it any more, whatever is left of it. */
export const isExpired = (hit: replies.Hit, now: number): boolean =>
  hit.Expiration === undefined ? isListedOver(hit) : hit.Expiration.epochMillis <= now

/** Whether it can be accepted. */
export const isOffered = (hit: replies.Hit, now: number): boolean =>
  hit.HITStatus === "Assignable" && !isExpired(hit, now)

/** Statuses of units that somebody has submitted. */
export const handedIn: ReadonlyArray<UnitStatus> = ["completed", "accepted", "soft_rejected", "rejected"]

/** Of a unit of a HIT that is over, nothing is said as long as somebody may have submitted it. */
export const offerStatus =
  (crowd: Crowd): Driver["offerStatus"] =>
  ({ remoteId, run }) =>
    Effect.gen(function* () {
      const found = Option.isSome(remoteId)
        ? yield* Effect.mapError(getHit(crowd, remoteId.value), refused(crowd))
        : Option.none<replies.Hit>()
      if (Option.isNone(found)) return Option.none()
      const hit = found.value
      const now = yield* Clock.currentTimeMillis
      if (hit.HITStatus === "Assignable") return Option.some(isExpired(hit, now) ? "withdrawn" : "offered")
      if (hit.HITStatus !== "Reviewable" || !isExpired(hit, now)) return Option.none()
      const units = yield* unitsIn(crowd, "GetHIT", { id: run }, hit.HITId)
      const known = units.filter(({ status }) => handedIn.includes(status)).length
      const submitted = yield* assignmentsOf(crowd, hit)
      return submitted.length <= known ? Option.some("withdrawn") : Option.none()
    })
