/** Commands over a batch: init, plan, launch. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Batch from "../Batch.js"
import * as Samples from "../batch/Samples.js"
import * as Crowd from "../Crowd.js"
import type { RequesterId } from "../Ids.js"
import { shellWord } from "../internal/text.js"
import * as Money from "../Money.js"
import { TaskRuns } from "../TaskRuns.js"
import { UsageError } from "./failure.js"
import * as format from "./format.js"
import * as Invocation from "./Invocation.js"
import * as Progress from "./Progress.js"
import * as permissions from "./permissions.js"
import * as places from "./places.js"
import * as providers from "./providers.js"
import { say } from "./Screen.js"
import * as Session from "./Session.js"
import * as shared from "./shared.js"
import * as summary from "./summary.js"
import * as warnings from "./warnings.js"

const sample = Options.text("sample").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Which sample; sentiment by default"),
  Options.optional
)

const from = Options.text("from").pipe(
  Options.withPseudoName("FOLDER"),
  Options.withDescription("A folder of images: each becomes a row, and a file of the batch's media/"),
  Options.optional
)

interface Start {
  readonly dir: string
  readonly sample: Option.Option<string>
  readonly from: Option.Option<string>
}

/** Says what it was made of. */
const write = ({ dir, from, sample }: Start) =>
  Effect.gen(function* () {
    if (Option.isNone(from)) {
      const name = Option.getOrElse(sample, () => "sentiment")
      yield* Samples.copy(name, dir)
      return { sample: name }
    }
    if (Option.isSome(sample)) {
      return yield* new UsageError({ message: "--from has a task of its own to start from. Leave --sample out." })
    }
    yield* Samples.fromFolder(from.value, dir)
    return { from: from.value }
  })

export const init = Command.make(
  "init",
  { dir: Args.text({ name: "dir" }).pipe(Args.withDescription("A new directory")), sample, from, ...Session.options },
  (given) =>
    Session.withSession(
      given,
      Effect.gen(function* () {
        const made = yield* write(given)
        const next = yield* Invocation.crowd(`run ${shellWord(given.dir)}`)
        yield* summary.answer(
          { batch: given.dir, ...made },
          () => `${given.dir} is a batch to start from. Try it: ${next}`
        )
      }),
      providers.mock
    )
).pipe(Command.withDescription("Write a batch to start from"))

/** What `crowd init --help` has to say of the file it writes. */
export const aboutSettings = `TASK.JSON\n\n${format.table(
  Batch.settings.map(({ about, byDefault, name }) => [name, `${byDefault.padEnd(12)}  ${about}`]),
  18
)}`

const encodePlan = Schema.encodeSync(Crowd.Plan)

const planText = (plan: Crowd.Plan): string => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["assignments", format.number(plan.assignments)],
    ["units", format.number(plan.units)],
    ["", ""],
    ["reward", `${Money.format(plan.reward)} a unit`],
    ["fee", `${Money.format(plan.fee)} a unit`],
    ["rewards", Money.format(plan.rewards)],
    ["fees", Money.format(plan.fees)],
    ["total", Money.format(plan.total)],
    ...Option.match(plan.available, {
      onNone: () => [],
      onSome: (money) => [["balance", Money.format(money)] as const]
    })
  ]
  const isShort = Option.exists(plan.available, ({ minor }) => minor < plan.total.minor)
  const title = `${format.plain(plan.name)}  ${plan.provider}, ${plan.mode}`
  const end = isShort ? "The balance does not pay for all of it. Nothing was sent." : "Nothing was sent."
  return [title, "", format.table(rows, 11), "", ...warnings.lines(plan), end].join("\n")
}

/** Where `crowd run` and `crowd serve` will show it. */
const where = { url: places.options.url, framesUrl: places.options.framesUrl }

export const plan = Command.make(
  "plan",
  { batch: shared.batchArg, strict: warnings.strict, ...where, ...Session.options },
  (given) =>
    Session.withBatch(given, (read) =>
      Effect.gen(function* () {
        const batch = yield* permissions.warned(read, given)
        yield* warnings.check(batch, given)
        const { provider } = yield* Session.Session
        const planned = Effect.flatMap(provider.requester, ({ id }) => Crowd.plan(batch, id))
        const plan = yield* Session.overDatabase("pretend", planned)
        yield* summary.answer(encodePlan(plan), () => planText(plan))
      })
    )
).pipe(Command.withDescription("What a batch would cost; sends nothing"))

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

const limit = Options.integer("limit").pipe(
  Options.withPseudoName("N"),
  Options.withDescription("Launch at most N units now, not N rows: one unit of each row first, then the next of each"),
  Options.mapEffect((n) =>
    n > 0 ? Effect.succeed(n) : Effect.fail(ValidationError.invalidValue(HelpDoc.p(`--limit ${n} is not 1 or more`)))
  ),
  Options.optional
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

export const launchBatch = (
  batch: Batch.Batch,
  options: { readonly fresh: boolean; readonly limit?: number | undefined }
) =>
  Effect.gen(function* () {
    const { provider } = yield* Session.Session
    const requester = yield* provider.requester
    const plan = yield* Crowd.plan(batch, requester.id)
    yield* warnings.sayAll(batch)
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

/** Says how to go on when the person stops the command. */
export const stoppable = <A, E, R>(command: string, batch: string, work: Effect.Effect<A, E, R>) =>
  shared.stoppable(`${command} ${shellWord(batch)}`, "continues where this stopped, and launches nothing twice.", work)

export const launch = Command.make(
  "launch",
  { batch: shared.batchArg, limit, new: fresh, strict: warnings.strict, ...where, ...Session.options },
  (given) =>
    Session.withBatch(given, (read) =>
      Effect.gen(function* () {
        const batch = yield* permissions.warned(read, given)
        yield* warnings.check(batch, given)
        const options = { fresh: given.new, limit: Option.getOrUndefined(given.limit) }
        const launched = Effect.gen(function* () {
          const run = yield* launchBatch(batch, options)
          yield* summary.show(yield* (yield* TaskRuns).summary(run.id), batch)
        })
        yield* Session.overDatabase("make", stoppable("launch", given.batch, launched))
      })
    )
).pipe(Command.withDescription("Launch a batch; again to continue where it stopped"))
