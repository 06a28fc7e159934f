/** Where people go who are done: only once their outcome is stored, and the same however often they ask. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent, Service } from "../Agents.js"
import type { IneligibleReason } from "../CrowdError.js"
import type { Leaving, Outcome } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as States from "../States.js"
import * as Engine from "./engine.js"

/** None as long as the worker holds the unit, and for work of which the answers are not here. */
const outcomeOf = ({ answers, outcome, status }: Agent): Option.Option<Outcome> => {
  if (States.hasLeft(status) && Option.isSome(outcome)) return outcome
  switch (status) {
    case "accepted":
    case "in_task":
    case "disconnected":
      return Option.none()
    case "returned":
      return Option.some("returned")
    case "expired":
      return Option.some("timedOut")
    case "completed":
    case "approved":
    case "soft_rejected":
    case "rejected":
      return Option.as(answers, "completed")
  }
}

const outcomeOfRefusal = ({ _tag }: IneligibleReason): Outcome =>
  _tag === "Blocked" || _tag === "LacksQualification" ? "notAllowed" : "noWork"

export const make = (engine: Engine.Service): Pick<Service, "exit" | "refusalExit"> => {
  const { agent, driver, run } = engine

  const leave = (leaving: Leaving) => (driver.exit === undefined ? Effect.succeedNone : retrying(driver.exit(leaving)))

  return {
    exit: (id) =>
      Effect.gen(function* () {
        const found = yield* agent(id)
        const outcome = outcomeOf(found)
        if (Option.isNone(outcome)) return Option.none()
        const { answers: _, ...outline } = found
        return yield* leave({
          run: yield* Engine.runOf(engine, found.run),
          agent: Option.some(outline),
          arrival: Option.none(),
          outcome: outcome.value
        })
      }),
    refusalExit: (id, reason, providerData) =>
      Effect.gen(function* () {
        const found = yield* run(id)
        const { arrival } = yield* driver.arrivals(providerData, found)
        return yield* leave({
          run: found,
          agent: Option.none(),
          arrival: Option.some(arrival),
          outcome: outcomeOfRefusal(reason)
        })
      })
  }
}
