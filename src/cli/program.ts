/** The whole command: the words after `crowd` in, an exit code out. */

import { stripVTControlCharacters } from "node:util"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as HashMap from "effect/HashMap"
import { harmless } from "../internal/text.js"
import { approve } from "./commands/approve.js"
import { block } from "./commands/block.js"
import { bonus } from "./commands/bonus.js"
import { decisions } from "./commands/decisions.js"
import { expire } from "./commands/expire.js"
import { exporting } from "./commands/export.js"
import { freeName } from "./commands/freeName.js"
import { aboutSettings, init } from "./commands/init.js"
import { launch } from "./commands/launch.js"
import { mturkServer } from "./commands/mturkServer.js"
import { panel } from "./commands/panel.js"
import { plan } from "./commands/plan.js"
import { register } from "./commands/register.js"
import { reject } from "./commands/reject.js"
import { relaunch } from "./commands/relaunch.js"
import { resume } from "./commands/resume.js"
import { run as runBatch } from "./commands/run.js"
import { runs } from "./commands/runs.js"
import { serve } from "./commands/serve.js"
import { softReject } from "./commands/softReject.js"
import { status } from "./commands/status.js"
import { submissions } from "./commands/submissions.js"
import { sync } from "./commands/sync.js"
import { unblock } from "./commands/unblock.js"
import { describe, describeBug, exitCodeOf, exitCodes, type Failure, toJson, UsageError } from "./failure.js"
import { Before, globalOptions } from "./globalOptions.js"
import * as help from "./help.js"
import * as Invocation from "./Invocation.js"
import { program, version } from "./manifest.js"
import { paintOn, print, Screen, say } from "./Screen.js"

const see = `See ${program} --help.`

const commands = [
  init,
  register,
  plan,
  launch,
  runBatch,
  serve,
  mturkServer,
  runs,
  status,
  submissions,
  approve,
  reject,
  softReject,
  bonus,
  relaunch,
  expire,
  resume,
  sync,
  block,
  unblock,
  freeName,
  exporting,
  decisions,
  panel
] as const

const crowd = Command.make(
  "crowd",
  globalOptions,
  () => new UsageError({ message: `Name a command, such as ${program} run <batch>. ${see}` })
).pipe(
  Command.withDescription("Hire a crowd of people for a batch of tasks"),
  Command.withSubcommands(commands),
  Command.provideSync(Before, (given) => given)
)

const footer = HelpDoc.blocks([
  HelpDoc.h1("MORE"),
  HelpDoc.p(
    "Options of all commands may stand before or after the command's name. crowd <command> --help has the rest."
  ),
  HelpDoc.p(
    "Of run and serve, every option about pages and people may be a variable: CROWD_PORT, CROWD_PROXY_HEADER and so on."
  ),
  HelpDoc.p(
    "CROWD_TOKEN opens the console (by default another one at each start, on Postgres one made from CROWD_SECRET)."
  ),
  HelpDoc.p(
    "mturk finds its credentials as the AWS SDK does, and its address in AWS_ENDPOINT_URL_MTURK; without --live it is the sandbox."
  ),
  HelpDoc.p(
    "prolific finds its token in PROLIFIC_TOKEN and its address in PROLIFIC_URL; without --live it only makes drafts."
  ),
  HelpDoc.p(
    'panel makes codes, and checks links, with PANEL_SECRET; "panel" in task.json says how people come and leave.'
  ),
  HelpDoc.p("CROWD_SECRET is what servers sign with (by default in a file beside the database)."),
  HelpDoc.p("Exit codes: 0 done, 1 failed, 2 wrong usage, 70 a bug, 130 stopped by Ctrl-C.")
])

