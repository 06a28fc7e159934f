/** Where people go who are done here, or who get nothing. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents } from "../../Agents.js"
import type { NotEligible } from "../../CrowdError.js"
import type { AgentId } from "../../Ids.js"
import type { Json } from "../../Json.js"
import { Provider } from "../../Provider.js"
import { isTakenLate } from "../../provider/submissions.js"
import { hasLeft } from "../../States.js"
import { Units } from "../../Units.js"
import { toWorkers } from "../providerErrors.js"
import { TurnedAway } from "../WorkApi.js"

export const make = Effect.gen(function* () {
  const { hasExits } = yield* Provider
  const agents = yield* Agents
  const units = yield* Units

  /** What whoever gets no unit is told. */
  const turnAway = ({ reason, run, worker }: NotEligible, said: Json) =>
    Effect.flatMap(
      toWorkers(hasExits ? agents.refusalExit(run, reason, said) : Effect.succeedNone),
      (exit) => new TurnedAway({ run, worker, reason, exit: Option.getOrNull(exit) })
    )

  /** How the agent's visit ended. */
  const departure = (id: AgentId) =>
    Effect.gen(function* () {
      const agent = yield* agents.get(id)
      const unit = yield* Effect.catchTag(
        Effect.asSome(units.get(agent.unit)),
        "UnitNotFound",
        () => Effect.succeedNone
      )
      return {
        agent: id,
        status: agent.status,
        outcome: hasLeft(agent.status) ? Option.getOrNull(agent.outcome) : null,
        answered: Option.isSome(agent.answers),
        takes: hasExits && Option.exists(unit, (unit) => isTakenLate(agent, unit)),
        exit: Option.getOrNull(yield* toWorkers(agents.exit(id)))
      }
    })

  return { turnAway, departure }
})
