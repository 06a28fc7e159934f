/** Deciding about submitted work: which submissions are meant, and how it is told what was decided. */
import * as Options from "@effect/cli/Options"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Agents, type Decided } from "../Agents.js"
import type { AgentId, RunId } from "../Ids.js"
import { TaskRuns } from "../TaskRuns.js"
import { agentOption, checkAgent, type Named, type Whose, whose, workerOption } from "./agentOrWorker.js"
import * as format from "./format.js"
import * as summary from "./summary.js"
import * as workerArgument from "./workerArgument.js"

export const feedback = Options.text("feedback").pipe(Options.withPseudoName("TEXT"))

export const maybeFeedback = feedback.pipe(Options.withDescription("Shown to the worker"), Options.optional)

/** One submission, or all that a worker has waiting in the run. */
export const submissions = {
  agent: Options.optional(agentOption),
  worker: workerOption.pipe(
    Options.withDescription("All that wait of this worker: what the crowd calls them, or their id here"),
    Options.optional
  )
}

/** What waits for a decision in the run, of one worker. */
const waitingOf = (run: RunId, name: string) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { id } = yield* workerArgument.find(name)
    const found = yield* Stream.runCollect(agents.submissions(run, { status: "completed", worker: id }))
    return Chunk.toReadonlyArray(Chunk.map(found, ({ id }) => id))
  })

/** The submissions that are meant, of which there may be none. */
const meant = (run: RunId, whose: Whose) =>
  whose._tag === "Agent" ? Effect.as(checkAgent(run, whose.agent), [whose.agent]) : waitingOf(run, whose.worker)

/** How many were decided now, and how many had been before. */
export interface Counts {
  readonly done: number
  readonly repeated: number
}

/** Decides one after the other. A second time goes on where this failed. */
export const decide = <E, R>(run: RunId, whose: Whose, decision: (id: AgentId) => Effect.Effect<Decided, E, R>) =>
  Effect.gen(function* () {
    const ids = yield* meant(run, whose)
    const decided = yield* Effect.forEach(ids, decision)
    const repeated = decided.filter(({ repeated }) => repeated).length
    return { done: decided.length - repeated, repeated } satisfies Counts
  })

const inWords = {
  approved: ["approved", "paid before"],
  rejected: ["rejected and not paid", "rejected before"],
  softRejected: ["paid and kept out of the results", "paid before"]
} as const

/** Tells how much was decided, and what is paid. */
export const tell = (run: RunId, what: keyof typeof inWords, { done, repeated }: Counts) =>
  Effect.gen(function* () {
    const { cost } = yield* (yield* TaskRuns).summary(run)
    const [now, before] = inWords[what]
    const said = repeated === 0 ? "" : ` ${format.count(repeated, "submission")} ${before}; the first feedback stands.`
    yield* summary.answer(
      { run, [what]: done, repeated, cost },
      () => `${run}: ${format.count(done, "submission")} ${now}; ${format.total(cost)} paid so far.${said}`
    )
  })

/** Which of the two options was given, where one has to be. */
export const whoseWork = (given: Named, what: string) =>
  whose(given, `Say what to ${what}: --agent ID for one submission, or --worker NAME for all of one worker.`)
