/**
 * What a run does by itself: leases that end, workers whose silence is noticed, submissions that approve themselves,
 * work taken in from the crowd, what was cut off finished, units that have been on offer long enough taken back. One loop
 * per run; all its state is in the Store, so any process can take it up where another left it.
 *
 * @since 0.1.0
 */
import * as Array from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { Agents } from "./Agents.js"
import type { InsufficientFunds, ProviderError, StoreError, TaskRunNotFound, Uncertain } from "./CrowdError.js"
import type { RunId } from "./Ids.js"
import { listen, progressCallback } from "./internal/changes.js"
import { Journal } from "./Journal.js"
import { undecidedUnits } from "./provider/runTotals.js"
import { spanned } from "./provider/tracing.js"
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
 * How a run is conducted. `E` and `R` are what `onRound` fails with and needs.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<E = never, R = never> {
  /**
   * Approve what is submitted at once, instead of after the task's delay. A submission whose answers never came to our
   * pages waits for a person in either case.
   */
  readonly approve?: boolean | undefined
  /**
   * Time between two rounds, 1 second by default: the least there is and, where the crowd has to be asked or another
   * process can write the Store, the most.
   */
  readonly every?: Duration.DurationInput | undefined
  /** Shown the run after each round. */
  readonly onRound?: ((progress: Progress) => Effect.Effect<void, E, R>) | undefined
}

/** What a round can fail with. The next round goes on from there. @since 0.1.0 @category errors */
export type RoundError = TaskRunNotFound | InsufficientFunds | Uncertain | ProviderError | StoreError

/**
 * Nothing of the run is on offer, in work or waiting for a decision.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isDecided = ({ units }: Pick<Progress, "units">): boolean => undecidedUnits(units) === 0

/** What conducting a run needs. @since 0.1.0 @category models */
export type Needs = TaskRuns | Units | Agents | Journal

const progressOf = (id: RunId) =>
  Effect.flatMap(TaskRuns, (runs) => Effect.map(runs.counts(id), (units): Progress => ({ run: id, units })))

/**
 * Everything there is to do for the run now. Answers how far it is.
 *
 * @since 0.1.0
 * @category programs
 */
export const round = (id: RunId, options: Pick<Options, "approve"> = {}): Effect.Effect<Progress, RoundError, Needs> =>
  spanned(
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const units = yield* Units
      const agents = yield* Agents
      const journal = yield* Journal
      const { task } = yield* runs.get(id)
      yield* journal.settle(id, { leased: "skip" })
      yield* units.sync(id)
      yield* agents.endOverdue(id)
      yield* agents.disconnectSilent(id)
      yield* units.expireOverdue(id)
      const submittedBefore =
        options.approve === true ? undefined : DateTime.subtractDuration(yield* DateTime.now, task.autoApprovalDelay)
      yield* Stream.runDrain(agents.approveAll(id, { submittedBefore }))
      return yield* progressOf(id)
    }),
    "Conductor.round",
    () => ({ run: id })
  )

/** A crowd that cannot be reached for a while is asked again in the next round. */
const roundUnlessAway = (
  id: RunId,
  options: Pick<Options, "approve">
): Effect.Effect<{ readonly progress: Progress; readonly away: boolean }, RoundError, Needs> =>
  Effect.catchIf(
    Effect.map(round(id, options), (progress) => ({ progress, away: false })),
    (error) => error._tag === "ProviderError" && error.isRetryable,
    (error) =>
      Effect.zipRight(
        Effect.logWarning(error.message),
        Effect.map(progressOf(id), (progress) => ({ progress, away: true }))
      )
  )

/** No timer is trusted for longer: machines sleep, and clocks are set. */
const longestSleep = Duration.toMillis("6 hours")

const sleepUntil = (times: ReadonlyArray<DateTime.Utc>): Effect.Effect<void> =>
  Effect.flatMap(DateTime.now, (now) => {
    const left = times.map((time) => Math.max(0, DateTime.distance(now, time)))
    return Effect.sleep(Math.min(longestSleep, ...left))
  })

/** Until something of the run is due, or may have changed. */
const rest = (id: RunId, busyUntil: Option.Option<DateTime.Utc>, changed: Queue.Dequeue<void>) =>
  Effect.gen(function* () {
    const due = yield* (yield* TaskRuns).due(id)
    yield* Effect.raceFirst(Queue.take(changed), sleepUntil(Array.getSomes([busyUntil, due])))
  })

/** Whether the run is over, once what was cut off is settled: its lease can last longer than the run. */
const isOverOnceSettled = (id: RunId) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const journal = yield* Journal
    if (yield* runs.isOver(id)) return true
    yield* journal.settle(id)
    return yield* runs.isOver(id)
  })

/**
 * Round after round, until every unit of the run is decided, nobody is at work any more on one that was taken back, and
 * nothing that was begun is left unsettled. Returns the run as it ended. Between rounds it sleeps: until something is due
 * or has changed or, where that comes about unseen, for `every`. A round in which the crowd cannot be reached is logged as
 * a warning and made up for by the next.
 *
 * @since 0.1.0
 * @category programs
 */
export const conduct = <E = never, R = never>(
  id: RunId,
  options: Options<E, R> = {}
): Effect.Effect<Summary, RoundError | E, Needs | R> =>
  Effect.flatMap(progressCallback(options.onRound), (onRound) =>
    Effect.scoped(
      Effect.gen(function* () {
        const runs = yield* TaskRuns
        const units = yield* Units
        const changed = yield* Effect.transposeMapOption(runs.changes, listen)
        const isOver = Effect.gen(function* () {
          yield* Effect.transposeMapOption(changed, Queue.takeAll)
          const { away, progress } = yield* roundUnlessAway(id, options)
          yield* onRound(progress)
          const busyUntil = isDecided(progress) ? yield* units.busyUntil(id) : Option.none()
          if (isDecided(progress) && Option.isNone(busyUntil) && (yield* isOverOnceSettled(id))) return true
          yield* Effect.sleep(options.every ?? "1 second")
          if (!away) yield* Effect.transposeMapOption(changed, (changed) => rest(id, busyUntil, changed))
          return false
        })
        yield* Effect.repeat(isOver, { until: (over) => over })
        return yield* runs.summary(id)
      })
    )
  )
