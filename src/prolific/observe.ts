/** Everything Prolific has of a run: whether its study was stopped, and every submission that has come to something. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../CrowdError.js"
import { type Driver, type Observation, retrying } from "../Driver.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import { type Crowd, type Setup, setupOf, stored } from "./crowd.js"
import { isMissing, toProviderError } from "./errors.js"
import { refill } from "./launch.js"
import { everyPage } from "./paging.js"
import * as replies from "./replies.js"
import { get } from "./study.js"
import { gotNothing, readSubmission, statusOf } from "./submissions.js"

const readStudy = (crowd: Crowd, study: string): Effect.Effect<replies.Study, ProviderError> =>
  get(crowd, study).pipe(Effect.mapError(toProviderError), retrying)

/**
 * A study that is over with places left was stopped by somebody: of those places, none is on offer any more. One whose
 * places are all taken is over as soon as the last is reviewed, and takes more when it is given more.
 */
const isStopped = ({ places_taken, status, total_available_places }: replies.Study): boolean =>
  status === "COMPLETED" && Option.exists(places_taken, (taken) => taken < total_available_places)

/** A place that came back to a full study is offered again, as long as the run offers any. */
const refillIfOpen = (crowd: Crowd, run: TaskRun, study: replies.Study, submissions: number) =>
  Effect.gen(function* () {
    const where = { run: run.id, status: "launched" } as const
    const [open] = yield* stored("start-study", crowd.store.page(tables.units, { where, orderBy: "place", limit: 1 }))
    if (open !== undefined) yield* refill(crowd, study, submissions)
  })

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

/** In the order in which they began, so that whoever comes meanwhile moves nobody to another page. */
const submissionsOf = ({ client }: Crowd, { study }: Setup) =>
  everyPage(
    client,
    "get-submissions",
    "/api/v1/submissions/",
    { study, ordering: "started_at" },
    replies.SubmissionShort
  )

export const observe =
  (crowd: Crowd): Driver["observe"] =>
  (run) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const setup = yield* setupOf(crowd, "get-submissions", run)
        const study = yield* readStudy(crowd, setup.study)
        if (study.status === "UNPUBLISHED") return Stream.empty
        const now = yield* DateTime.now
        const count = yield* Ref.make(0)
        const submissions = submissionsOf(crowd, setup).pipe(
          Stream.tap(() => Ref.update(count, (before) => before + 1)),
          Stream.filterMap((found) => observationOf(setup, found, now))
        )
        if (isStopped(study)) {
          const withdrawn: Observation = { _tag: "Offer", offer: study.id, status: "withdrawn" }
          return Stream.concat(submissions, Stream.succeed(withdrawn))
        }
        const refilled = Effect.flatMap(Ref.get(count), (submitted) => refillIfOpen(crowd, run, study, submitted))
        return crowd.live ? Stream.concat(submissions, Stream.execute(refilled)) : submissions
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
