import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"

/** From accept to submit, in milliseconds. */
export const medianTime = (agents: ReadonlyArray<Agent>): Option.Option<number> => {
  const times = agents
    .flatMap((agent) =>
      Option.match(agent.submittedAt, {
        onNone: () => [],
        onSome: (at) => [DateTime.distance(agent.acceptedAt, at)]
      })
    )
    .sort((a, b) => a - b)
  return Option.fromNullable(times[Math.floor((times.length - 1) / 2)])
}
