/** Launching a batch, for the commands that do: what it will cost is said first, how far it is meanwhile. */
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Batch from "../Batch.js"
import * as Crowd from "../Crowd.js"
import type { RequesterId } from "../Ids.js"
import * as Money from "../Money.js"
import { Provider } from "../Provider.js"
import { type TaskRun, TaskRuns } from "../TaskRuns.js"
import * as drafts from "./drafts.js"
import { Extras } from "./Extras.js"
import * as format from "./format.js"
import * as Invocation from "./Invocation.js"
import * as Progress from "./Progress.js"
import { say } from "./Screen.js"
import * as Session from "./Session.js"
import { stoppable } from "./stopping.js"
import * as summary from "./summary.js"
import * as warnings from "./warnings.js"

/** `5 units of 2 rows`. */
const unitsOfRows = ({ rows, units }: Crowd.Progress["now"]): string =>
  `${format.count(units, "unit")} of ${format.count(rows, "row")}`

/** `planned 60 units of 20 rows, at most 3.00 USD of 10000.00 USD`. */
const planLine = ({ assignments, available, total, units }: Crowd.Plan): string => {
  const balance = Option.match(available, { onNone: () => "", onSome: (money) => ` of ${Money.format(money)}` })
  return `planned ${unitsOfRows({ units, rows: assignments })}, at most ${Money.format(total)}${balance}`
}

export const fresh = Options.boolean("new").pipe(
  Options.withDescription("Start another run, even where the batch has one")
)

const inAll = ({ total, units }: Crowd.Plan): string => `${format.count(units, "unit")}, at most ${Money.format(total)}`

/** What launching all of the batch costs. */
export const costOf = (batch: Batch.Batch) =>
  Effect.gen(function* () {
    const { id } = yield* (yield* Session.Session).provider.requester
    return inAll(yield* Crowd.plan(batch, id))
  })

/** The run that another one of this batch would stand beside. */
const runBefore = (batch: Batch.Batch, requester: RequesterId) =>
  Effect.flatMap(TaskRuns, (runs) => runs.find({ ...batch, requester })).pipe(
    Effect.map(Option.map(({ id }) => id)),
    Effect.catchTag("BatchChanged", ({ run }) => Effect.succeedSome(run))
  )

/** Says what a run beside the one there is launches again, and what that costs. */
const sayFresh = (batch: Batch.Batch, requester: RequesterId, plan: Crowd.Plan) =>
  Effect.flatMap(
    runBefore(batch, requester),
    Option.match({
      onNone: () => Effect.void,
      onSome: (run) => say(`beside ${run}, --new launches the whole batch again: ${inAll(plan)}`)
    })
  )

interface Launch {
  readonly fresh: boolean
  readonly limit?: number | undefined
}

/** What is to be given to the crowd for its people to come by, where it wants to be given something. */
export const linkOf = (run: TaskRun, url: Option.Option<string>) =>
  Effect.map(Extras, ({ panel }) =>
    Option.flatMap(Option.all({ panel, url }), ({ panel, url }) => panel.link(run, url))
  )

/** Says what it will cost, launches, and shows how far it is. */
export const launchBatch = (batch: Batch.Batch, options: Launch) =>
  Effect.gen(function* () {
    const { provider } = yield* Session.Session
    const requester = yield* provider.requester
    const plan = yield* Crowd.plan(batch, requester.id)
    yield* warnings.sayAll(plan)
    yield* say(planLine(plan))
    if (options.fresh) yield* sayFresh(batch, requester.id, plan)
    const total = batch.count * batch.task.unitsPerAssignment
    const progress = yield* Progress.make("launching", { total, done: 0 })
    const out = yield* Ref.make<Crowd.Progress["now"]>({ units: 0, rows: 0 })
    const run = yield* Crowd.launch(batch, {
      requester: requester.id,
      ...options,
      onProgress: ({ launched, now }) => Effect.zipRight(Ref.set(out, now), progress.at(launched))
    }).pipe(Effect.ensuring(progress.clear))
    if (options.limit !== undefined) yield* say(`--limit ${options.limit}: ${unitsOfRows(yield* out.get)}`)
    return run
  })

interface Asked extends Launch {
  /** Those of the command. */
  readonly words: string
  /** Where people come. */
  readonly url: Option.Option<string>
}

/**
 * Launches, and shows the run as it is then; on a crowd without a test mode, with what there is in place of an offer.
 */
export const launchAndShow = (batch: Batch.Batch, { url, words, ...options }: Asked) =>
  Effect.gen(function* () {
    const run = yield* launchBatch(batch, options)
    const launched = yield* (yield* TaskRuns).summary(run.id)
    const drafted = yield* drafts.ofRun(launched, words)
    if ((yield* Provider).isDraft && drafted === undefined) {
      yield* say(`${run.id} was published before; ${yield* Invocation.crowd(`${words} --live`)} goes on with it.`)
    }
    const link = Option.getOrUndefined(yield* linkOf(run, url))
    yield* summary.show(launched, { warnings: batch.warnings, drafted, link })
  })

/** Says how to go on with the batch when the person stops the command of these words. */
export const stoppableBatch = <A, E, R>(words: string, work: Effect.Effect<A, E, R>) =>
  stoppable(words, "continues where this stopped, and launches nothing twice.", work)
