/** The command resume: finishes what a crash or a lost answer left unfinished. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Intent, Journal, type Settlement } from "../../Journal.js"
import { TaskRuns } from "../../TaskRuns.js"
import { NotFinished } from "../failure.js"
import { globalOptions } from "../globalOptions.js"
import { decodeToken } from "../ids.js"
import { runArg } from "../runArgument.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

const tokensOption = (name: string, description: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("TOKEN"),
    Options.withDescription(`${description}; may be given several times`),
    Options.repeated,
    Options.mapEffect((all) => Effect.mapError(Effect.forEach(all, decodeToken), ValidationError.invalidValue))
  )

const toUncertain = ({ id, kind, subject }: Intent) => ({ token: id, operation: kind, subject })

const settledText = (settled: Settlement, uncertain: ReadonlyArray<ReturnType<typeof toUncertain>>): string => {
  const counts = `${settled.done} done, ${settled.failed} failed, ${settled.uncertain} uncertain, ${settled.pending} pending`
  const found = Object.values(settled).every((n) => n === 0)
    ? "Nothing was left unfinished."
    : `Finished what was left: ${counts}.`
  if (uncertain.length === 0) return found
  const rows = uncertain.map(({ operation, subject, token }) => `  ${token}  ${operation} of ${subject}`)
  return [
    found,
    "",
    "It is not known whether these reached the crowd. Look there, then say so with --confirm TOKEN or --deny TOKEN:",
    ...rows
  ].join("\n")
}

const messageOf = Schema.decodeUnknownOption(Schema.Struct({ message: Schema.String }))

/** Why they are still pending, each reason once. */
const reasonsOf = <E, R>(pending: Stream.Stream<Intent, E, R>) =>
  Effect.map(Stream.runCollect(Stream.filterMap(pending, ({ error }) => Option.flatMap(error, messageOf))), (errors) =>
    Arr.dedupe(Array.from(errors, ({ message }) => message))
  )

const confirm = tokensOption("confirm", "An uncertain effect that did reach the crowd")

const deny = tokensOption("deny", "An uncertain effect that did not reach the crowd")

export const resume = Command.make("resume", { run: Args.optional(runArg), confirm, deny, ...globalOptions }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const journal = yield* Journal
      const run = Option.getOrUndefined(given.run)
      if (run !== undefined) yield* (yield* TaskRuns).get(run)
      yield* Effect.forEach(given.confirm, (token) => journal.resolve(token, "happened"))
      yield* Effect.forEach(given.deny, (token) => journal.resolve(token, "did_not_happen"))
      const begun = yield* DateTime.now
      const settled = yield* journal.settle(run)
      const uncertain = yield* Stream.runCollect(Stream.map(journal.list("uncertain", run), toUncertain))
      const all = Chunk.toReadonlyArray(uncertain)
      if (settled.pending + settled.failed > 0) {
        if (all.length > 0 && !(yield* Session.Session).json) yield* print(settledText(settled, all))
        const failedNow = Stream.filter(journal.list("failed", run), ({ settledAt }) =>
          Option.exists(settledAt, DateTime.greaterThanOrEqualTo(begun))
        )
        const reasons = yield* reasonsOf(Stream.concat(journal.list("pending", run), failedNow))
        return yield* new NotFinished({ settled, reasons })
      }
      yield* summary.answer({ settled, uncertain: all }, () => settledText(settled, all))
    })
  )
).pipe(Command.withDescription("Finish what a crash or a lost answer left unfinished, in one run or in all"))
