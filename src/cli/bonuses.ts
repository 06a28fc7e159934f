/** The command that pays bonuses, one or a file of them. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as BonusFile from "../batch/BonusFile.js"
import * as Crowd from "../Crowd.js"
import type { RunId } from "../Ids.js"
import * as Money from "../Money.js"
import { type TaskRun, TaskRuns } from "../TaskRuns.js"
import { BonusesNotPaid, UsageError } from "./failure.js"
import * as format from "./format.js"
import * as Progress from "./Progress.js"
import * as Session from "./Session.js"
import * as shared from "./shared.js"
import * as summary from "./summary.js"
import * as workers from "./workers.js"

/** What their crowd calls a worker who is named by that or by their id. */
const nameOf = (worker: string) =>
  workers.known(worker).pipe(
    Effect.map(({ name }) => name),
    Effect.catchTag("WorkerNotFound", () => Effect.succeed(worker))
  )

/** A row of the file as it is paid: a worker named by their id is called as their crowd calls them. */
const toBonus = ({ amount, key, line, reason, target }: BonusFile.Bonus) =>
  Effect.gen(function* () {
    const rest = { line, amount, reason, key: Option.getOrUndefined(key) }
    if (target._tag === "Agent") return { ...rest, to: target }
    return { ...rest, to: { _tag: "Worker" as const, name: yield* nameOf(target.worker) } }
  })

/** Pays the whole file; answers what could not be paid. */
const payAll = (run: RunId, file: BonusFile.BonusFile) =>
  Effect.gen(function* () {
    const progress = yield* Progress.make("paying", { total: file.count, done: 0 })
    return yield* Crowd.bonuses(run, Stream.mapEffect(file.rows, toBonus)).pipe(
      Stream.mapAccum(1, (done, paid) => [done + 1, { ...paid, done }]),
      Stream.tap(({ done }) => progress.at(done)),
      Stream.filterMap(({ bonus, outcome }) =>
        Option.map(Either.getLeft(outcome), (error) => ({ line: bonus.line, error }))
      ),
      Stream.runCollect,
      Effect.map((all) => Array.from(all).sort((a, b) => a.line - b.line)),
      Effect.ensuring(progress.clear)
    )
  })

const file = Args.text({ name: "file" }).pipe(
  Args.withDescription("CSV with the columns amount, reason, agent or worker, and perhaps key"),
  Args.optional
)

const text = (name: string, description: string, pseudoName = "TEXT") =>
  Options.text(name).pipe(
    Options.withPseudoName(pseudoName),
    Options.withDescription(`${description}; in place of a file`),
    Options.optional
  )

const one = {
  agent: Options.optional(shared.agentOption),
  worker: Options.optional(shared.workerOption),
  amount: text("amount", "How much, in the currency of the task, such as 0.25", "AMOUNT"),
  reason: text("reason", "Why; shown to the worker"),
  key: text("key", "Another one for a second bonus that is otherwise the same")
}

interface One extends shared.Named {
  readonly amount: Option.Option<string>
  readonly reason: Option.Option<string>
  readonly key: Option.Option<string>
}

const usage =
  "Name a file of bonuses, or give one with --agent ID (or --worker NAME), --amount AMOUNT and --reason TEXT."

const amountOf = (text: string, currency: Money.Currency): Effect.Effect<Money.Money, UsageError> =>
  Either.match(Money.parse(text, currency), {
    onLeft: (fault) => new UsageError({ message: `--amount ${text} cannot be: ${fault}` }),
    onRight: (money) =>
      money.minor > 0 ? Effect.succeed(money) : new UsageError({ message: `--amount ${text} is nothing to pay.` })
  })

const targetOf = (run: RunId, whose: shared.Whose) =>
  whose._tag === "Agent"
    ? Effect.as(shared.checkAgent(run, whose.agent), whose)
    : Effect.map(workers.find(whose.worker), ({ name }) => ({ _tag: "Worker" as const, name }))

/** Pays one bonus; answers how much. */
const payOne = (run: TaskRun, given: One) =>
  Effect.gen(function* () {
    const whose = yield* shared.whose(given, usage)
    if (Option.isNone(given.amount) || Option.isNone(given.reason)) return yield* new UsageError({ message: usage })
    const amount = yield* amountOf(given.amount.value, run.task.reward.currency)
    const to = yield* targetOf(run.id, whose)
    const bonus = { to, amount, reason: given.reason.value, key: Option.getOrUndefined(given.key) }
    yield* Stream.runForEach(Crowd.bonuses(run.id, Stream.make(bonus)), ({ outcome }) => outcome)
    return { count: 1, total: amount }
  })

const payFile = (run: TaskRun, path: string) =>
  Effect.gen(function* () {
    const file = yield* BonusFile.read(path, run.task.reward.currency, { nameOf })
    const notPaid = yield* payAll(run.id, file)
    if (notPaid.length > 0) return yield* new BonusesNotPaid({ path, paid: file.count - notPaid.length, notPaid })
    return { count: file.count, total: file.total }
  })

export const bonus = Command.make("bonus", { run: shared.runArg, file, ...one, ...Session.options }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const { agent, amount, key, reason, worker } = given
      const isOne = [agent, worker, amount, reason, key].some(Option.isSome)
      if (Option.isSome(given.file) === isOne) return yield* new UsageError({ message: usage })
      const run = yield* (yield* TaskRuns).get(given.run)
      const { count, total } = Option.isSome(given.file)
        ? yield* payFile(run, given.file.value)
        : yield* payOne(run, given)
      const { cost } = yield* (yield* TaskRuns).summary(run.id)
      yield* summary.answer(
        { run: run.id, bonuses: count, total, cost },
        () =>
          `${run.id}: ${format.count(count, "bonus", "bonuses")} paid, ${Money.format(total)}; ${format.total(cost)} paid so far.`
      )
    })
  )
).pipe(Command.withDescription("Pay a bonus, or a file of them; again to pay what failed, nothing is paid twice"))
