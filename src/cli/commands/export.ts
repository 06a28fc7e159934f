/** The command export: the results of a run in a file, or what was decided of a panel's people. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunId } from "../../Ids.js"
import * as Money from "../../Money.js"
import { TaskRuns } from "../../TaskRuns.js"
import * as decisionFile from "../decisionFile.js"
import { UsageError } from "../failure.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as results from "../results.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

const resultsFormat = Options.choice("format", ["csv", "jsonl"]).pipe(
  Options.withDescription("csv with MTurk's column names, or JSON Lines; csv unless the file ends in .jsonl"),
  Options.optional
)

const decisions = Options.text("decisions").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription(
    "panel: in place of the results, what was decided, for the panel's own page; - for standard output"
  ),
  Options.optional
)

interface Given extends Pick<results.Target, "excel" | "force"> {
  readonly run: RunId
  readonly format: Option.Option<"csv" | "jsonl">
  readonly out: Option.Option<string>
}

const writeResults = (given: Given) =>
  Effect.gen(function* () {
    const run = yield* (yield* TaskRuns).get(given.run)
    const asked = Option.getOrElse(given.format, () => results.formatOf(Option.getOrElse(given.out, () => "")))
    const target = {
      path: results.fileFor(given.out, run, asked),
      format: asked,
      force: given.force,
      excel: given.excel
    }
    yield* results.check(target, Option.some(run.id))
    const written = yield* results.write(run.id, target)
    yield* Effect.transposeMapOption(written, ({ count, path }) =>
      summary.answer(
        { run: run.id, results: path, format: asked, rows: count },
        () => `${path}: ${format.count(count, "row")}`
      )
    )
  })

const writeDecisions = (given: Given, path: string) =>
  Effect.gen(function* () {
    if (Option.isSome(given.out) || Option.isSome(given.format)) {
      return yield* new UsageError({
        message: "--decisions writes a CSV file in place of the results. Leave --out and --format out."
      })
    }
    const written = yield* decisionFile.write(given.run, { ...given, path })
    yield* Effect.transposeMapOption(written, ({ rows, toDo, total }) =>
      summary.answer(
        { run: given.run, decisions: path, rows, toDo, total },
        () => `${path}: ${format.count(rows, "row")}, ${format.number(toDo)} to be done, ${Money.format(total)}`
      )
    )
  })

export const exporting = Command.make(
  "export",
  {
    run: runArg,
    format: resultsFormat,
    out: results.out("<batch>-results.csv or .jsonl"),
    force: results.force,
    excel: results.excel,
    decisions,
    ...globalOptions
  },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { decisions } = given
        return Option.isSome(decisions) ? yield* writeDecisions(given, decisions.value) : yield* writeResults(given)
      })
    )
).pipe(Command.withDescription("Write the results of a run to a file, or what was decided of a panel's people"))
