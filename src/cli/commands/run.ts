/** The command run: launches a batch, stays until every unit is decided, writes the results. */
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Batch } from "../../Batch.js"
import * as Conductor from "../../Conductor.js"
import type * as Owners from "../../Owners.js"
import { Provider } from "../../Provider.js"
import { type Summary, type TaskRun, TaskRuns } from "../../TaskRuns.js"
import { batchArg, checked } from "../batchArgument.js"
import * as cluster from "../cluster.js"
import * as drafts from "../drafts.js"
import { Extras } from "../Extras.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as launching from "../launching.js"
import * as Progress from "../Progress.js"
import * as results from "../results.js"
import { paintOn, Screen, say } from "../Screen.js"
import * as Session from "../Session.js"
import * as serverSettings from "../serverSettings.js"
import * as summary from "../summary.js"
import * as warnings from "../warnings.js"

const approve = Options.boolean("approve").pipe(
  Options.withDescription("Accept what is submitted at once (the default for mock)")
)

const every = Options.text("every").pipe(
  Options.withPseudoName("TIME"),
  Options.withDescription(
    'Time between two looks at the crowd, such as "5 seconds"; mturk and prolific: 20 seconds by default'
  ),
  Options.mapEffect((text) =>
    Option.match(Option.filter(Duration.decodeUnknown(text), Duration.greaterThan(Duration.zero)), {
      onNone: () => Effect.fail(ValidationError.invalidValue(HelpDoc.p(`--every ${text} is no time; "5 seconds" is`))),
      onSome: Effect.succeed
    })
  ),
  Options.optional
)

/**
 * The first to end decides. Unlike `Effect.raceFirst` it is not over before both are, so that no database closes under
 * one.
 */
const firstOf = <A, E, R, B, E2, R2>(a: Effect.Effect<A, E, R>, b: Effect.Effect<B, E2, R2>) =>
  Effect.flatMap(Effect.raceAll([Effect.exit(a), Effect.exit(b)]), (first): Effect.Effect<A | B, E | E2> => first)

/** What there is beside what is decided. */
const pendingOf = ({ units }: Conductor.Progress): string =>
  [
    ...(units.assigned === 0 ? [] : [`${format.number(units.assigned)} in work`]),
    ...(units.completed === 0 ? [] : [`${format.number(units.completed)} to review`])
  ].join(", ")

/** What goes on as long as the run is not decided: its crowd is attended to, and its people's other runs. */
const beside = (run: TaskRun, owners: Option.Option<Owners.Service>) =>
  Effect.flatMap(Session.Session, ({ provider }) =>
    provider.conductsOthers ? cluster.conductRuns(owners, { except: run.id }) : provider.attend(run)
  )

/**
 * Round after round until the run is decided: by this process, in a cluster too, whose owner of the run knows neither
 * `--approve` nor `--every`, and tells its faults elsewhere.
 */
const conduct = (
  run: TaskRun,
  owners: Option.Option<Owners.Service>,
  { approve, every }: Pick<Work, "approve" | "every">
) =>
  Effect.gen(function* () {
    const { provider } = yield* Session.Session
    const before = yield* (yield* TaskRuns).summary(run.id)
    const progress = yield* Progress.make("working", { total: summary.total(before), done: summary.decided(before) })
    const conducted = Conductor.conduct(run.id, {
      approve: approve || provider.approves,
      every: Option.getOrElse(every, () => provider.every),
      onRound: (now) => progress.at(summary.decided(now), provider.approves ? "" : pendingOf(now))
    })
    return yield* Effect.ensuring(firstOf(conducted, beside(run, owners)), progress.clear)
  })

interface Work {
  readonly batch: Batch
  /** Those of the command. */
  readonly words: string
  readonly fresh: boolean
  readonly approve: boolean
  readonly every: Option.Option<Duration.Duration>
  readonly joining: cluster.Given
  /** Where people come to pages of ours. */
  readonly settings: Option.Option<serverSettings.Settings>
}

