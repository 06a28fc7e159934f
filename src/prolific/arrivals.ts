/**
 * Who comes by a study's link. Ids in a link can be made up, so that Prolific is asked for the submission before anybody
 * is let in; somebody who makes up many costs a bounded number of calls at once, and the same one none for a while.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { InvalidProviderData, type ProviderError } from "../CrowdError.js"
import * as Driver from "../Driver.js"
import { boundedMap } from "../internal/boundedMap.js"
import type { TaskRun } from "../TaskRuns.js"
import { type Crowd, setupOf } from "./crowd.js"
import { type CallError, failure, provider, toProviderError } from "./errors.js"
import { ProviderData, verifier } from "./links.js"
import type * as replies from "./replies.js"
import { readSubmission } from "./submissions.js"

/** What it takes to know who comes. */
export type Gate = Pick<Crowd, "client" | "environment" | "secureLinks" | "workspace">

const method = "arrivals"

/** So many are asked about at once, and so many more may wait for their turn. */
const asking = 4
const waiting = 100

/** For so long a refusal holds; somebody who has just taken their place may not be seen yet. */
const refusedFor = Duration.toMillis("15 seconds")

const refuse = (description: string): InvalidProviderData => new InvalidProviderData({ provider, description })

const unseen = "Prolific knows of no such submission; open the study from Prolific"

/** Why somebody with a submission of this status is not let in; nothing where they are. */
const refusals: { readonly [Status in replies.SubmissionStatus]: string | undefined } = {
  RESERVED: undefined,
  ACTIVE: undefined,
  "TIMED-OUT": "this submission has run out of time at Prolific",
  "AWAITING REVIEW": "this submission was handed in at Prolific",
  APPROVED: "this submission was handed in at Prolific",
  "PARTIALLY APPROVED": "this submission was handed in at Prolific",
  REJECTED: "this submission was handed in at Prolific",
  RETURNED: "this submission was returned at Prolific",
  "SCREENED OUT": "this submission was screened out at Prolific",
  PROCESSING: undefined,
  UNKNOWN: undefined
}

const isUnknown = (error: CallError): boolean =>
  error._tag === "Refusal" && (error.status === 400 || error.status === 404)

const check = (
  crowd: Gate,
  { participant, study, submission }: ProviderData
): Effect.Effect<void, InvalidProviderData | ProviderError> =>
  Effect.gen(function* () {
    const found = yield* Effect.mapError(readSubmission(crowd, submission), (error) =>
      isUnknown(error) ? refuse(unseen) : toProviderError(error)
    )
    if (found.participant !== participant || found.study_id !== study) return yield* refuse(unseen)
    const { status } = found
    if (status === "PROCESSING" || status === "UNKNOWN") {
      return yield* failure("NotYet", method, `the submission is ${status} at Prolific`)
    }
    const refusal = refusals[status]
    if (refusal !== undefined) return yield* refuse(refusal)
  })

const keyOf = ({ participant, study, submission }: ProviderData): string => `${study}/${submission}/${participant}`

/** A refusal is remembered for a while; whoever would have to wait behind too many is sent away for the moment. */
const bounded = (
  crowd: Gate
): Effect.Effect<(data: ProviderData) => Effect.Effect<void, InvalidProviderData | ProviderError>> =>
  Effect.gen(function* () {
    const refused = boundedMap<{ readonly until: number; readonly error: InvalidProviderData }>(10_000)
    const turns = yield* Effect.makeSemaphore(asking)
    const inside = yield* Ref.make(0)
    const leave = Ref.update(inside, (count) => count - 1)
    const enter = Effect.filterOrFail(
      Ref.getAndUpdate(inside, (count) => count + 1),
      (count) => count < asking + waiting,
      () => failure("Throttled", method, "too many people are coming at once")
    )
    const remember = (data: ProviderData, error: InvalidProviderData | ProviderError) =>
      error._tag === "InvalidProviderData"
        ? Effect.map(Clock.currentTimeMillis, (now) => refused.set(keyOf(data), { until: now + refusedFor, error }))
        : Effect.void
    const asked = (data: ProviderData) =>
      Effect.ensuring(Effect.zipRight(enter, turns.withPermits(1)(check(crowd, data))), leave).pipe(
        Effect.tapError((error) => remember(data, error))
      )
    return (data) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const known = refused.get(keyOf(data))
        return known !== undefined && now < known.until ? known.error : asked(data)
      })
  })

/** Made once for all who come. */
export const make = (crowd: Gate): Effect.Effect<Driver.Arrivals> =>
  Effect.map(bounded(crowd), (confirmed) => {
    const signed = verifier(crowd)
    const confirm = (_: Driver.Arrival, run: TaskRun, data: ProviderData) =>
      Effect.gen(function* () {
        const { study } = yield* setupOf(crowd, method, run)
        if (data.study !== study) return yield* refuse("this link is of another study")
        yield* signed(data)
        yield* confirmed(data)
      })
    return Driver.arrivals({
      provider,
      schema: ProviderData,
      arrival: ({ participant, study, submission }) => ({
        workerName: participant,
        offer: Option.some(study),
        remoteAgent: Option.some(submission)
      }),
      confirm
    })
  })
