/** HITs as they are now: their rows with the states of their Units, and both as the protocol shows them. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../../Agents.js"
import type { StoreError } from "../../CrowdError.js"
import * as Money from "../../Money.js"
import type { UnitStatus } from "../../States.js"
import { units as unitsTable } from "../../store/tables.js"
import type { Unit } from "../../Units.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import type * as model from "../protocol/model.js"
import type { HITRow, HITTypeRow } from "../rows.js"
import * as answersXml from "../work/answersXml.js"

export interface View {
  readonly row: HITRow
  readonly type: HITTypeRow
  /** In the order in which they were made. */
  readonly units: ReadonlyArray<Unit>
}

/** The names of a HIT's units from an index on, up to another; those of a HITType it had before do not count. */
const unitIds = ({ moved, unitKey, units }: HITRow, from = 0, to = units - moved) =>
  to > from ? Arr.makeBy(to - from, (more) => ids.unitOf(unitKey, moved + from + more)) : []

const inOrder = (units: ReadonlyArray<Unit>) => units.toSorted((a, b) => a.index - b.index)

/** The first so many of a HIT's units from an index on that are asked for, looked for in pages that grow. */
export const unitsFrom = (
  context: Context,
  row: HITRow,
  asks: (unit: Unit) => boolean,
  { from, limit, size = limit }: { readonly from: number; readonly limit: number; readonly size?: number }
): Effect.Effect<ReadonlyArray<Unit>, StoreError> =>
  Effect.gen(function* () {
    const to = Math.min(from + size, row.units - row.moved)
    if (from >= to) return []
    const found = inOrder((yield* context.store.getAll(unitsTable, unitIds(row, from, to))).filter(asks))
    if (found.length >= limit) return found.slice(0, limit)
    const rest = { from: to, limit: limit - found.length, size: 2 * size }
    return [...found, ...(yield* unitsFrom(context, row, asks, rest))]
  })

/** Those of which the HITType is known, in their order. */
export const load = (context: Context, rows: ReadonlyArray<HITRow>): Effect.Effect<ReadonlyArray<View>, StoreError> =>
  Effect.gen(function* () {
    const types = yield* context.rows.hitTypes.getAll([...new Set(rows.map(({ run }) => ids.hitTypeOf(run)))])
    const typeOf = new Map(types.map((type) => [type.run, type]))
    const units = yield* context.store.getAll(
      unitsTable,
      rows.flatMap((row) => unitIds(row))
    )
    const unitsOf = Arr.groupBy(inOrder(units), ({ assignment }) => ids.hitOf(assignment))
    return rows.flatMap((row) => {
      const type = typeOf.get(row.run)
      return type === undefined ? [] : [{ row, type, units: unitsOf[row.id] ?? [] }]
    })
  })

const among = (view: View, ...statuses: ReadonlyArray<UnitStatus>): number =>
  view.units.filter(({ status }) => statuses.includes(status)).length

export const available = (view: View) => among(view, "launched")
export const pending = (view: View) => among(view, "assigned")
export const submitted = (view: View) => among(view, "completed")
export const completed = (view: View) => among(view, "accepted", "soft_rejected", "rejected")

export const statusOf = (view: View): model.HIT["HITStatus"] & string => {
  if (view.row.disposed) return "Disposed"
  if (available(view) > 0) return "Assignable"
  if (pending(view) > 0) return "Unassignable"
  return view.row.reviewing ? "Reviewing" : "Reviewable"
}

const dollars = (minor: number): string => Money.toDecimal(Money.make(minor))

export const hit = (view: View): model.HIT => {
  const { row, type } = view
  const typeId = ids.hitTypeOf(row.run)
  return {
    HITId: row.id,
    HITTypeId: typeId,
    HITGroupId: typeId,
    CreationTime: row.createdAt,
    Title: type.title,
    Description: type.description,
    Question: row.question,
    Keywords: Option.getOrUndefined(type.keywords),
    HITStatus: statusOf(view),
    MaxAssignments: row.maxAssignments,
    Reward: dollars(type.reward),
    AutoApprovalDelayInSeconds: type.autoApprovalDelay,
    Expiration: row.expiration,
    AssignmentDurationInSeconds: type.assignmentDuration,
    RequesterAnnotation: Option.getOrUndefined(row.annotation),
    QualificationRequirements: Option.getOrElse(type.requirements, () => []),
    HITReviewStatus: "NotReviewed",
    NumberOfAssignmentsPending: pending(view),
    NumberOfAssignmentsAvailable: available(view),
    NumberOfAssignmentsCompleted: completed(view)
  }
}

type AssignmentStatus = model.Assignment["AssignmentStatus"] & string

/** What a unit is as an assignment; none before somebody has submitted it. */
export const assignmentStatus = ({ status }: Unit): Option.Option<AssignmentStatus> => {
  switch (status) {
    case "completed":
      return Option.some("Submitted")
    case "accepted":
    case "soft_rejected":
      return Option.some("Approved")
    case "rejected":
      return Option.some("Rejected")
    default:
      return Option.none()
  }
}

const autoApprovalTime = (type: HITTypeRow, submittedAt: DateTime.Utc): DateTime.Utc =>
  DateTime.addDuration(submittedAt, Duration.seconds(type.autoApprovalDelay))

export const assignment = (type: HITTypeRow, unit: Unit, agent: Agent): model.Assignment => {
  const id = ids.assignmentOf(unit.id)
  const status = assignmentStatus(unit)
  return {
    AssignmentId: id,
    WorkerId: ids.workerNameOf(agent.worker),
    HITId: ids.hitOf(unit.assignment),
    AssignmentStatus: Option.getOrUndefined(status),
    AcceptTime: agent.acceptedAt,
    Deadline: agent.deadline,
    SubmitTime: Option.getOrUndefined(agent.submittedAt),
    AutoApprovalTime: Option.getOrUndefined(Option.map(agent.submittedAt, (at) => autoApprovalTime(type, at))),
    ApprovalTime: Option.getOrUndefined(Option.contains(status, "Approved") ? agent.decidedAt : Option.none()),
    RejectionTime: Option.getOrUndefined(Option.contains(status, "Rejected") ? agent.decidedAt : Option.none()),
    RequesterFeedback: Option.getOrUndefined(agent.feedback),
    Answer: answersXml.print(Option.getOrElse(agent.answers, () => ({})))
  }
}