const urlIn = (settings: Option.Option<serverSettings.Settings>): Option.Option<string> =>
  Option.flatMap(settings, ({ url }) => url)

const openPages = (settings: serverSettings.Settings) =>
  Effect.gen(function* () {
    const pages = yield* Effect.promise(() => import("../pages.js"))
    return yield* pages.open(settings, yield* Extras)
  })

/** Launches the batch and works until it is decided. The pages are there before anybody is sent to them. */
const work = ({ approve, batch, every, fresh, joining, settings }: Work) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { provider } = yield* Session.Session
      const owners = provider.conductsOthers ? yield* cluster.join(joining) : Option.none()
      const opened = yield* cluster.within(owners, Effect.transposeMapOption(settings, openPages))
      const run = yield* launching.launchBatch(batch, { fresh })
      const before = yield* (yield* TaskRuns).summary(run.id)
      if (Conductor.isDecided(before)) {
        yield* say(
          `This batch is done already; nothing was launched. Start another run of it with --new, which launches all of it again: ${yield* launching.costOf(batch)}.`
        )
        return { run, ended: before }
      }
      const link = yield* launching.linkOf(run, urlIn(settings))
      yield* Effect.transposeMapOption(opened, ({ description }) =>
        say([description, ...Option.toArray(Option.map(link, summary.linkInWords))].join("\n"))
      )
      return { run, ended: yield* conduct(run, owners, { approve, every }) }
    })
  )

const settingsFor = (given: serverSettings.Given) =>
  Effect.flatMap(Session.Session, ({ provider }) =>
    provider.serves === "nobody" ? Effect.succeedNone : Effect.asSome(serverSettings.settle(given))
  )

/** How the run ended, where standard output has its results. */
const sayHow = (ended: Summary) =>
  Effect.flatMap(Screen, (screen) => say(summary.toText(ended, Option.none(), paintOn(screen, screen.err))))

/**
 * Works on the batch, then writes the results and tells how it ended. Where nothing is offered there is nothing to wait
 * for.
 */
const workAndWrite = (asked: Work, target: results.Target) =>
  Effect.gen(function* () {
    const { isDraft } = yield* Provider
    if (isDraft) return yield* launching.launchAndShow(asked.batch, { ...asked, url: urlIn(asked.settings) })
    const { ended, run } = yield* work(asked)
    const written = Option.getOrUndefined(yield* results.write(run.id, target))
    yield* results.isStdout(target)
      ? sayHow(ended)
      : summary.show(ended, { results: written, warnings: asked.batch.warnings })
  })

const options = {
  batch: batchArg,
  approve,
  every,
  new: launching.fresh,
  out: results.out("<batch>-results.csv (JSON Lines if it ends in .jsonl)"),
  force: results.force,
  excel: results.excel,
  strict: warnings.strict,
  ...serverSettings.options,
  ...cluster.options,
  ...globalOptions
}

export const run = Command.make("run", options, (given) =>
  Session.withBatch(given, (read, known) =>
    Effect.gen(function* () {
      const batch = yield* checked(read, given)
      const { approve, every, force, excel, new: fresh } = given
      const path = results.fileFor(given.out, batch, "csv")
      const target = { path, format: results.formatOf(path), force, excel }
      yield* results.check(target, fresh ? Option.none() : Option.map(known, ({ id }) => id))
      const overCrowd = Effect.flatMap(settingsFor(given), (settings) => {
        const words = drafts.words("run", given.batch, urlIn(settings))
        const worked = workAndWrite({ batch, words, fresh, approve, every, joining: given, settings }, target)
        return Session.overCrowd(launching.stoppableBatch(words, worked), Option.getOrUndefined(settings))
      })
      yield* Session.overStore("make", overCrowd)
    })
  )
).pipe(Command.withDescription("Launch a batch, work until every unit is decided, write the results"))
