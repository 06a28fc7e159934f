/** Everything Prolific has of a run: whether its study was stopped, and every submission that has come to something. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../CrowdError.js"
import { type Driver, type Observation, retrying } from "../Driver.js"
import { type Crowd, type Setup, setupOf } from "./crowd.js"
import { isMissing, toProviderError } from "./errors.js"
import { everyPage } from "./paging.js"
import * as replies from "./replies.js"
import { gotNothing, readSubmission, statusOf } from "./submissions.js"

/** How far a study is filled. */
const StudyPlaces = Schema.Struct({
  status: replies.StudyStatus,
  total_available_places: Schema.Number,
  places_taken: replies.maybe(Schema.Number)
})
type StudyPlaces = typeof StudyPlaces.Type

const readStudy = ({ client }: Crowd, study: string): Effect.Effect<StudyPlaces, ProviderError> =>
  client
    .call("get-study", Request.get(`/api/v1/studies/${study}/`), StudyPlaces)
    .pipe(Effect.mapError(toProviderError), retrying)

/**
 * A study that is over with places left was stopped by somebody: of those places, none is on offer any more. One whose
 * places are all taken is over as soon as the last is reviewed, and takes more when it is given more.
 */
const isStopped = ({ places_taken, status, total_available_places }: StudyPlaces): boolean =>
  status === "COMPLETED" && Option.exists(places_taken, (taken) => taken < total_available_places)

const observationOf = (
  { codes, study }: Setup,
  found: replies.SubmissionShort,
  now: DateTime.Utc
): Option.Option<Observation> =>
  Option.map(gotNothing(found, codes) ? Option.some("returned" as const) : statusOf(found.status), (status) => ({
    _tag: "Agent",
    offer: study,
    workerName: found.participant_id,
    remoteAgent: found.id,
    status,
    answers: Option.none(),
    acceptedAt: Option.getOrUndefined(found.started_at),
    at: Option.getOrElse(found.completed_at, () => now)
  }))

const submissions = ({ client }: Crowd, setup: Setup, now: DateTime.Utc) =>
  everyPage(
    client,
    "get-submissions",
    "/api/v1/submissions/",
    // In the order in which they began, so that whoever comes meanwhile moves nobody to another page.
    { study: setup.study, ordering: "started_at" },
    replies.SubmissionShort
  ).pipe(Stream.filterMap((found) => observationOf(setup, found, now)))

export const observe =
  (crowd: Crowd): Driver["observe"] =>
  (run) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const setup = yield* setupOf(crowd, "get-submissions", run)
        const study = yield* readStudy(crowd, setup.study)
        if (study.status === "UNPUBLISHED") return Stream.empty
        const all = submissions(crowd, setup, yield* DateTime.now)
        const withdrawn: Observation = { _tag: "Offer", offer: setup.study, status: "withdrawn" }
        return isStopped(study) ? Stream.concat(all, Stream.succeed(withdrawn)) : all
      })
    )

/** Nothing of work that is under way, or that Prolific does not know. */
export const agentStatus =
  (crowd: Crowd): Driver["agentStatus"] =>
  ({ remoteId, workerName }) =>
    Option.match(remoteId, {
      onNone: () => Effect.succeedNone,
      onSome: (submission) =>
        readSubmission(crowd, submission).pipe(
          Effect.map(({ participant, status }) =>
            participant === workerName ? statusOf(status) : Option.some("returned" as const)
          ),
          Effect.catchIf(isMissing, () => Effect.succeedNone),
          Effect.mapError(toProviderError)
        )
    })
