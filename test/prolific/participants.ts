/** Participants of the double who come to our pages, work and leave. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents, Units } from "../../src/index.js"
import type { ProviderData } from "../../src/Prolific.js"
import type * as TaskRuns from "../../src/TaskRuns.js"
import type { Double } from "../support/prolific/double.js"
import { launch, onlyStudy, opened } from "./onProlific.js"

/** A run whose units are out, and its study. */
export const out = (double: Double, rows = 1, more: Partial<TaskRuns.Task> = {}) =>
  Effect.gen(function* () {
    const { id } = yield* opened(rows, more)
    yield* launch(id)
    return { run: id, study: onlyStudy(double) }
  })

/** What our pages read from a link. */
export const dataOf = (link: string): ProviderData => {
  const said = new URL(link).searchParams
  const token = said.get("prolific_token")
  return {
    participant: said.get("PROLIFIC_PID") ?? "",
    study: said.get("STUDY_ID") ?? "",
    submission: said.get("SESSION_ID") ?? "",
    ...(token === null ? {} : { token })
  }
}

/** Somebody takes a place and is let in. */
export const arrived = (double: Double, run: TaskRuns.TaskRun["id"], participant?: string) =>
  Effect.gen(function* () {
    const { link, submission } = double.people.arrive(onlyStudy(double).id, participant)
    const agent = yield* Effect.flatMap(Agents.Agents, (agents) => agents.register(run, dataOf(link)))
    return { agent, submission, link }
  })

const codeOf = (double: Double, type: "MANUALLY_REVIEW" | "REQUEST_RETURN"): string => {
  const codes = onlyStudy(double).fields.completion_codes ?? []
  return codes.find(({ actions }) => actions.some(({ action }) => action === type))?.code ?? ""
}

export const completedCode = (double: Double): string => codeOf(double, "MANUALLY_REVIEW")
export const noWorkCode = (double: Double): string => codeOf(double, "REQUEST_RETURN")

/** Somebody is let in, hands in their answers, and leaves by the address they are given. */
export const finished = (double: Double, run: TaskRuns.TaskRun["id"], participant?: string) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const { agent, submission } = yield* arrived(double, run, participant)
    yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "good" } })
    const exit = Option.getOrThrow(yield* agents.exit(agent.id))
    const code = exit._tag === "Redirect" ? new URL(exit.url).searchParams.get("cc") : exit.code
    double.people.submit(submission, code ?? "")
    return { agent, submission }
  })

export const sync = (run: TaskRuns.TaskRun["id"]) => Effect.flatMap(Units.Units, (units) => units.sync(run))

export const submissionOf = (double: Double, id: string) => {
  const found = double.world.submissions.get(id)
  if (found === undefined) throw new Error(`no submission ${id}`)
  return found
}
