/**
 * What a run does by itself: leases that end, workers whose silence is noticed, submissions that approve themselves,
 * work taken in from the crowd, what was cut off finished, units that have been on offer long enough taken back. One loop
 * per run; all its state is in the Store, so any process can take it up where another left it.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { Agents } from "./Agents.js"
import type { InsufficientFunds, ProviderError, StoreError, TaskRunNotFound, Uncertain } from "./CrowdError.js"
import type { RunId } from "./Ids.js"
import { undecided } from "./internal/undecided.js"
import { Journal } from "./Journal.js"
import { type Summary, TaskRuns } from "./TaskRuns.js"
import { Units } from "./Units.js"

/**
 * How far a run is.
 *
 * @since 0.1.0
 * @category models
 */
export type Progress = Pick<Summary, "run" | "units">

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Approve what is submitted at once, instead of after the task's delay. */
  readonly approve?: boolean | undefined
  /** Time between two rounds; 1 second by default. */
  readonly every?: Duration.DurationInput | undefined
  /** Shown the run after each round. */
  readonly onRound?: ((progress: Progress) => Effect.Effect<void>) | undefined
}

/** @since 0.1.0 @category errors */
export type RoundError = TaskRunNotFound | InsufficientFunds | Uncertain | ProviderError | StoreError

/**
 * Nothing of the run is on offer, in work or waiting for a decision.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isDecided = ({ units }: Pick<Progress, "units">): boolean => undecided(units) === 0

const progressOf = (id: RunId) =>
  Effect.flatMap(TaskRuns, (runs) => Effect.map(runs.counts(id), (units): Progress => ({ run: id, units })))

/**
 * Everything there is to do for the run now. Answers how far it is.
 *
 * @since 0.1.0
 * @category programs
 */
export const round = (
  id: RunId,
  options: Options = {}
): Effect.Effect<Progress, RoundError, TaskRuns | Units | Agents | Journal> =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const units = yield* Units
    const agents = yield* Agents
    const journal = yield* Journal
    const { createdAt, task } = yield* runs.get(id)
    const now = yield* DateTime.now
    yield* journal.settle(id, { leased: "skip" })
    yield* units.sync(id)
    yield* agents.endOverdue(id)
    yield* agents.disconnectSilent(id)
    if (DateTime.lessThanOrEqualTo(DateTime.addDuration(createdAt, task.lifetime), now)) yield* units.expireAll(id)
    const submittedBefore =
      options.approve === true ? undefined : DateTime.subtractDuration(now, task.autoApprovalDelay)
    yield* Stream.runDrain(agents.approveAll(id, { submittedBefore }))
    return yield* progressOf(id)
  })

/** A crowd that cannot be reached for a while is asked again in the next round. */
const roundUnlessAway = (
  id: RunId,
  options: Options
): Effect.Effect<Progress, RoundError, TaskRuns | Units | Agents | Journal> =>
  Effect.catchIf(
    round(id, options),
    (error) => error._tag === "ProviderError" && error.isRetryable,
    (error) => Effect.zipRight(Effect.logWarning(error.message), progressOf(id))
  )

/**
 * Round after round, until every unit of the run is decided, and nobody is at work any more on one that was taken back.
 * Answers the run as it ended. A round in which the crowd cannot be reached is logged as a warning and made up for by the
 * next.
 *
 * @since 0.1.0
 * @category programs
 */
export const conduct = (
  id: RunId,
  options: Options = {}
): Effect.Effect<Summary, RoundError, TaskRuns | Units | Agents | Journal> =>
  Effect.gen(function* () {
    const every = options.every ?? "1 second"
    const untilDecided = roundUnlessAway(id, options).pipe(
      Effect.tap((progress) => options.onRound?.(progress) ?? Effect.void),
      Effect.repeat({ until: isDecided, schedule: Schedule.spaced(every) })
    )
    yield* untilDecided
    const units = yield* Units
    const untilNobody: Effect.Effect<void, RoundError, TaskRuns | Units | Agents | Journal> = Effect.flatMap(
      units.busyUntil(id),
      (until) => (Option.isNone(until) ? Effect.void : Effect.zipRight(Effect.delay(untilDecided, every), untilNobody))
    )
    yield* untilNobody
    return yield* (yield* TaskRuns).summary(id)
  })
