/** Ids as they are typed: each decoded, or told what it looks like. */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { AgentId, RunId, Token } from "../Ids.js"
import { program } from "./manifest.js"

const decodeId = <A>(schema: Schema.Schema<A, string>, what: string) => {
  const decode = Schema.decodeOption(schema)
  return (text: string) =>
    Option.match(decode(text), {
      onNone: () => Effect.fail(HelpDoc.p(`"${text}" is not ${what}`)),
      onSome: Effect.succeed
    })
}

export const decodeRun = decodeId(RunId, `the id of a run; it begins with run_, and ${program} runs shows it`)

export const decodeAgent = decodeId(
  AgentId,
  "the id of an agent; it begins with agent_, and the results have it as AgentId"
)

export const decodeToken = decodeId(Token, `the token of an uncertain effect; ${program} resume shows them`)
