/**
 * Results: what each worker answered, with the row of data it is about and how it was decided.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Answers, Details } from "./Agents.js"
import { AgentId, AssignmentId, RunId, UnitId, WorkerId } from "./Ids.js"
import { named } from "./internal/schemas.js"
import { AgentStatus } from "./States.js"
import { Inputs, Task } from "./TaskRuns.js"

/**
 * One agent's work. Times are ISO 8601 in the encoded form.
 *
 * @since 0.1.0
 * @category models
 */
export const Result = Schema.Struct({
  run: RunId,
  agent: AgentId,
  /** The crowd's own name for this piece of work, where it has one. */
  remoteAgent: Schema.OptionFromNullOr(Schema.String),
  unit: UnitId,
  /** The crowd's own name for the offer that the unit is part of, where it has one. */
  offer: Schema.OptionFromNullOr(Schema.String),
  /** With how many places that offer was made. */
  offerSize: Schema.Int,
  assignment: AssignmentId,
  /** The row of the data that it is about, from 1. */
  row: Schema.Int,
  worker: WorkerId,
  /** What this crowd calls the worker. */
  workerName: Schema.String,
  /** What the crowd told of the worker when they came, where it is kept. */
  details: Schema.OptionFromNullOr(named<Details>()(Details)),
  status: AgentStatus,
  acceptedAt: Schema.DateTimeUtc,
  deadline: Schema.DateTimeUtc,
  submittedAt: Schema.OptionFromNullOr(Schema.DateTimeUtc),
  decidedAt: Schema.OptionFromNullOr(Schema.DateTimeUtc),
  /** What the worker was told with the decision. */
  feedback: Schema.OptionFromNullOr(Schema.String),
  /** The category of a rejection, where it has one. */
  category: Schema.OptionFromNullOr(Schema.String),
  task: named<Task>()(Task),
  inputs: Inputs,
  answers: Answers
}).annotations({ identifier: "Result" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Result extends Schema.Schema.Type<typeof Result> {}
