/** Where the results of a run go: a file that holds those of no other, or standard output. */
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Results from "../batch/Results.js"
import * as Crowd from "../Crowd.js"
import type { RunId } from "../Ids.js"
import { fileName, harmless } from "../internal/text.js"
import { type TaskRun, TaskRuns } from "../TaskRuns.js"
import { UsageError } from "./failure.js"
import { Screen } from "./Screen.js"
import { Session } from "./Session.js"
import type { Written } from "./summary.js"

export const out = (byDefault: string) =>
  Options.text("out").pipe(
    Options.withPseudoName("FILE"),
    Options.withDescription(`Where the results go, - for standard output; ${byDefault} here by default`),
    Options.optional
  )

export const force = Options.boolean("force").pipe(
  Options.withDescription("Replace the file, whatever it holds of another run")
)

export const excel = Options.boolean("excel").pipe(
  Options.withDescription("CSV for spreadsheets: with a byte order mark, and formulas made harmless")
)

export interface Target {
  readonly path: string
  readonly format: Results.Format
  /** For spreadsheets. */
  readonly excel: boolean
  /** Whatever the file holds may be replaced. */
  readonly force: boolean
}

export const isStdout = ({ path }: Pick<Target, "path">): boolean => path === "-"

export const formatOf = (path: string): Results.Format => (path.endsWith(".jsonl") ? "jsonl" : "csv")

/** The file for the results of a run: the one asked for, or one named after the batch, here. */
export const fileFor = (out: Option.Option<string>, run: Pick<TaskRun, "name">, format: Results.Format) =>
  Option.getOrElse(out, () => `${fileName(run.name)}-results.${format}`)

/** Fails where there is no folder for the file that the option names. */
export const checkFolder = (path: string, option: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = (yield* Path.Path).dirname(path)
    const isThere = yield* Effect.orElseSucceed(fs.exists(folder), () => true)
    if (!isThere) {
      return yield* new UsageError({
        message: `There is no folder ${folder} for ${path}. Make it, or name another with ${option}.`
      })
    }
  })

const kept = (path: string, what: string) =>
  new UsageError({
    message: `${path} holds ${what}, and was left as it is. Name another file with --out FILE, or replace it with --force.`
  })

/** What the file holds of another run, or of anything else, is not replaced. */
const checkFile = (path: string, run: Option.Option<RunId>) =>
  Effect.gen(function* () {
    const held = yield* Results.runsIn(path)
    if (Option.isNone(held)) return yield* kept(path, "something else than results")
    const others = [...held.value].filter((id) => !Option.contains(run, id))
    if (others.length > 0) return yield* kept(path, `results of another run (${others.join(", ")})`)
  })

/** Fails before any work is done for results that could not be written. */
export const check = (target: Target, run: Option.Option<RunId>) =>
  Effect.gen(function* () {
    const { json } = yield* Session
    if (isStdout(target)) {
      return yield* json
        ? new UsageError({ message: "--out - and --json both print to standard output. Leave one of them out." })
        : Effect.void
    }
    yield* checkFolder(target.path, "--out")
    if (!target.force) yield* checkFile(target.path, run)
  })

/** None where there is no file of them. */
export const write = (run: RunId, target: Target) =>
  Effect.gen(function* () {
    const results = Crowd.results(run)
    const options = { ...target, template: yield* (yield* TaskRuns).template(run) }
    if (isStdout(target)) {
      const { out } = yield* Screen
      yield* Stream.runForEach(Results.encode(results, target.format, options), (text) =>
        Effect.sync(() => out.write(out.isTerminal ? harmless(text) : text))
      )
      return Option.none<Written>()
    }
    if (!target.force) yield* checkFile(target.path, Option.some(run))
    const count = yield* Results.write(results, options)
    return Option.some<Written>({ path: target.path, count })
  })
