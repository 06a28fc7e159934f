/** Commands over submitted work: submissions, approve, reject, soft-reject. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Agent, Agents, type Decided } from "../Agents.js"
import { assignmentsOf } from "../crowd/assignmentsOf.js"
import type { AgentId, RunId } from "../Ids.js"
import { SubmissionStatus } from "../States.js"
import { type Inputs, TaskRuns } from "../TaskRuns.js"
import { UsageError } from "./failure.js"
import * as format from "./format.js"
import * as Progress from "./Progress.js"
import { print } from "./Screen.js"
import * as Session from "./Session.js"
import * as shared from "./shared.js"
import * as summary from "./summary.js"
import * as workers from "./workers.js"

const feedback = Options.text("feedback").pipe(Options.withPseudoName("TEXT"))

const maybeFeedback = feedback.pipe(Options.withDescription("Shown to the worker"), Options.optional)

const category = Options.text("category").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Why, in a word; some crowds want one of their own"),
  Options.optional
)

/** One submission, or all that a worker has waiting in the run. */
const named = {
  agent: Options.optional(shared.agentOption),
  worker: shared.workerOption.pipe(
    Options.withDescription("All that wait of this worker: what the crowd calls them, or their id here"),
    Options.optional
  )
}

/** What waits for a decision in the run, of one worker. */
const waitingOf = (run: RunId, name: string) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { id } = yield* workers.find(name)
    const found = yield* Stream.runCollect(agents.submissions(run, { status: "completed", worker: id }))
    return Chunk.toReadonlyArray(Chunk.map(found, ({ id }) => id))
  })

/** The submissions that are meant, of which there may be none. */
const meant = (run: RunId, whose: shared.Whose) =>
  whose._tag === "Agent" ? Effect.as(shared.checkAgent(run, whose.agent), [whose.agent]) : waitingOf(run, whose.worker)

/** How many were decided now, and how many had been before. */
interface Counts {
  readonly done: number
  readonly repeated: number
}

/** Decides one after the other. A second time goes on where this failed. */
const decide = <E, R>(run: RunId, whose: shared.Whose, decision: (id: AgentId) => Effect.Effect<Decided, E, R>) =>
  Effect.gen(function* () {
    const ids = yield* meant(run, whose)
    const decided = yield* Effect.forEach(ids, decision)
    const repeated = decided.filter(({ repeated }) => repeated).length
    return { done: decided.length - repeated, repeated }
  })

const approveAll = (run: RunId) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { units } = yield* (yield* TaskRuns).summary(run)
    const progress = yield* Progress.make("approving", { total: units.completed, done: 0 })
    return yield* agents.approveAll(run).pipe(
      Stream.runFoldEffect(0, (sum, page) => Effect.as(progress.at(sum + page.length), sum + page.length)),
      Effect.map((done): Counts => ({ done, repeated: 0 })),
      Effect.ensuring(progress.clear)
    )
  })

const all = Options.boolean("all").pipe(Options.withDescription("Everything that is submitted and not decided"))

const override = Options.boolean("override-rejection").pipe(
  Options.withDescription("Approve work that was rejected before; with --agent")
)

/** Tells how much was decided, and what is paid. */
const tell = (run: RunId, what: keyof typeof inWords, { done, repeated }: Counts) =>
  Effect.gen(function* () {
    const { cost } = yield* (yield* TaskRuns).summary(run)
    const [now, before] = inWords[what]
    const said = repeated === 0 ? "" : ` ${format.count(repeated, "submission")} ${before}; the first feedback stands.`
    yield* summary.answer(
      { run, [what]: done, repeated, cost },
      () => `${run}: ${format.count(done, "submission")} ${now}; ${format.total(cost)} paid so far.${said}`
    )
  })

const inWords = {
  approved: ["approved", "paid before"],
  rejected: ["rejected and not paid", "rejected before"],
  softRejected: ["paid and kept out of the results", "paid before"]
} as const

const approveUsage =
  "Say what to approve: --agent ID for one submission, or --all for every one, or --worker NAME for all of one worker."

/** None where everybody's is. */
const whoseOrAll = (
  given: shared.Named & { readonly all: boolean }
): Effect.Effect<Option.Option<shared.Whose>, UsageError> => {
  if (!given.all) return Effect.asSome(shared.whose(given, approveUsage))
  return Option.isNone(given.agent) && Option.isNone(given.worker)
    ? Effect.succeedNone
    : new UsageError({ message: approveUsage })
}

