/** Where somebody goes who is done with us. */
import type * as Option from "effect/Option"
import type { AgentOutline } from "../Agents.js"
import type { TaskRun } from "../TaskRuns.js"

/**
 * How somebody's visit ended: their answers are kept (`completed`), they gave the unit back, they ran out of time, there
 * was no unit for them, or they may not take one.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = "completed" | "returned" | "timedOut" | "noWork" | "notAllowed"

/**
 * Somebody who leaves our pages. Whoever was let in to nothing has no agent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Leaving {
  readonly run: TaskRun
  readonly agent: Option.Option<AgentOutline>
  readonly outcome: Outcome
}
