/** Commands over a run: status, expire, resume, sync, export. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Conductor from "../Conductor.js"
import type { RunId } from "../Ids.js"
import { type Intent, Journal, type Settlement } from "../Journal.js"
import { type Summary, TaskRuns } from "../TaskRuns.js"
import { Units } from "../Units.js"
import * as crowds from "./crowds.js"
import * as expiring from "./expiring.js"
import { NotFinished } from "./failure.js"
import * as format from "./format.js"
import * as Invocation from "./Invocation.js"
import * as results from "./results.js"
import { print } from "./Screen.js"
import * as Session from "./Session.js"
import * as shared from "./shared.js"
import * as summary from "./summary.js"

const watch = Options.boolean("watch").pipe(
  Options.withDescription("Print it again as it changes, until every unit is decided; JSON Lines with --json")
)

const summaryOf = (run: RunId) => Effect.flatMap(TaskRuns, (runs) => runs.summary(run))

const line = (now: DateTime.Utc, current: Summary): string =>
  `${DateTime.formatIso(now).slice(11, 19)}  ${summary.inWords(current)}`

/** Every state of the run that is unlike the one before, up to the last one. */
const changing = (run: RunId) =>
  Stream.repeatEffectWithSchedule(summaryOf(run), Schedule.spaced("1 second")).pipe(
    Stream.takeUntil(Conductor.isDecided),
    Stream.changesWith((a, b) => summary.inWords(a) === summary.inWords(b))
  )

const watchRun = (run: RunId) =>
  Stream.runForEach(changing(run), (current) =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      yield* summary.answer(summary.toJson(current), () => line(now, current))
    })
  )

const othersShown = 5

/** Where no run was named, the other ones are worth knowing, whatever crowds they are on. */
const showOthers = (shown: RunId) =>
  Effect.gen(function* () {
    const newest = yield* Stream.runCollect(Stream.take(crowds.runs, othersShown + 1))
    const others = Chunk.toReadonlyArray(newest)
      .map(({ found }) => found)
      .filter(({ id }) => id !== shown)
      .slice(0, othersShown)
    if (others.length === 0) return
    const rows = others.map(({ id, name }) => `  ${id}  ${format.plain(name)}`)
    yield* print(["", "Earlier runs:", ...rows, `${yield* Invocation.crowd("runs")} shows all.`].join("\n"))
  })

export const status = Command.make(
  "status",
  { run: Args.optional(shared.runArg), watch, ...Session.options },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const run = yield* shared.runOrNewest(given.run)
        const { json } = yield* Session.Session
        if (given.watch) yield* watchRun(run.id)
        if (given.watch && json) return
        yield* summary.show(yield* summaryOf(run.id))
        if (!json && Option.isNone(given.run)) yield* showOthers(run.id)
      })
    )
).pipe(
  Command.withDescription(
    "Counts per state, cost so far, median time, hourly wage; of the newest run, if none is named"
  )
)

const wait = Options.boolean("wait").pipe(Options.withDescription("Stay until nobody is at work on the run any more"))

const expiredText = ({ current, left }: expiring.Expired, waiting: string): string => {
  const { assigned, expired } = current.units
  const late = assigned === 0 ? "Work" : format.count(assigned, "unit")
  const working =
    left === 0
      ? "Nobody is at work on it."
      : `${late} may still come in for ${format.clock(left)}; ${waiting} stays for it.`
  return `${current.run}: ${format.count(expired, "unit")} expired. ${working}`
}

export const expire = Command.make("expire", { run: shared.runArg, wait, ...Session.options }, (given) =>
  Session.withCrowd(
    given,
    shared.stoppable(
      `expire ${given.run} --wait`,
      "goes on waiting.",
      Effect.gen(function* () {
        const expired = yield* expiring.expire(given.run, { wait: given.wait })
        const { current, left } = expired
        const waiting = yield* Invocation.crowd(`expire ${given.run} --wait`)
        yield* summary.answer({ run: given.run, units: current.units, waitMillis: left }, () =>
          expiredText(expired, waiting)
        )
      })
    )
  )
).pipe(Command.withDescription("Take every undecided unit back from the crowd"))

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
    "It is not known whether these reached the crowd. Look there, then say so with --happened TOKEN or --not-happened TOKEN:",
    ...rows
  ].join("\n")
}

const messageOf = Schema.decodeUnknownOption(Schema.Struct({ message: Schema.String }))

/** Why they are still pending, each reason once. */
const reasonsOf = <E, R>(pending: Stream.Stream<Intent, E, R>) =>
  Effect.map(Stream.runCollect(Stream.filterMap(pending, ({ error }) => Option.flatMap(error, messageOf))), (errors) =>
    Arr.dedupe(Array.from(errors, ({ message }) => message))
  )

const happened = shared.tokensOption("happened", "An uncertain effect that did reach the crowd")

const notHappened = shared.tokensOption("not-happened", "An uncertain effect that did not reach the crowd")

export const resume = Command.make(
  "resume",
  { run: Args.optional(shared.runArg), happened, notHappened, ...Session.options },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const journal = yield* Journal
        const run = Option.getOrUndefined(given.run)
        if (run !== undefined) yield* (yield* TaskRuns).get(run)
        yield* Effect.forEach(given.happened, (token) => journal.resolve(token, "happened"))
        yield* Effect.forEach(given.notHappened, (token) => journal.resolve(token, "did_not_happen"))
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

export const sync = Command.make("sync", { run: shared.runArg, ...Session.options }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const changed = yield* (yield* Units).sync(given.run)
      yield* summary.answer(
        { run: given.run, changed },
        () => `${given.run} is in step with the crowd; ${format.count(changed, "record")} changed.`
      )
    })
  )
).pipe(Command.withDescription("Bring the records of a run in step with the crowd's"))

const resultsFormat = Options.choice("format", ["csv", "jsonl"]).pipe(
  Options.withDescription("csv with MTurk's column names, or JSON Lines; csv unless the file ends in .jsonl"),
  Options.optional
)

export const exporting = Command.make(
  "export",
  {
    run: shared.runArg,
    format: resultsFormat,
    out: results.out("<batch>-results.csv or .jsonl"),
    force: results.force,
    excel: results.excel,
    ...Session.options
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
