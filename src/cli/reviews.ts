/** Commands over submitted work: approve, reject, bonus. */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../Agents.js"
import * as BonusFile from "../batch/BonusFile.js"
import * as Crowd from "../Crowd.js"
import type { AgentId, RunId } from "../Ids.js"
import * as Money from "../Money.js"
import { TaskRuns } from "../TaskRuns.js"
import { BonusesNotPaid, UsageError } from "./failure.js"
import * as format from "./format.js"
import * as Progress from "./Progress.js"
import * as Session from "./Session.js"
import * as shared from "./shared.js"
import * as summary from "./summary.js"
import * as workers from "./workers.js"

const feedback = Options.text("feedback").pipe(Options.withPseudoName("TEXT"))

/** Fails unless the agent worked on that run. */
const checkAgent = (run: RunId, id: AgentId) =>
  Effect.gen(function* () {
    yield* (yield* TaskRuns).get(run)
    const agent = yield* (yield* Agents).get(id)
    if (agent.run !== run) return yield* new UsageError({ message: `${id} worked on ${agent.run}, not on ${run}.` })
  })

const approveAll = (run: RunId) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { units } = yield* (yield* TaskRuns).summary(run)
    const progress = yield* Progress.make("approving", { total: units.completed, done: 0 })
    return yield* agents.approveAll(run).pipe(
      Stream.runFoldEffect(0, (sum, page) => Effect.as(progress.at(sum + page.length), sum + page.length)),
      Effect.ensuring(progress.clear)
    )
  })

const approveOne = (
  run: RunId,
  id: AgentId,
  options: { readonly feedback?: string | undefined; readonly overrideRejection: boolean }
) =>
  Effect.zipRight(
    checkAgent(run, id),
    Effect.flatMap(Agents, (agents) => agents.approve(id, options))
  )

const all = Options.boolean("all").pipe(Options.withDescription("Everything that is submitted and not decided"))

const override = Options.boolean("override-rejection").pipe(
  Options.withDescription("Approve work that was rejected before; with --agent")
)

const tellApproved = (run: RunId, approved: number) =>
  Effect.gen(function* () {
    const { cost } = yield* (yield* TaskRuns).summary(run)
    yield* summary.answer(
      { run, approved, cost },
      () => `${run}: ${format.count(approved, "submission")} approved; ${format.total(cost)} paid so far.`
    )
  })

export const approve = Command.make(
  "approve",
  {
    run: shared.runArg,
    agent: Options.optional(shared.agentOption),
    all,
    feedback: feedback.pipe(Options.withDescription("Shown to the worker; with --agent"), Options.optional),
    override,
    ...Session.options
  },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { agent, all, override, run } = given
        const feedback = Option.getOrUndefined(given.feedback)
        if (Option.isSome(agent) === all) {
          return yield* new UsageError({
            message: "Say what to approve: --agent ID for one submission, or --all for every one."
          })
        }
        if (all && (feedback !== undefined || override)) {
          return yield* new UsageError({
            message: "--feedback and --override-rejection go with --agent, not with --all."
          })
        }
        const approved = Option.isSome(agent)
          ? yield* Effect.as(approveOne(run, agent.value, { feedback, overrideRejection: override }), 1)
          : yield* approveAll(run)
        yield* tellApproved(run, approved)
      })
    )
).pipe(Command.withDescription("Pay for what was submitted"))

export const reject = Command.make(
  "reject",
  {
    run: shared.runArg,
    agent: shared.agentOption,
    feedback: feedback.pipe(Options.withDescription("Why; shown to the worker")),
    ...Session.options
  },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { agent, run } = given
        yield* checkAgent(run, agent)
        yield* (yield* Agents).reject(agent, given.feedback)
        yield* summary.answer({ run, rejected: agent }, () => `${agent} is rejected; nothing is paid for it.`)
      })
    )
).pipe(Command.withDescription("Refuse to pay for one submission"))

/** A row of the file as it is paid: a worker named by their id is called as their crowd calls them. */
const toBonus = ({ amount, key, line, reason, target }: BonusFile.Bonus) =>
  Effect.gen(function* () {
    const rest = { line, amount, reason, key: Option.getOrUndefined(key) }
    if (target._tag === "Agent") return { ...rest, to: target }
    const worker = yield* Effect.option(workers.find(target.worker))
    const name = Option.match(worker, { onNone: () => target.worker, onSome: ({ name }) => name })
    return { ...rest, to: { _tag: "Worker" as const, name } }
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
  Args.withDescription("CSV with the columns amount, reason, agent or worker, and perhaps key")
)

export const bonus = Command.make("bonus", { run: shared.runArg, file, ...Session.options }, (given) =>
  Session.withCrowd(
    given,
    Effect.gen(function* () {
      const run = yield* (yield* TaskRuns).get(given.run)
      const file = yield* BonusFile.read(given.file, run.task.reward.currency)
      const notPaid = yield* payAll(run.id, file)
      const paid = file.count - notPaid.length
      if (notPaid.length > 0) return yield* new BonusesNotPaid({ path: given.file, paid, notPaid })
      const { cost } = yield* (yield* TaskRuns).summary(run.id)
      yield* summary.answer(
        { run: run.id, bonuses: paid, total: file.total, cost },
        () =>
          `${run.id}: ${format.count(paid, "bonus", "bonuses")} paid, ${Money.format(file.total)}; ${format.total(cost)} paid so far.`
      )
    })
  )
).pipe(Command.withDescription("Pay bonuses from a file; again to pay what failed, nothing is paid twice"))
