/** What was submitted, with the rows it is about and the offers it was made in. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import { byId } from "../journal/payload.js"
import type { Result } from "../Results.js"
import { type Assignment, type Service, type TaskRun, TaskRuns } from "../TaskRuns.js"
import { type Unit, Units } from "../Units.js"

const resultOf = (run: TaskRun, agent: Agent, assignment: Assignment, unit: Unit): Result => ({
  run: run.id,
  agent: agent.id,
  remoteAgent: agent.remoteId,
  unit: unit.id,
  offer: unit.remoteId,
  offerSize: unit.offerSize,
  assignment: agent.assignment,
  row: assignment.row + 1,
  worker: agent.worker,
  workerName: agent.workerName,
  details: agent.details,
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

/** What these agents of a run submitted, with the rows it is about; each row and each unit is read once. */
export const resultsOf = (
  run: TaskRun,
  agents: ReadonlyArray<Agent>
): Effect.Effect<ReadonlyArray<Result>, StoreError, TaskRuns | Units> =>
  Effect.gen(function* () {
    const assignments = yield* assignmentsOf(yield* TaskRuns, agents)
    const units = byId(yield* (yield* Units).getAll([...new Set(agents.map(({ unit }) => unit))]))
    return agents.flatMap((agent) => {
      const assignment = assignments.get(agent.assignment)
      const unit = units.get(agent.unit)
      return assignment === undefined || unit === undefined ? [] : [resultOf(run, agent, assignment, unit)]
    })
  })
