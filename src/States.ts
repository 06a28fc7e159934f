/**
 * The states of a Unit and of an Agent, the one table of transitions between them, and the pure reconciliation of what
 * we hold with what a crowd says. Nothing changes a status but through this module.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * Where a unit is: `created` here, `launched` on offer, `assigned` to a worker, `completed` and waiting for a decision,
 * or at one of its ends.
 *
 * @since 0.1.0
 * @category models
 */
export const UnitStatus = Schema.Literal(
  "created",
  "launched",
  "assigned",
  "completed",
  "accepted",
  "soft_rejected",
  "rejected",
  "expired"
)
/**
 * @since 0.1.0
 * @category models
 */
export type UnitStatus = typeof UnitStatus.Type

/**
 * Where an agent is, from accept to a decision, or gone without one.
 *
 * @since 0.1.0
 * @category models
 */
export const AgentStatus = Schema.Literal(
  "accepted",
  "in_task",
  "completed",
  "approved",
  "soft_rejected",
  "rejected",
  "returned",
  "expired",
  "disconnected"
)
/**
 * @since 0.1.0
 * @category models
 */
export type AgentStatus = typeof AgentStatus.Type

/**
 * The statuses of what was submitted.
 *
 * @since 0.1.0
 * @category models
 */
export const SubmissionStatus = AgentStatus.pipe(
  Schema.pickLiteral("completed", "approved", "soft_rejected", "rejected")
)
/**
 * @since 0.1.0
 * @category models
 */
export type SubmissionStatus = typeof SubmissionStatus.Type

/**
 * How somebody's visit ended: their answers are kept (`completed`); the page that they worked on says otherwise, and keeps
 * what it has of them (`partial`, `screenedOut`, `overQuota`, `failedCheck`, `noConsent`); they gave the unit back, ran out
 * of time, found no unit, or may not take one.
 *
 * @since 0.1.0
 * @category models
 */
export const Outcome = Schema.Literal(
  "completed",
  "partial",
  "screenedOut",
  "overQuota",
  "failedCheck",
  "noConsent",
  "returned",
  "timedOut",
  "noWork",
  "notAllowed"
)
/**
 * @since 0.1.0
 * @category models
 */
export type Outcome = typeof Outcome.Type

/**
 * The outcomes that a task's page may say itself.
 *
 * @since 0.1.0
 * @category models
 */
export const SaidOutcome = Outcome.pipe(
  Schema.pickLiteral("completed", "partial", "screenedOut", "overQuota", "failedCheck", "noConsent")
)
/**
 * @since 0.1.0
 * @category models
 */
export type SaidOutcome = typeof SaidOutcome.Type

/**
 * What can be done to a unit. `release` gives it back to the crowd after its agent has left it, `lapse` is the same for
 * a unit that was withdrawn meanwhile (`expire` leaves the unit to the worker who holds it); `completeLate` takes
 * the work of an agent we had given up, as long as nobody else holds the unit.
 *
 * @since 0.1.0
 * @category models
 */
export type UnitOperation =
  | "launch"
  | "assign"
  | "release"
  | "lapse"
  | "complete"
  | "completeLate"
  | "accept"
  | "softReject"
  | "reject"
  | "expire"

const unitTable: Record<UnitOperation, Partial<Record<UnitStatus, UnitStatus>>> = {
  launch: { created: "launched" },
  assign: { launched: "assigned" },
  release: { assigned: "launched" },
  lapse: { assigned: "expired" },
  complete: { assigned: "completed" },
  completeLate: { launched: "completed", expired: "completed" },
  accept: { completed: "accepted", rejected: "accepted" },
  softReject: { completed: "soft_rejected" },
  reject: { completed: "rejected" },
  expire: { created: "expired", launched: "expired" }
}

/**
 * What can be done to an agent. `submitLate` is a submission the crowd itself took after we had given the agent up:
 * the crowd's word counts.
 *
 * @since 0.1.0
 * @category models
 */
export type AgentOperation =
  | "start"
  | "submit"
  | "submitLate"
  | "return"
  | "timeOut"
  | "disconnect"
  | "approve"
  | "overrideRejection"
  | "softReject"
  | "reject"

const agentTable: Record<AgentOperation, Partial<Record<AgentStatus, AgentStatus>>> = {
  start: { accepted: "in_task", disconnected: "in_task" },
  submit: { accepted: "completed", in_task: "completed", disconnected: "completed" },
  submitLate: { returned: "completed", expired: "completed" },
  return: { accepted: "returned", in_task: "returned", disconnected: "returned" },
  timeOut: { accepted: "expired", in_task: "expired", disconnected: "expired" },
  disconnect: { accepted: "disconnected", in_task: "disconnected" },
  approve: { completed: "approved" },
  overrideRejection: { rejected: "approved" },
  softReject: { completed: "soft_rejected" },
  reject: { completed: "rejected" }
}

/**
 * What an agent's change means for its unit, in the same transaction (where it says `release`, a unit that was withdrawn
 * lapses).
 *
 * @since 0.1.0
 * @category models
 */
export const implied: Record<AgentOperation, Option.Option<UnitOperation>> = {
  start: Option.none(),
  submit: Option.some("complete"),
  submitLate: Option.some("completeLate"),
  return: Option.some("release"),
  timeOut: Option.some("release"),
  disconnect: Option.none(),
  approve: Option.some("accept"),
  overrideRejection: Option.some("accept"),
  softReject: Option.some("softReject"),
  reject: Option.some("reject")
}

