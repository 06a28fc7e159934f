/** The command export: the results of a run, in a file. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TaskRuns } from "../../TaskRuns.js"
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

export const exporting = Command.make(
  "export",
  {
    run: runArg,
    format: resultsFormat,
    out: results.out("<batch>-results.csv or .jsonl"),
    force: results.force,
    excel: results.excel,
    ...globalOptions
  },
  (given) =>
    Session.withCrowd(
      given,
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
    )
).pipe(Command.withDescription("Write the results of a run to a file"))