export const approve = Command.make(
  "approve",
  { run: shared.runArg, ...named, all, feedback: maybeFeedback, override, ...Session.options },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { all, override, run } = given
        const feedback = Option.getOrUndefined(given.feedback)
        const whose = yield* whoseOrAll(given)
        if (all && feedback !== undefined) {
          return yield* new UsageError({ message: "--feedback does not go with --all." })
        }
        if (override && Option.isNone(given.agent)) {
          return yield* new UsageError({ message: "--override-rejection goes with --agent only." })
        }
        const agents = yield* Agents
        const approveOne = (id: AgentId) => agents.approve(id, { feedback, overrideRejection: override })
        const approved = yield* Option.match(whose, {
          onNone: () => approveAll(run),
          onSome: (whose) => decide(run, whose, approveOne)
        })
        yield* tell(run, "approved", approved)
      })
    )
).pipe(Command.withDescription("Pay for what was submitted"))

const toDecide = (given: shared.Named, what: string) =>
  shared.whose(given, `Say what to ${what}: --agent ID for one submission, or --worker NAME for all of one worker.`)

export const reject = Command.make(
  "reject",
  {
    run: shared.runArg,
    ...named,
    feedback: feedback.pipe(Options.withDescription("Why; shown to the worker")),
    category,
    ...Session.options
  },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const whose = yield* toDecide(given, "reject")
        const agents = yield* Agents
        const rejected = yield* decide(given.run, whose, (id) =>
          agents.reject(id, given.feedback, { category: Option.getOrUndefined(given.category) })
        )
        yield* tell(given.run, "rejected", rejected)
      })
    )
).pipe(Command.withDescription("Refuse to pay for a submission, or for all of a worker"))

export const softReject = Command.make(
  "soft-reject",
  { run: shared.runArg, ...named, feedback: maybeFeedback, ...Session.options },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const whose = yield* toDecide(given, "soft-reject")
        const agents = yield* Agents
        const feedback = Option.getOrUndefined(given.feedback)
        const kept = yield* decide(given.run, whose, (id) => agents.softReject(id, feedback))
        yield* tell(given.run, "softRejected", kept)
      })
    )
).pipe(Command.withDescription("Pay for a submission, or for all of a worker, but keep it out of the results"))

const status = Options.choice("status", SubmissionStatus.literals).pipe(
  Options.withDescription("What has become of them; those that wait for a decision (completed) by default"),
  Options.withDefault("completed" as const)
)

interface Submission {
  readonly agent: Agent
  readonly inputs: Inputs
}

const timeOf = ({ submittedAt }: Agent): string =>
  Option.match(submittedAt, { onNone: () => "", onSome: DateTime.formatIso })

const lines = (title: string, values: Readonly<Record<string, unknown>>): ReadonlyArray<string> =>
  Object.entries(values).map(([name, value]) => `  ${title}.${format.plain(name)}: ${format.plain(value)}`)

const submissionText = ({ agent, inputs }: Submission): string =>
  [
    `${agent.id}  ${format.plain(agent.workerName)}  ${timeOf(agent)}`,
    ...lines("Input", inputs),
    ...lines(
      "Answer",
      Option.getOrElse(agent.answers, () => ({}))
    ),
    ""
  ].join("\n")

const submissionJson = ({ agent, inputs }: Submission): string =>
  JSON.stringify({
    run: agent.run,
    agent: agent.id,
    worker: agent.worker,
    workerName: agent.workerName,
    status: agent.status,
    submittedAt: timeOf(agent),
    inputs,
    answers: Option.getOrElse(agent.answers, () => ({}))
  })

const pageSize = 100

/** Each with the row it answers. */
const withInputs = (page: Chunk.Chunk<Agent>) =>
  Effect.gen(function* () {
    const agents = Chunk.toReadonlyArray(page)
    const assignments = yield* assignmentsOf(yield* TaskRuns, agents)
    return agents.map((agent): Submission => ({ agent, inputs: assignments.get(agent.assignment)?.inputs ?? {} }))
  })

export const submissions = Command.make(
  "submissions",
  { run: shared.runArg, worker: Options.optional(shared.workerOption), status, ...Session.options },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { json } = yield* Session.Session
        const agents = yield* Agents
        const worker = yield* Effect.transposeMapOption(given.worker, workers.find)
        const asked = { status: given.status, worker: Option.getOrUndefined(worker)?.id }
        const shown = agents.submissions(given.run, asked).pipe(
          Stream.grouped(pageSize),
          Stream.mapEffect(withInputs),
          Stream.tap((page) => Effect.forEach(page, (one) => print(json ? submissionJson(one) : submissionText(one)))),
          Stream.runFold(0, (sum, page) => sum + page.length)
        )
        if ((yield* shown) === 0 && !json) yield* print(`${given.run}: there is no such submission.`)
      })
    )
).pipe(Command.withDescription("What was submitted and waits for a decision, with its answers; JSON Lines with --json"))
