/** What workers submitted, and what becomes of it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import { agents, units } from "../../store/tables.js"
import type { Unit } from "../../Units.js"
import type { Context } from "../context.js"
import * as hits from "../hits/hits.js"
import * as hitTypes from "../hits/hitTypes.js"
import * as views from "../hits/views.js"
import * as ids from "../ids.js"
import * as limits from "../protocol/limits.js"
import * as listing from "../protocol/listing.js"
import { operations } from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"
import type { HITTypeRow } from "../rows.js"
import * as upkeep from "../upkeep.js"
import * as decisions from "./decisions.js"

/** The unit of an assignment of the caller's, of which what happened by itself is known. */
export const find = (context: Context, caller: Caller, id: string): Effect.Effect<Unit, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    const missing = refusal.assignmentDoesNotExist(id)
    const name = ids.unitOfAssignment(id)
    if (Option.isNone(name)) return yield* missing
    const unit = yield* context.store.get(units, name.value)
    if (Option.isNone(unit)) return yield* missing
    const row = yield* context.rows.hits.get(ids.hitOf(unit.value.assignment))
    if (!Option.exists(row, ({ requester }) => requester === caller.requester)) return yield* missing
    yield* upkeep.settleRun(context, unit.value.run, caller.now)
    return Option.getOrElse(yield* context.store.get(units, name.value), () => unit.value)
  })

const agentsOf = (context: Context, found: ReadonlyArray<Unit>) =>
  Effect.map(
    context.store.getAll(
      agents,
      found.flatMap(({ agent }) => Option.toArray(agent))
    ),
    (all) => new Map(all.map((agent) => [agent.id, agent]))
  )

/** Where a unit is in the list of its HIT's. */
const keyOf = ({ index }: Unit): string => String(index)

/** Units as assignments; those that nobody submitted are none. */
const show = (context: Context, type: HITTypeRow, found: ReadonlyArray<Unit>) =>
  Effect.map(agentsOf(context, found), (known) =>
    found.flatMap((unit) => {
      const agent = Option.isSome(unit.agent) ? known.get(unit.agent.value) : undefined
      const isSubmitted = Option.isSome(views.assignmentStatus(unit))
      return agent === undefined || !isSubmitted
        ? []
        : [{ key: keyOf(unit), item: views.assignment(type, unit, agent) }]
    })
  )

const checkFeedback = (feedback: string | undefined) =>
  Effect.zipRight(limits.noLonger("RequesterFeedback", feedback, 1024), limits.prose("RequesterFeedback", feedback))

export const handlers = (context: Context) => [
  on(operations.ListAssignmentsForHIT, ({ AssignmentStatuses = [], HITId, ...asked }, caller) =>
    Effect.gen(function* () {
      yield* hits.settle(context, caller, HITId)
      const row = yield* hits.owned(context, caller, HITId)
      const type = yield* hitTypes.get(context, caller.requester, ids.hitTypeOf(row.run))
      const statuses =
        AssignmentStatuses.length === 0 ? (["Submitted", "Approved", "Rejected"] as const) : AssignmentStatuses
      const asks = (unit: Unit) => Option.exists(views.assignmentStatus(unit), (status) => statuses.includes(status))
      const { items, ...page } = yield* listing.page(asked, {
        read: (after, limit) =>
          /^\d{0,10}$/.test(after)
            ? views.unitsFrom(context, row, asks, { from: after === "" ? 0 : Number(after) + 1, limit })
            : listing.notOurs,
        keyOf,
        show: (found) => show(context, type, found)
      })
      return { ...page, Assignments: items }
    })
  ),
  on(operations.GetAssignment, ({ AssignmentId }, caller) =>
    Effect.gen(function* () {
      const unit = yield* find(context, caller, AssignmentId)
      const view = yield* hits.find(context, caller, ids.hitOf(unit.assignment))
      const [shown] = yield* show(context, view.type, [unit])
      if (shown === undefined) return yield* refusal.assignmentState("Reviewable,Approved,Rejected")
      return { Assignment: shown.item, HIT: views.hit(view) }
    })
  ),
  on(operations.ApproveAssignment, (input, caller) =>
    Effect.gen(function* () {
      yield* checkFeedback(input.RequesterFeedback)
      const { id } = yield* find(context, caller, input.AssignmentId)
      yield* decisions.approve(context, id, {
        feedback: input.RequesterFeedback,
        override: input.OverrideRejection ?? false,
        now: caller.now
      })
      return {}
    })
  ),
  on(operations.RejectAssignment, ({ AssignmentId, RequesterFeedback }, caller) =>
    Effect.gen(function* () {
      yield* checkFeedback(RequesterFeedback)
      const { id } = yield* find(context, caller, AssignmentId)
      yield* decisions.reject(context, id, RequesterFeedback)
      return {}
    })
  )
]
