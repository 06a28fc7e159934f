/** Decisions on many submissions, of which one that fails stops no other. */
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents, type Decided, type PayError, type SubmissionsOptions } from "../../Agents.js"
import { AgentNotFound } from "../../CrowdError.js"
import type { AgentId, RunId, WorkerId } from "../../Ids.js"
import { TaskRuns } from "../../TaskRuns.js"
import { type Decision, decisionsAtMost, type Outcome } from "../ConsoleApi.js"

/** Where a crowd far away is asked, some decisions are under way at once. */
const concurrency = 8

interface OfWorker {
  readonly decision: Decision
  readonly submittedBefore: DateTime.Utc
  /** Only what was accepted after this one. */
  readonly after?: AgentId | undefined
}

/** What a decision is about, where nobody names it. */
const statusFor = (decision: Decision): SubmissionsOptions["status"] =>
  decision._tag === "Override" ? "rejected" : "completed"

export const make = Effect.gen(function* () {
  const agents = yield* Agents
  const runs = yield* TaskRuns

  const decide = (id: AgentId, decision: Decision): Effect.Effect<Decided, PayError> => {
    const { feedback } = decision
    switch (decision._tag) {
      case "Approve":
        return agents.approve(id, { feedback })
      case "Override":
        return agents.approve(id, { feedback, overrideRejection: true })
      case "SoftReject":
        return agents.softReject(id, feedback)
      case "Reject":
        return agents.reject(id, decision.feedback, { category: decision.category })
    }
  }

  const checked = (run: RunId, id: AgentId) =>
    Effect.filterOrFail(
      agents.get(id),
      (agent) => agent.run === run,
      () => new AgentNotFound({ agent: id })
    )

  const outcomeOf = (agent: AgentId, decided: Effect.Effect<Decided, PayError>): Effect.Effect<Outcome> =>
    Effect.match(decided, {
      onFailure: (error) => ({ _tag: "NotDecided", agent, error }),
      onSuccess: ({ repeated, status }) => ({ _tag: "Decided", agent, status, repeated })
    })

  return {
    /** On the submissions named. */
    named: (run: RunId, decision: Decision, ids: ReadonlyArray<AgentId>) =>
      Effect.zipRight(
        runs.get(run),
        Effect.forEach(
          Array.dedupe(ids),
          (id) => outcomeOf(id, Effect.zipRight(checked(run, id), decide(id, decision))),
          { concurrency }
        )
      ),

    /** On what waits of one worker's, as much as fits into one request, and where to go on. */
    ofWorker: (run: RunId, worker: WorkerId, { after, decision, submittedBefore }: OfWorker) =>
      Effect.gen(function* () {
        const waiting = yield* agents.submissions(run, { status: statusFor(decision), worker, after }).pipe(
          Stream.filter(({ submittedAt }) => Option.exists(submittedAt, DateTime.lessThanOrEqualTo(submittedBefore))),
          Stream.take(decisionsAtMost),
          Stream.runCollect
        )
        const outcomes = yield* Effect.forEach(waiting, ({ id }) => outcomeOf(id, decide(id, decision)), {
          concurrency
        })
        const next = Chunk.size(waiting) < decisionsAtMost ? null : (outcomes.at(-1)?.agent ?? null)
        return { outcomes, next }
      })
  }
})
