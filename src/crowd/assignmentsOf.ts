import * as Effect from "effect/Effect"
import type { Agent } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import { byId } from "../journal/payload.js"
import type { Assignment, Service } from "../TaskRuns.js"

/** The assignments that these agents work on, by their ids; each is read once. */
export const assignmentsOf = (
  runs: Service,
  agents: ReadonlyArray<Agent>
): Effect.Effect<ReadonlyMap<string, Assignment>, StoreError> =>
  Effect.map(runs.assignments([...new Set(agents.map(({ assignment }) => assignment))]), byId)
