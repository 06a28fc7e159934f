/** What to type next, as whoever called the command would have to type it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { shellWord } from "../internal/text.js"
import * as format from "./format.js"
import { program } from "./manifest.js"

export interface Service {
  /** `resume` as `npx crowd resume --db other.db`, where the database was given so. */
  readonly crowd: (words: string) => string
}

export class Invocation extends Context.Tag("effect-crowd/cli/Invocation")<Invocation, Service>() {}

/** Options that say which database and which crowd it is about. */
const repeated = ["--db", "--provider", "--live", "--question-url", "--fees", "--workspace", "--project"]

const flags = ["--live"]

/** The value of an option; the last one counts. */
const valueOf = (words: ReadonlyArray<string>, option: string): string | undefined => {
  const at = words.findLastIndex((word) => word === option || word.startsWith(`${option}=`))
  return words[at] === option ? words[at + 1] : words[at]?.slice(option.length + 1)
}

const given = (words: ReadonlyArray<string>, option: string): ReadonlyArray<string> => {
  if (flags.includes(option)) return words.includes(option) ? [option] : []
  const value = valueOf(words, option)
  return value === undefined ? [] : [option, shellWord(option === "--db" ? format.database(value) : value)]
}

export const make = (typed: ReadonlyArray<string>): Service => {
  const options = repeated.flatMap((option) => given(typed, option))
  return { crowd: (words) => [program, words, ...options].join(" ") }
}

/** What to type for the command with these words. */
export const crowd = (words: string): Effect.Effect<string, never, Invocation> =>
  Effect.map(Invocation, (invocation) => invocation.crowd(words))
