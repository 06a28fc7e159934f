import * as Arr from "effect/Array"
import * as Option from "effect/Option"
import { AgentStatus, hasLeft, nextUnit, type UnitStatus, unitSources } from "../States.js"

/** The status from which a unit is claimed. @internal */
export const claimedFrom: UnitStatus = Option.getOrThrow(Arr.head(unitSources("assign")))

/** The status it has then. @internal */
export const claimedAs: UnitStatus = Option.getOrThrow(nextUnit(claimedFrom, "assign"))

/** Of agents who have left: they do not keep their worker from the assignment. @internal */
export const leftAs: ReadonlyArray<AgentStatus> = AgentStatus.literals.filter(hasLeft)
