/** Approving what nobody decided in time. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AgentOutline } from "../../Agents.js"
import type { StoreError } from "../../CrowdError.js"
import type { RunId } from "../../Ids.js"
import { agentOutlines } from "../../store/tables.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import * as refusal from "../protocol/refusal.js"
import * as decisions from "../work/decisions.js"

const pageSize = 100

const tell = (
  { processState: { warned } }: Context,
  { id, unit }: AgentOutline,
  { message }: refusal.Refusal
): Effect.Effect<void> => {
  if (warned.get(id) !== undefined) return Effect.void
  warned.set(id, true)
  return Effect.logWarning(`Assignment ${ids.assignmentOf(unit)} is not approved: ${message}`)
}

/** Somebody else has decided it since the page was read. */
const isDecided = ({ code }: refusal.Refusal): boolean => code === refusal.assignmentState("Submitted").code

/** Whether it is decided. */
const approveOne = (context: Context, agent: AgentOutline, now: DateTime.Utc): Effect.Effect<boolean, StoreError> =>
  decisions.approve(context, agent.unit, { feedback: undefined, override: false, now }).pipe(
    Effect.as(true),
    Effect.catchTag("Refusal", (refused) =>
      isDecided(refused) ? Effect.succeed(true) : Effect.as(tell(context, agent, refused), false)
    )
  )

/**
 * Approves the HITType's submissions that have waited for so many seconds, oldest first. After a page of which none can be
 * paid it stops, and the next time goes on behind it, until it begins anew.
 */
export const approve = (
  context: Context,
  run: RunId,
  delay: number,
  now: DateTime.Utc
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { overdue } = context.processState
    const page = yield* context.store.page(agentOutlines, {
      where: { run, status: "completed" },
      orderBy: "submittedAt",
      after: overdue.get(run),
      atMost: { submittedAt: Option.some(DateTime.subtractDuration(now, Duration.seconds(delay))) },
      limit: pageSize
    })
    const decided = yield* Effect.forEach(page, (agent) => approveOne(context, agent, now))
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) overdue.delete(run)
    else {
      overdue.set(run, last)
      if (decided.includes(true)) yield* approve(context, run, delay, now)
    }
  })
