/** What was submitted to a run, page by page. */
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Agent, Agents, type SubmissionsOptions } from "../../Agents.js"
import type { AgentNotFound, StoreError, TaskRunNotFound } from "../../CrowdError.js"
import { assignmentsOf } from "../../crowd/results.js"
import type { AgentId, RunId } from "../../Ids.js"
import { TaskRuns } from "../../TaskRuns.js"
import type { Submission } from "../ConsoleApi.js"
import * as Keys from "../keys.js"

const atMost = 25

/** A page ends early with a submission that takes it over this many characters. */
const charactersAtMost = 1_000_000

const sizeOf = ({ answers }: Agent): number => JSON.stringify(Option.getOrNull(answers)).length

/** How much there is with an agent and all before it. */
interface Filled {
  readonly agent: Agent
  readonly count: number
  readonly size: number
}

const isFull = ({ count, size }: Filled): boolean => count >= atMost || size > charactersAtMost

const filling = (agents: ReadonlyArray<Filled>): Option.Option<AgentId> =>
  Option.map(Option.filter(Array.last(agents), isFull), ({ agent }) => agent.id)

interface Page {
  readonly submissions: ReadonlyArray<typeof Submission.Type>
  readonly next: AgentId | null
}

export const make = Effect.gen(function* () {
  const agents = yield* Agents
  const runs = yield* TaskRuns
  const keys = yield* Keys.Keys

  return (run: RunId, options: SubmissionsOptions): Effect.Effect<Page, TaskRunNotFound | AgentNotFound | StoreError> =>
    Effect.gen(function* () {
      const filled = yield* agents.submissions(run, options).pipe(
        Stream.mapAccum({ count: 0, size: 0 }, (before, agent) => {
          const now = { count: before.count + 1, size: before.size + sizeOf(agent) }
          return [now, { agent, ...now }]
        }),
        Stream.takeUntil(isFull),
        Stream.runCollect,
        Effect.map(Chunk.toReadonlyArray)
      )
      const page = filled.map(({ agent }) => agent)
      const assignments = yield* assignmentsOf(runs, page)
      const submissions = page.map((agent) => ({
        agent: agent.id,
        unit: agent.unit,
        assignment: agent.assignment,
        worker: agent.worker,
        workerName: agent.workerName,
        status: agent.status,
        inputs: assignments.get(agent.assignment)?.inputs ?? {},
        answers: Option.getOrElse(agent.answers, () => ({})),
        answered: Option.isSome(agent.answers),
        feedback: Option.getOrNull(agent.feedback),
        acceptedAt: agent.acceptedAt,
        submittedAt: Option.getOrNull(agent.submittedAt),
        decidedAt: Option.getOrNull(agent.decidedAt),
        frame: keys.framePath("review", agent)
      }))
      return { submissions, next: Option.getOrNull(filling(filled)) }
    })
})
