/** What several commands have in common. */
import * as Args from "@effect/cli/Args"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Agents } from "../Agents.js"
import { AgentId, RunId, Token } from "../Ids.js"
import { TaskRuns } from "../TaskRuns.js"
import { nameOf } from "./Database.js"
import { Interrupted, NoRunYet, toJson, UsageError } from "./failure.js"
import { Invocation } from "./Invocation.js"
import { program } from "./manifest.js"
import { print, say } from "./Screen.js"
import { Session } from "./Session.js"

const decodeId = <A>(schema: Schema.Schema<A, string>, what: string) => {
  const decode = Schema.decodeOption(schema)
  return (text: string) =>
    Option.match(decode(text), {
      onNone: () => Effect.fail(HelpDoc.p(`"${text}" is not ${what}`)),
      onSome: Effect.succeed
    })
}

const decodeRun = decodeId(RunId, `the id of a run; it begins with run_, and ${program} runs shows it`)
const decodeAgent = decodeId(
  AgentId,
  "the id of an agent; it begins with agent_, and the results have it as AssignmentId"
)
const decodeToken = decodeId(Token, `the token of an uncertain effect; ${program} resume shows them`)

export const runArg = Args.text({ name: "run" }).pipe(
  Args.withDescription("The id of a run, as crowd runs shows it"),
  Args.mapEffect(decodeRun)
)

export const batchArg = Args.text({ name: "batch" }).pipe(
  Args.withDescription("A directory with task.json, task.html, and data.csv or data.jsonl")
)

export const agentOption = Options.text("agent").pipe(
  Options.withPseudoName("ID"),
  Options.withDescription("The id of an agent; the results have it as AssignmentId"),
  Options.mapEffect((text) => Effect.mapError(decodeAgent(text), ValidationError.invalidValue))
)

export const workerOption = Options.text("worker").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("What the crowd calls the worker (WorkerId in the results), or their id here")
)

export const tokensOption = (name: string, description: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("TOKEN"),
    Options.withDescription(`${description}; may be given several times`),
    Options.repeated,
    Options.mapEffect((all) => Effect.mapError(Effect.forEach(all, decodeToken), ValidationError.invalidValue))
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

const newestRun = Effect.gen(function* () {
  const { database, provider } = yield* Session
  const newest = yield* (yield* TaskRuns).newest
  return yield* Option.match(newest, {
    onNone: () => new NoRunYet({ path: nameOf(database), provider: provider.name }),
    onSome: Effect.succeed
  })
})

export const runOrNewest = (id: Option.Option<RunId>) =>
  Option.match(id, {
    onNone: () => newestRun,
    onSome: (id) => Effect.flatMap(TaskRuns, (runs) => runs.get(id))
  })

/** Says when the person stops the work what to type to go on, and what that does. */
export const stoppable = <A, E, R>(words: string, does: string, work: Effect.Effect<A, E, R>) =>
  Effect.onInterrupt(work, () =>
    Effect.gen(function* () {
      const invocation = yield* Invocation
      const stopped = new Interrupted({ advice: `${invocation.crowd(words)} ${does}` })
      const { json } = yield* Session
      if (json) yield* print(JSON.stringify(toJson(stopped, invocation)))
      yield* say(stopped.message)
    })
  )
