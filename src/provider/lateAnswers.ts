/** Answers that come after their agent's time, or after the crowd was told of them. */
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import * as States from "../States.js"
import type { Unit } from "../Units.js"

/**
 * Whether answers of the agent would be late ones: their time is over, or the crowd has heard of a submission, and no
 * answers are here. Whoever has given the unit back has withdrawn.
 */
export const isLate = ({ answers, status }: Pick<Agent, "answers" | "status">): boolean =>
  Option.isNone(answers) && (status === "expired" || status === "completed")

/** Whether late answers are still taken: as long as nobody else has the unit. */
export const isTakenLate = (agent: Pick<Agent, "answers" | "status">, unit: Pick<Unit, "status">): boolean =>
  isLate(agent) && (agent.status === "completed" || Option.isSome(States.nextUnit(unit.status, "completeLate")))
