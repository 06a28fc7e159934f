/** What is not there, or not in a state for what was asked. */
import * as Schema from "effect/Schema"

const Entity = Schema.Literal(
  "Requester",
  "TaskRun",
  "Assignment",
  "Unit",
  "Worker",
  "Agent",
  "Qualification",
  "Intent"
)

/**
 * There is no requester with this id.
 *
 * @since 0.1.0
 * @category errors
 */
export class RequesterNotFound extends Schema.TaggedError<RequesterNotFound>("effect-crowd/RequesterNotFound")(
  "RequesterNotFound",
  { requester: Schema.String }
) {
  override get message() {
    return `No requester ${this.requester}. Register one first (Requesters.register).`
  }
}

/**
 * There is no run with this id.
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskRunNotFound extends Schema.TaggedError<TaskRunNotFound>("effect-crowd/TaskRunNotFound")(
  "TaskRunNotFound",
  { run: Schema.String }
) {
  override get message() {
    return `No run ${this.run}. TaskRuns.list has the runs of this provider.`
  }
}

/**
 * There is no unit with this id.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnitNotFound extends Schema.TaggedError<UnitNotFound>("effect-crowd/UnitNotFound")("UnitNotFound", {
  unit: Schema.String
}) {
  override get message() {
    return `No unit ${this.unit}. Is this the database it was launched from?`
  }
}

/**
 * There is no worker with this id or name.
 *
 * @since 0.1.0
 * @category errors
 */
export class WorkerNotFound extends Schema.TaggedError<WorkerNotFound>("effect-crowd/WorkerNotFound")(
  "WorkerNotFound",
  { worker: Schema.String }
) {
  override get message() {
    return `No worker ${this.worker}. A worker is known from the first unit they accept.`
  }
}

/**
 * There is no agent with this id.
 *
 * @since 0.1.0
 * @category errors
 */
export class AgentNotFound extends Schema.TaggedError<AgentNotFound>("effect-crowd/AgentNotFound")("AgentNotFound", {
  agent: Schema.String
}) {
  override get message() {
    return `No agent ${this.agent}: nothing was accepted or submitted under that id.`
  }
}

/**
 * There is no qualification of this name.
 *
 * @since 0.1.0
 * @category errors
 */
export class QualificationNotFound extends Schema.TaggedError<QualificationNotFound>(
  "effect-crowd/QualificationNotFound"
)("QualificationNotFound", { qualification: Schema.String }) {
  override get message() {
    return `No qualification ${this.qualification}. Create it first.`
  }
}

/**
 * The journal has no intent under this token.
 *
 * @since 0.1.0
 * @category errors
 */
export class IntentNotFound extends Schema.TaggedError<IntentNotFound>("effect-crowd/IntentNotFound")(
  "IntentNotFound",
  { token: Schema.String }
) {
  override get message() {
    return `No uncertain effect has the token ${this.token}. Journal.list has those there are.`
  }
}

/** Statuses of an agent before, or without, a submission. */
const withoutWork = ["accepted", "in_task", "disconnected", "returned", "expired"]

/**
 * The table of transitions (`States`) has no way from where the entity is by this operation.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidTransition extends Schema.TaggedError<InvalidTransition>("effect-crowd/InvalidTransition")(
  "InvalidTransition",
  { entity: Entity, id: Schema.String, from: Schema.String, operation: Schema.String }
) {
  override get message() {
    const empty = this.entity === "Agent" && withoutWork.includes(this.from) ? " and has submitted nothing" : ""
    return `Cannot ${this.operation} ${this.id}: this ${this.entity.toLowerCase()} is ${this.from}${empty}.`
  }
}
