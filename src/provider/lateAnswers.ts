/** Answers that come after their agent's time, or after the crowd was told of them. */
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import * as States from "../States.js"
import type { Unit } from "../Units.js"

/**
 * Whether answers of an agent who does not hold the unit any more are still taken, at a crowd that people have to be sent
 * back to: after the time is over as long as nobody else has it, and once where the crowd has heard of a submission and
 * its answers are not here. Whoever has given it back has withdrawn.
 */
export const isTakenLate = (
  { answers, status }: Pick<Agent, "answers" | "status">,
  unit: Pick<Unit, "status">
): boolean =>
  status === "expired"
    ? Option.isSome(States.nextUnit(unit.status, "completeLate"))
    : status === "completed" && Option.isNone(answers)
