/** The command submissions: what was submitted, with its answers. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Agent, Agents } from "../../Agents.js"
import { assignmentsOf } from "../../crowd/results.js"
import { SubmissionStatus } from "../../States.js"
import { type Inputs, TaskRuns } from "../../TaskRuns.js"
import { workerOption } from "../agentOrWorker.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import { runArg } from "../runArgument.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as workerArgument from "../workerArgument.js"

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
    ...Option.match(agent.answers, {
      onNone: () => ["  No answers came here: nothing of it is approved unless it is named."],
      onSome: (answers) => lines("Answer", answers)
    }),
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
    answered: Option.isSome(agent.answers),
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
  { run: runArg, worker: Options.optional(workerOption), status, ...globalOptions },
  (given) =>
    Session.withCrowd(
      given,
      Effect.gen(function* () {
        const { json } = yield* Session.Session
        const agents = yield* Agents
        const worker = yield* Effect.transposeMapOption(given.worker, workerArgument.find)
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
