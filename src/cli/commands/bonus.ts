/** The command that pays bonuses, one or a file of them. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as BonusFile from "../../batch/BonusFile.js"
import * as Crowd from "../../Crowd.js"
import type { RunId } from "../../Ids.js"
import * as Money from "../../Money.js"
import { type TaskRun, TaskRuns } from "../../TaskRuns.js"
import type { BonusReceipt } from "../../Workers.js"
import { agentOption, checkAgent, type Named, type Whose, whose, workerOption } from "../agentOrWorker.js"
import * as drafts from "../drafts.js"
import { BonusesNotPaid, UsageError } from "../failure.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as Progress from "../Progress.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"
import * as workerArgument from "../workerArgument.js"

/** What their crowd calls a worker who is named by that or by their id. */
const nameOf = (worker: string) =>
  workerArgument.known(worker).pipe(
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

interface Paid {
  readonly count: number
  readonly total: Money.Money
  /** How many were paid before. */
  readonly repeated: number
}

const withReceipt = ({ count, repeated, total }: Paid, receipt: BonusReceipt): Paid =>
  receipt.repeated
    ? { count, repeated: repeated + 1, total }
    : { count: count + 1, repeated, total: Money.make(total.minor + receipt.amount.minor, total.currency) }

interface Failed {
  readonly line: number
  readonly error: Crowd.BonusError
}

/** Pays the whole file; answers what was paid, and what could not be. */
const payAll = (run: TaskRun, file: BonusFile.BonusFile) =>
  Effect.gen(function* () {
    const progress = yield* Progress.make("paying", { total: file.count, done: 0 })
    const notPaid: Array<Failed> = []
    const none: Paid = { count: 0, repeated: 0, total: Money.zero(run.task.reward.currency) }
    const paid = yield* Crowd.bonuses(run.id, Stream.mapEffect(file.rows, toBonus)).pipe(
      Stream.mapAccum(1, (done, paid) => [done + 1, { ...paid, done }]),
      Stream.tap(({ done }) => progress.at(done)),
      Stream.runFold(none, (paid, { bonus, outcome }) => {
        if (Either.isRight(outcome)) return withReceipt(paid, outcome.right)
        notPaid.push({ line: bonus.line, error: outcome.left })
        return paid
      }),
      Effect.ensuring(progress.clear)
    )
    return { paid, notPaid: notPaid.sort((a, b) => a.line - b.line) }
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
  agent: Options.optional(agentOption),
  worker: Options.optional(workerOption),
  amount: text("amount", "How much, in the currency of the task, such as 0.25", "AMOUNT"),
  reason: text("reason", "Why; shown to the worker"),
  key: text("key", "Another one for a second bonus that is otherwise the same")
}

interface One extends Named {
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

const targetOf = (run: RunId, whose: Whose) =>
  whose._tag === "Agent"
    ? Effect.as(checkAgent(run, whose.agent), whose)
    : Effect.map(workerArgument.find(whose.worker), ({ name }) => ({ _tag: "Worker" as const, name }))

/** Pays one bonus, unless it was paid before. */
const payOne = (run: TaskRun, given: One) =>
  Effect.gen(function* () {
    const named = yield* whose(given, usage)
    if (Option.isNone(given.amount) || Option.isNone(given.reason)) return yield* new UsageError({ message: usage })
    const amount = yield* amountOf(given.amount.value, run.task.reward.currency)
    const to = yield* targetOf(run.id, named)
    const bonus = { to, amount, reason: given.reason.value, key: Option.getOrUndefined(given.key) }
    const none: Paid = { count: 0, repeated: 0, total: Money.zero(amount.currency) }
    return yield* Stream.runFoldEffect(Crowd.bonuses(run.id, Stream.make(bonus)), none, (paid, { outcome }) =>
      Effect.map(outcome, (receipt) => withReceipt(paid, receipt))
    )
  })

const before = (repeated: number): string =>
  repeated === 0 ? "" : ` ${format.count(repeated, "bonus", "bonuses")} paid before.`

const payFile = (run: TaskRun, path: string) =>
  Effect.gen(function* () {
    const file = yield* BonusFile.read(path, run.task.reward.currency, { nameOf })
    const { notPaid, paid } = yield* payAll(run, file)
    if (notPaid.length === 0) return paid
    return yield* new BonusesNotPaid({ path, paid: paid.count, repeated: paid.repeated, notPaid })
  })

export const bonus = Command.make("bonus", { run: runArg, file, ...one, ...globalOptions }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const { agent, amount, key, reason, worker } = given
      const isOne = [agent, worker, amount, reason, key].some(Option.isSome)
      if (Option.isSome(given.file) === isOne) return yield* new UsageError({ message: usage })
      yield* drafts.checkPayingAsked
      const run = yield* (yield* TaskRuns).get(given.run)
      const { count, repeated, total } = Option.isSome(given.file)
        ? yield* payFile(run, given.file.value)
        : yield* payOne(run, given)
      const { cost } = yield* (yield* TaskRuns).summary(run.id)
      yield* summary.answer(
        { run: run.id, bonuses: count, repeated, total, cost },
        () =>
          `${run.id}: ${format.count(count, "bonus", "bonuses")} paid, ${Money.format(total)}; ${format.total(cost)} paid so far.${before(repeated)}`
      )
    })
  )
).pipe(Command.withDescription("Pay a bonus, or a file of them; again to pay what failed, nothing is paid twice"))
