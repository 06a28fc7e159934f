/** The help of the command and of each of its commands: what `@effect/cli` knows of them, every option described once. */
import { stripVTControlCharacters } from "node:util"
import * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"
import * as Options from "@effect/cli/Options"
import * as Usage from "@effect/cli/Usage"
import * as Arr from "effect/Array"
import * as Option from "effect/Option"
import { suggestion } from "../internal/text.js"
import { globalOptions } from "./globalOptions.js"

/** A command, as `@effect/cli` describes it. */
export interface Described {
  readonly name: string
  readonly usage: Usage.Usage
  readonly help: HelpDoc.HelpDoc
}

export const textOf = (doc: HelpDoc.HelpDoc): string => stripVTControlCharacters(HelpDoc.toAnsiText(doc)).trim()

/** The options of all commands, each with how it is written, and whether a value follows. */
const common = new Map(
  Object.values<Options.Options<unknown>>(globalOptions).flatMap((option) =>
    Option.toArray(Options.getIdentifier(option)).map((name) => [
      name,
      { usage: textOf(Usage.getHelp(Options.getUsage(option))), takesValue: !Options.isBool(option) }
    ])
  )
)

const ofAllCommands = [...common.keys()]

const textOfSpan = (span: Span.Span): string => textOf(HelpDoc.p(span))

const parts = (doc: HelpDoc.HelpDoc): ReadonlyArray<HelpDoc.HelpDoc> =>
  doc._tag === "Sequence" ? [...parts(doc.left), ...parts(doc.right)] : [doc]

/** What `@effect/cli` says of its own accord, after what a thing is of type. */
const ofItsOwn = /^This (setting|option|argument) /

/** Of a thing that was described several times, the last description: it is about the narrowest use. */
const describedOnce = (about: HelpDoc.HelpDoc): HelpDoc.HelpDoc => {
  const [type, ...others] = parts(about).filter(HelpDoc.isParagraph)
  return others.filter((one) => !ofItsOwn.test(textOf(one))).at(-1) ?? type ?? HelpDoc.empty
}

const isCommon = (term: Span.Span): boolean => common.has(textOfSpan(term).split(" ", 1).join())

const listed = (part: HelpDoc.HelpDoc, isListed: (term: Span.Span) => boolean): HelpDoc.HelpDoc =>
  HelpDoc.isDescriptionList(part)
    ? HelpDoc.blocks(
        part.definitions
          .filter(([term]) => isListed(term))
          .map(([term, about]) => HelpDoc.descriptionList([[term, describedOnce(about)]]))
      )
    : part

const usageOf = (words: string): HelpDoc.HelpDoc => HelpDoc.blocks([HelpDoc.h1("USAGE"), HelpDoc.p(`$ ${words}`)])

const withoutCommon = (usage: string): string =>
  [...common.values()].reduce((words, option) => words.replace(` ${option.usage}`, ""), usage)

/** The help of one command; it ends with its options. Of a name of two words, the second is in the usage. */
export const ofCommand = ({ help, name, usage }: Described): HelpDoc.HelpDoc =>
  HelpDoc.blocks([
    usageOf(`crowd ${name.replace(/\S+$/, "")}${withoutCommon(textOf(Usage.getHelp(usage)))}`),
    ...parts(help).map((part) => listed(part, (term) => !isCommon(term))),
    HelpDoc.p(`Besides, for all commands (see crowd --help): ${ofAllCommands.join(", ")}`)
  ])

const aboutOf = ({ help }: Described): string => textOf(parts(help).find(HelpDoc.isParagraph) ?? HelpDoc.empty)

const listOf = (commands: ReadonlyArray<Described>): HelpDoc.HelpDoc => {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map((one) => HelpDoc.p(`${one.name.padEnd(width)}  ${aboutOf(one)}`))
  return Arr.isNonEmptyReadonlyArray(lines) ? HelpDoc.enumeration(lines) : HelpDoc.empty
}

/** The help of the whole: the options of all commands, and every command with what it does. */
export const ofAll = (whole: Described, commands: ReadonlyArray<Described>): HelpDoc.HelpDoc =>
  HelpDoc.blocks([
    usageOf(`${whole.name} [options] <command>`),
    ...parts(whole.help).map((part) => (HelpDoc.isEnumeration(part) ? listOf(commands) : listed(part, () => true)))
  ])

/** Options that `@effect/cli` answers itself. */
const builtIn = ["--help", "-h", "--version", "--wizard", "--completions", "--log-level"]

/** The first word that is neither an option of all commands nor its value: it names the command. */
export const commandIn = (words: ReadonlyArray<string>): string | undefined => {
  const [head, ...rest] = words
  if (head === undefined || !head.startsWith("-")) return head
  const takesValue = common.get(head)?.takesValue ?? false
  return common.has(head.split("=", 1).join()) ? commandIn(takesValue ? rest.slice(1) : rest) : head
}

/** What is wrong with the word where a command should be, and what may have been meant. */
export const faultOf = (word: string, commands: ReadonlyArray<string>): string | undefined => {
  if (commands.includes(word) || builtIn.includes(word)) return undefined
  return word.startsWith("-")
    ? `There is no option ${word} of all commands; ${suggestion(word, ofAllCommands)}`
    : `There is no command "${word}"; ${suggestion(word, commands)}`
}
