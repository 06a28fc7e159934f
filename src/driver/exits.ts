/** Where somebody goes who is done with us. */
import type * as Option from "effect/Option"
import type { AgentOutline } from "../Agents.js"
import type { Outcome } from "../States.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Arrival } from "./arrivals.js"

export type { Outcome } from "../States.js"

/**
 * Somebody who leaves our pages. Whoever was let in to nothing has no agent, and is who arrived.
 *
 * @since 0.1.0
 * @category models
 */
export interface Leaving {
  readonly run: TaskRun
  readonly agent: Option.Option<AgentOutline>
  readonly arrival: Option.Option<Arrival>
  readonly outcome: Outcome
}
