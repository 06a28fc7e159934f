/** The command status: a run at a glance, once or as it changes. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Conductor from "../../Conductor.js"
import type { RunId } from "../../Ids.js"
import { type Summary, TaskRuns } from "../../TaskRuns.js"
import * as findCrowd from "../findCrowd.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as Invocation from "../Invocation.js"
import { runArg, runOrNewest } from "../runArgument.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

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
    const newest = yield* Stream.runCollect(Stream.take(findCrowd.runs, othersShown + 1))
    const others = Chunk.toReadonlyArray(newest)
      .map(({ found }) => found)
      .filter(({ id }) => id !== shown)
      .slice(0, othersShown)
    if (others.length === 0) return
    const rows = others.map(({ id, name }) => `  ${id}  ${format.plain(name)}`)
    yield* print(["", "Earlier runs:", ...rows, `${yield* Invocation.crowd("runs")} shows all.`].join("\n"))
  })

export const status = Command.make("status", { run: Args.optional(runArg), watch, ...globalOptions }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const run = yield* runOrNewest(given.run)
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
