/** The command decisions: what was done at a panel's own page comes back. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as decisionFile from "../decisionFile.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

const file = Args.text({ name: "file" }).pipe(
  Args.withDescription("The file of crowd export --decisions, with its column Done filled in")
)

export const decisions = Command.make("decisions", { run: runArg, file, ...globalOptions }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const { before, marked } = yield* decisionFile.read(given.run, given.file)
      const repeated = before === 0 ? "" : `; ${format.number(before)} before`
      yield* summary.answer(
        { run: given.run, marked, before },
        () => `${given.run}: ${format.count(marked, "row")} marked as done${repeated}.`
      )
    })
  )
).pipe(Command.withDescription("Take in what was done at a panel's own page; again to go on, nothing is marked twice"))
