/** Submissions that a rule decides on. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Agent, Agents } from "../Agents.js"
import type { Decision, Review, ReviewError, ReviewOptions } from "../Crowd.js"
import type { StoreError, TaskRunNotFound } from "../CrowdError.js"
import type { AgentId, RunId } from "../Ids.js"
import type { Result } from "../Results.js"
import { TaskRuns } from "../TaskRuns.js"
import { Workers } from "../Workers.js"
import { resultOf } from "./resultOf.js"

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
    return Option.map(yield* runs.assignment(agent.assignment), (assignment) => resultOf(run, agent, assignment))
  })

export const review = <E, R>(
  run: RunId,
  rule: (submission: Result) => Effect.Effect<Decision, E, R>,
  options: ReviewOptions = {}
): Stream.Stream<Review, E | TaskRunNotFound | StoreError, R | TaskRuns | Agents | Workers> => {
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
