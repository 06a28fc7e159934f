/** Approving and rejecting, as the protocol allows it. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../../Agents.js"
import type { StoreError } from "../../CrowdError.js"
import type { UnitId } from "../../Ids.js"
import { agents, units } from "../../store/tables.js"
import type { Unit } from "../../Units.js"
import { type Context, orRefused } from "../context.js"
import * as ids from "../ids.js"
import * as refusal from "../protocol/refusal.js"
import type { HITRow, HITTypeRow } from "../rows.js"

export interface Work {
  readonly unit: Unit
  readonly agent: Agent
  readonly row: HITRow
  readonly type: HITTypeRow
}

/** The work on a unit; none where nobody has submitted it. In a transaction, it stays as it is. */
export const find = (context: Context, id: UnitId): Effect.Effect<Option.Option<Work>, StoreError> =>
  Effect.gen(function* () {
    const unit = yield* context.store.get(units, id)
    if (Option.isNone(unit) || Option.isNone(unit.value.agent)) return Option.none()
    const agent = yield* context.store.get(agents, unit.value.agent.value)
    const row = yield* context.rows.hits.get(ids.hitOf(unit.value.assignment))
    const type = yield* context.rows.hitTypes.get(ids.hitTypeOf(unit.value.run))
    return Option.all({ unit, agent, row, type })
  })

const overrideDays = 30

/** A rejection can be overridden for so long, and not once the HIT is gone. */
const canOverride = ({ agent, row }: Work, now: DateTime.Utc): boolean =>
  !row.disposed &&
  Option.exists(agent.decidedAt, (at) => DateTime.greaterThanOrEqualTo(DateTime.add(at, { days: overrideDays }), now))

interface Approval {
  readonly feedback: string | undefined
  readonly override: boolean
  readonly now: DateTime.Utc
}

/** Pays for the work. */
export const approve = (
  context: Context,
  id: UnitId,
  { feedback, now, override }: Approval
): Effect.Effect<void, refusal.Refusal | StoreError> =>
  context.store.transaction(
    Effect.gen(function* () {
      const work = yield* find(context, id)
      if (Option.isNone(work)) return yield* refusal.assignmentState("Submitted")
      const { agent } = work.value
      const isRejected = agent.status === "rejected" && override && canOverride(work.value, now)
      if (agent.status !== "completed" && !isRejected) return yield* refusal.assignmentState("Submitted")
      yield* orRefused(context.agents.approve(agent.id, { feedback, overrideRejection: override }))
    })
  )

export const reject = (
  context: Context,
  id: UnitId,
  feedback: string
): Effect.Effect<void, refusal.Refusal | StoreError> =>
  context.store.transaction(
    Effect.gen(function* () {
      const work = yield* find(context, id)
      if (!Option.exists(work, ({ agent }) => agent.status === "completed")) {
        return yield* refusal.assignmentState("Submitted")
      }
      if (Option.isSome(work)) yield* orRefused(context.agents.reject(work.value.agent.id, feedback))
    })
  )
