import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import type { Result } from "../Results.js"
import type { Assignment, TaskRun } from "../TaskRuns.js"

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