const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`)

const config = CliConfig.make({ showBuiltIns: false, showTypes: false, isCaseSensitive: true })

const described = (command: CommandDescriptor.Command<unknown>): help.Described => ({
  name: Array.from(CommandDescriptor.getNames(command)).join(),
  usage: CommandDescriptor.getUsage(command),
  help: CommandDescriptor.getHelp(command, config)
})

/** A command that has others is described by these, each with both words for a name. */
const helps = commands.flatMap(({ descriptor }) => {
  const whole = described(descriptor)
  const subcommands = HashMap.toValues(CommandDescriptor.getSubcommands<unknown>(descriptor)).map(described)
  const parts = subcommands.filter(({ name }) => name !== whole.name)
  return parts.length === 0 ? [whole] : parts.map((part) => ({ ...part, name: `${whole.name} ${part.name}` }))
})

const firstWord = (name: string): string => name.split(" ", 1).join()

const names = helps.map(({ name }) => firstWord(name))

/** What `--help` says of the command of that name; without one, of the whole. */
const helpOf = (name: string | undefined): string => {
  const found = helps.filter((one) => firstWord(one.name) === name).map(help.ofCommand)
  if (found.length === 0)
    return HelpDoc.toAnsiText(HelpDoc.blocks([help.ofAll(described(crowd.descriptor), helps), footer]))
  const text = HelpDoc.toAnsiText(HelpDoc.blocks(found))
  return name === "init" ? `${text}\n${aboutSettings}` : text
}

const isAboutHelp = (words: ReadonlyArray<string>): boolean => words.includes("--help") || words.includes("-h")

/** Prints in colours only where there are any. */
const show = (text: string) =>
  Effect.flatMap(Screen, (screen) =>
    print(screen.isColoured(screen.out) ? text.trim() : stripVTControlCharacters(text).trim())
  )

/** Lets `@effect/cli` print where this command prints; what is wrong with the words is told by `tell`. */
const withScreen = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const screen = yield* Screen
    return yield* Effect.withConsole(effect, {
      ...(yield* Effect.console),
      log: (text: unknown) => Effect.provideService(show(String(text)), Screen, screen),
      error: () => Effect.void
    })
  })

const interpret = Command.run(crowd, { name: "crowd", version, executable: "crowd" })

const perform = (words: ReadonlyArray<string>) => {
  const word = help.commandIn(words)
  const fault = word === undefined ? undefined : help.faultOf(word, names)
  if (fault !== undefined) return Effect.fail(new UsageError({ message: `${sentence(fault)} ${see}` }))
  return isAboutHelp(words) ? show(helpOf(word)) : withScreen(interpret(["node", "crowd", ...words]))
}

const tellFailure = (json: boolean, failure: Failure) =>
  Effect.gen(function* () {
    const screen = yield* Screen
    const paint = paintOn(screen, screen.err)
    const invocation = yield* Invocation.Invocation
    if (json) yield* print(JSON.stringify(toJson(failure, invocation)))
    yield* say(`${paint("red", "error:")} ${harmless(describe(failure, invocation))}`)
    return exitCodeOf(failure)
  })

const tellBug = (json: boolean, cause: Cause.Cause<never>) =>
  Effect.gen(function* () {
    const message = describeBug(cause)
    if (json) yield* print(JSON.stringify({ error: { _tag: "Bug", message } }))
    yield* say(harmless(message))
    return exitCodes.bug
  })

const tell = (json: boolean) => (cause: Cause.Cause<Failure | ValidationError.ValidationError>) =>
  Either.match(Cause.failureOrCause(cause), {
    onRight: (defect) =>
      Cause.isInterruptedOnly(defect) ? Effect.succeed(exitCodes.interrupted) : tellBug(json, defect),
    onLeft: (failure) =>
      tellFailure(
        json,
        ValidationError.isValidationError(failure)
          ? new UsageError({ message: `${sentence(help.textOf(failure.error))} ${see}` })
          : failure
      )
  })

/** Runs the command with the words that follow its name; answers the exit code. */
export const run = (words: ReadonlyArray<string>) =>
  perform(words).pipe(
    Effect.as(exitCodes.done),
    Effect.catchAllCause(tell(words.includes("--json"))),
    Effect.provide(CliConfig.layer(config)),
    Effect.provideService(Invocation.Invocation, Invocation.make(words))
  )
