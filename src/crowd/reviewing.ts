/** Submissions that a rule decides on. */
import * as Arr from "effect/Array"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Agent, Agents, type PayError, type RejectError } from "../Agents.js"
import type { StoreError, TaskRunNotFound } from "../CrowdError.js"
import type { AgentId, RunId } from "../Ids.js"
import type * as Money from "../Money.js"
import type { Result } from "../Results.js"
import { TaskRuns } from "../TaskRuns.js"
import type { Units } from "../Units.js"
import { type BonusError, Workers } from "../Workers.js"
import { resultsOf } from "./results.js"

/**
 * What a rule decides of a submission. `Bonus` pays the bonus and approves; `Leave` leaves it to somebody else or to
 * auto-approval.
 *
 * @since 0.1.0
 * @category models
 */
export type Decision =
  | { readonly _tag: "Approve"; readonly feedback?: string | undefined }
  | { readonly _tag: "Reject"; readonly feedback: string; readonly category?: string | undefined }
  | { readonly _tag: "SoftReject"; readonly feedback?: string | undefined }
  | {
      readonly _tag: "Bonus"
      readonly amount: Money.Money
      readonly reason: string
      readonly feedback?: string | undefined
    }
  | { readonly _tag: "Leave" }
/**
 * @since 0.1.0
 * @category constructors
 */
export const Decision: Data.TaggedEnum.Constructor<Decision> = Data.taggedEnum<Decision>()

/**
 * A submission, what the rule decided of it, and what became of that.
 *
 * @since 0.1.0
 * @category models
 */
export interface Review {
  readonly submission: Result
  readonly decision: Decision
  readonly outcome: Either.Either<Agent, ReviewError>
}

/**
 * How often submissions are looked for, and how many are decided on at once.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReviewOptions {
  /** The least time between two looks for submissions; 1 second by default. */
  readonly every?: Duration.DurationInput | undefined
  /** How many submissions are shown to the rule at once; 8 by default. */
  readonly concurrency?: number | undefined
}

/** What doing as a rule decided can fail with. @since 0.1.0 @category errors */
export type ReviewError = PayError | RejectError | BonusError

/** A bonus comes first: if the process ends in between, the submission is shown to the rule again, and none is lost. */
const decide = (submission: Result, decision: Decision): Effect.Effect<Agent, ReviewError, Agents | Workers> =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { agent, run, unit, worker } = submission
    switch (decision._tag) {
      case "Approve":
        return yield* agents.approve(agent, { feedback: decision.feedback })
      case "Reject":
        return yield* agents.reject(agent, decision.feedback, { category: decision.category })
      case "SoftReject":
        return yield* agents.softReject(agent, decision.feedback)
      case "Bonus":
        yield* (yield* Workers).bonus({ worker, unit, run, amount: decision.amount, reason: decision.reason })
        return yield* agents.approve(agent, { feedback: decision.feedback })
      case "Leave":
        return yield* agents.get(agent)
    }
  })

/** The submission, if it still waits for a decision. */
const waiting = (id: AgentId) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const agents = yield* Agents
    const found = yield* Effect.asSome(agents.get(id)).pipe(Effect.catchTag("AgentNotFound", () => Effect.succeedNone))
    const agent = Option.getOrUndefined(Option.filter(found, ({ status }) => status === "completed"))
    if (agent === undefined) return Option.none<Result>()
    const run = yield* runs.get(agent.run)
    return Arr.head(yield* resultsOf(run, [agent]))
  })

export const review = <E, R>(
  run: RunId,
  rule: (submission: Result) => Effect.Effect<Decision, E, R>,
  options: ReviewOptions = {}
): Stream.Stream<Review, E | TaskRunNotFound | StoreError, R | TaskRuns | Units | Agents | Workers> => {
  const reviewed = (submission: Result) =>
    Effect.gen(function* () {
      const decision = yield* rule(submission)
      const outcome = yield* Effect.either(decide(submission, decision))
      return { submission, decision, outcome }
    })
  const submissions = Stream.unwrap(Effect.map(Agents, (agents) => agents.watch(run, { every: options.every })))
  return submissions.pipe(
    Stream.filter(({ status }) => status === "completed"),
    Stream.mapEffect(
      ({ id }) => Effect.flatMap(waiting(id), (submission) => Effect.transposeMapOption(submission, reviewed)),
      { concurrency: options.concurrency ?? 8, unordered: true }
    ),
    Stream.filterMap((review): Option.Option<Review> => review)
  )
}
