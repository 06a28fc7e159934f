/** Whose work a command is about: one agent's, or all of a worker's. */
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents } from "../Agents.js"
import type { AgentId, RunId } from "../Ids.js"
import { TaskRuns } from "../TaskRuns.js"
import { UsageError } from "./failure.js"
import { decodeAgent } from "./ids.js"

export const agentOption = Options.text("agent").pipe(
  Options.withPseudoName("ID"),
  Options.withDescription("The id of an agent; the results have it as AgentId"),
  Options.mapEffect((text) => Effect.mapError(decodeAgent(text), ValidationError.invalidValue))
)

export const workerOption = Options.text("worker").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("What the crowd calls the worker (WorkerId in the results), or their id here")
)

export interface Named {
  readonly agent: Option.Option<AgentId>
  readonly worker: Option.Option<string>
}

/** One piece of work, or a worker. */
export type Whose =
  | { readonly _tag: "Agent"; readonly agent: AgentId }
  | { readonly _tag: "Worker"; readonly worker: string }

/** Which one of the two options was given. */
export const whose = ({ agent, worker }: Named, usage: string): Effect.Effect<Whose, UsageError> => {
  if (Option.isSome(agent) && Option.isNone(worker)) return Effect.succeed({ _tag: "Agent", agent: agent.value })
  if (Option.isSome(worker) && Option.isNone(agent)) return Effect.succeed({ _tag: "Worker", worker: worker.value })
  return new UsageError({ message: usage })
}

/** Fails unless the agent worked on that run. */
export const checkAgent = (run: RunId, id: AgentId) =>
  Effect.gen(function* () {
    yield* (yield* TaskRuns).get(run)
    const agent = yield* (yield* Agents).get(id)
    if (agent.run !== run) return yield* new UsageError({ message: `${id} worked on ${agent.run}, not on ${run}.` })
  })
