/** What was submitted, with the rows it is about. */

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import { byId } from "../journal/payload.js"
import type { Result } from "../Results.js"
import type { Assignment, Service, TaskRun } from "../TaskRuns.js"

/** What an agent submitted, with the row it is about. */
export const resultOf = (run: TaskRun, agent: Agent, assignment: Assignment): Result => ({
  run: run.id,
  agent: agent.id,
  unit: agent.unit,
  assignment: agent.assignment,
  row: assignment.row + 1,
  worker: agent.worker,
  workerName: agent.workerName,
  status: agent.status,
  acceptedAt: agent.acceptedAt,
  submittedAt: agent.submittedAt,
  decidedAt: agent.decidedAt,
  deadline: agent.deadline,
  feedback: agent.feedback,
  category: agent.category,
  task: run.task,
  inputs: assignment.inputs,
  answers: Option.getOrElse(agent.answers, () => ({}))
})

/** The assignments that these agents work on, by their ids; each is read once. */
export const assignmentsOf = (
  runs: Service,
  agents: ReadonlyArray<Agent>
): Effect.Effect<ReadonlyMap<string, Assignment>, StoreError> =>
  Effect.map(runs.assignments([...new Set(agents.map(({ assignment }) => assignment))]), byId)