/**
 * Where a unit goes from `from` by `operation`; none where the table has no such way.
 *
 * @since 0.1.0
 * @category transitions
 */
export const nextUnit = (from: UnitStatus, operation: UnitOperation): Option.Option<UnitStatus> =>
  Option.fromNullable(unitTable[operation][from])

/**
 * Where an agent goes from `from` by `operation`; none where the table has no such way.
 *
 * @since 0.1.0
 * @category transitions
 */
export const nextAgent = (from: AgentStatus, operation: AgentOperation): Option.Option<AgentStatus> =>
  Option.fromNullable(agentTable[operation][from])

/**
 * Whether an agent of this status is where `operation` leads, so that asking for it again changes nothing.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isAfter = (status: AgentStatus, operation: AgentOperation): boolean =>
  Object.values(agentTable[operation]).includes(status)

const sources = <Status extends string, A>(
  all: ReadonlyArray<Status>,
  row: Partial<Record<Status, A>>
): ReadonlyArray<Status> => all.filter((status) => row[status] !== undefined)

/**
 * The states from which a unit can be taken by `operation`.
 *
 * @since 0.1.0
 * @category transitions
 */
export const unitSources = (operation: UnitOperation): ReadonlyArray<UnitStatus> =>
  sources(UnitStatus.literals, unitTable[operation])

/**
 * The states from which an agent can be taken by `operation`.
 *
 * @since 0.1.0
 * @category transitions
 */
export const agentSources = (operation: AgentOperation): ReadonlyArray<AgentStatus> =>
  sources(AgentStatus.literals, agentTable[operation])

/**
 * The worker still holds the unit.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isOpen = (status: AgentStatus): boolean =>
  status === "accepted" || status === "in_task" || status === "disconnected"

/**
 * The worker left without submitting; they may take another unit of the same assignment.
 *
 * @since 0.1.0
 * @category predicates
 */
export const hasLeft = (status: AgentStatus): boolean => status === "returned" || status === "expired"

/**
 * Nothing more will happen to the unit, unless a rejection is overridden.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isDecided = (status: UnitStatus): boolean =>
  status === "accepted" || status === "soft_rejected" || status === "rejected" || status === "expired"

/**
 * What a crowd says of one worker's work on one unit.
 *
 * @since 0.1.0
 * @category models
 */
export const RemoteAgentStatus = Schema.Literal("working", "submitted", "approved", "rejected", "returned", "expired")
/**
 * @since 0.1.0
 * @category models
 */
export type RemoteAgentStatus = typeof RemoteAgentStatus.Type

/**
 * What a crowd says of an offer: `offered` to its workers, or `withdrawn` from them.
 *
 * @since 0.1.0
 * @category models
 */
export const RemoteOfferStatus = Schema.Literal("offered", "withdrawn")
/**
 * @since 0.1.0
 * @category models
 */
export type RemoteOfferStatus = typeof RemoteOfferStatus.Type

/**
 * What brings our record of an agent in step with the crowd: `operations` in their order, each through the table;
 * `register` first where we have not heard of the agent.
 *
 * @since 0.1.0
 * @category reconciliation
 */
export interface AgentAction {
  readonly register: boolean
  readonly operations: ReadonlyArray<AgentOperation>
}

const path = (from: AgentStatus, to: RemoteAgentStatus): ReadonlyArray<AgentOperation> => {
  const submitted: ReadonlyArray<AgentOperation> = isOpen(from) ? ["submit"] : hasLeft(from) ? ["submitLate"] : []
  switch (to) {
    case "working":
      return []
    case "submitted":
      return submitted
    case "approved":
      if (from === "rejected") return ["overrideRejection"]
      return from === "approved" || from === "soft_rejected" ? [] : [...submitted, "approve"]
    case "rejected":
      return from === "completed" || submitted.length > 0 ? [...submitted, "reject"] : []
    case "returned":
      return isOpen(from) ? ["return"] : []
    case "expired":
      return isOpen(from) ? ["timeOut"] : []
  }
}

/**
 * Pure: what we hold of an agent (none, if we never heard of it) against what the crowd says. A crowd that lags behind
 * our own record changes nothing; a crowd that is ahead is followed.
 *
 * @since 0.1.0
 * @category reconciliation
 */
export const reconcileAgent = (local: Option.Option<AgentStatus>, remote: RemoteAgentStatus): AgentAction => {
  const unheard = Option.isNone(local) && remote !== "returned" && remote !== "expired"
  if (Option.isNone(local) && !unheard) return { register: false, operations: [] }
  return {
    register: unheard,
    operations: path(
      Option.getOrElse(local, () => "accepted" as const),
      remote
    )
  }
}

/**
 * Pure: what we hold of a unit against what the crowd says of its offer.
 *
 * @since 0.1.0
 * @category reconciliation
 */
export const reconcileUnit = (local: UnitStatus, remote: RemoteOfferStatus): Option.Option<UnitOperation> => {
  if (remote === "offered") return local === "created" ? Option.some("launch") : Option.none()
  return local === "launched" || local === "created" ? Option.some("expire") : Option.none()
}
