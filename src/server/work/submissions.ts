/** What workers send in, whichever way it comes: work in which nothing is filled in is refused before it is kept. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { type Agent, Agents, type Service as AgentsService, type Answers, type Submission } from "../../Agents.js"
import * as FormFields from "../../batch/FormFields.js"
import * as Template from "../../batch/Template.js"
import { NothingAnswered, type StoreError } from "../../CrowdError.js"
import type { Driver } from "../../Driver.js"
import type { RunId } from "../../Ids.js"
import { boundedMap } from "../../internal/boundedMap.js"
import type { Json } from "../../Json.js"
import { Provider } from "../../Provider.js"
import { isLate } from "../../provider/submissions.js"
import { agentSources } from "../../States.js"
import { TaskRuns, type Service as TaskRunsService } from "../../TaskRuns.js"
import { noneIfNotFound } from "../notFound.js"
import { TaskSource, type Service as TaskSourceService } from "../TaskSource.js"

type Fields = ReadonlyArray<FormFields.Field>

const isBlank = (value: Json): boolean =>
  value === null || (typeof value === "string" ? value.trim() === "" : Array.isArray(value) && value.length === 0)

/** Of a list each; it is no deeper than a form makes it. */
const isEmpty = (value: Json): boolean => isBlank(value) || (Array.isArray(value) && value.every(isBlank))

const given = (answers: Answers): ReadonlyArray<readonly [string, Json]> =>
  Object.entries(answers).filter(([, value]) => !isEmpty(value))

/** What the page itself wrote, by the names that only hidden fields have. */
type Written = ReadonlyMap<string, ReadonlySet<Json>>

const writtenBy = (fields: Fields): Written => {
  const seen = new Set(fields.filter(({ kind }) => kind !== "hidden").map(({ name }) => name))
  const written = new Map<string, Set<Json>>()
  for (const { name, options } of fields) {
    if (seen.has(name)) continue
    const values = written.get(name) ?? new Set()
    for (const option of options) values.add(option)
    written.set(name, values)
  }
  return written
}

/** What the page itself says in hidden fields is nobody's answer. */
const isOfPage = (written: Written, [name, value]: readonly [string, Json]): boolean => {
  const values = written.get(name)
  return values !== undefined && (Array.isArray(value) ? value : [value]).every((one) => values.has(one))
}

/** A field that workers see, or one that a script of the page's fills in for them. */
const asksSomething = (fields: Fields): boolean =>
  fields.some(({ kind, options }) => kind !== "hidden" || options.every((option) => option.trim() === ""))

/** Whether the page has something to fill in, and none of it is. */
export const isUnanswered = (fields: Fields, answers: Answers): boolean => {
  const written = writtenBy(fields)
  return asksSomething(fields) && given(answers).every((answer) => isOfPage(written, answer))
}

/** A run's page before it is filled. */
interface Page {
  readonly template: Template.Template
  /** The names that hidden fields have; undefined where rows have a say in it. */
  readonly hidden: ReadonlySet<string> | undefined
}

const pageOf = (html: string, options: Template.CompileOptions): Page => {
  const names = FormFields.fromHtml(html).flatMap(({ kind, name }) => (kind === "hidden" ? [name] : []))
  const areFixed = (options.markup ?? []).length === 0 && names.every((name) => !name.includes("${"))
  return { template: Template.compile(html, options), hidden: areFixed ? new Set(names) : undefined }
}

type Source = Pick<TaskSourceService, "shown">

export interface Options {
  readonly agents: AgentsService
  readonly runs: TaskRunsService
  /** Where pages come from that are not made of their run's template. */
  readonly source: Option.Option<Source>
  /** Whether people go on to the crowd from here, whose answers are taken late. */
  readonly hasExits: boolean
  /** How a page says that a visit ended, where the crowd has such pages. */
  readonly outcomeOf?: Driver["outcomeOf"]
}

export interface Service {
  /** The run of this agent need not be looked for when its work comes. */
  readonly expect: (agent: Agent) => void
  /** `Agents.submit`, but fails with NothingAnswered where the form has fields and the answers fill in none of them. */
  readonly submit: (
    submission: Submission
  ) => Effect.Effect<
    Agent,
    NothingAnswered | Effect.Effect.Error<ReturnType<AgentsService["submit"]>>,
    HttpServerRequest.HttpServerRequest
  >
}

const pagesKnown = 64
const agentsKnown = 10_000

export const make = ({ agents, hasExits, outcomeOf, runs, source }: Options): Service => {
  const pages = boundedMap<Page>(pagesKnown)
  const runOf = boundedMap<RunId>(agentsKnown)

  const page = (run: RunId): Effect.Effect<Option.Option<Page>, StoreError> => {
    const known = pages.get(run)
    if (known !== undefined) return Effect.succeedSome(known)
    return Effect.map(
      noneIfNotFound(Effect.all({ html: runs.template(run), run: runs.get(run) })),
      Option.map(({ html, run: { id, task } }) => {
        const made = pageOf(html, task)
        pages.set(id, made)
        return made
      })
    )
  }

  const elsewhere = ({ shown }: Source, agent: Agent) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
      shown({ assignment: agent.assignment, agent: Option.some(agent), mode: "work", request })
    )

  /** Of the page that the agent was shown; none are known of one that is elsewhere. */
  const fieldsOf = (agent: Agent): Effect.Effect<Fields, StoreError, HttpServerRequest.HttpServerRequest> =>
    Effect.gen(function* () {
      const shown = Option.flatten(yield* Effect.transposeMapOption(source, (source) => elsewhere(source, agent)))
      if (Option.isSome(shown)) return shown.value._tag === "Page" ? FormFields.fromHtml(shown.value.html) : []
      const found = Option.all({ page: yield* page(agent.run), row: yield* runs.assignment(agent.assignment) })
      return Option.match(found, {
        onNone: () => [],
        onSome: ({ page, row }) => FormFields.fromHtml(Template.fill(page.template, row.inputs))
      })
    })

  /** Most work has an answer that no hidden field has: its row need not be looked at. */
  const isPlainlyAnswered = ({ agent, answers }: Submission): Effect.Effect<boolean, StoreError> => {
    const run = runOf.get(agent)
    if (run === undefined || Option.isSome(source)) return Effect.succeed(false)
    return Effect.map(
      page(run),
      Option.exists(({ hidden }) => hidden !== undefined && given(answers).some(([name]) => !hidden.has(name)))
    )
  }

  /** Whoever is sent away may have had nothing to fill in. */
  const isSentAway = ({ run }: Agent, answers: Answers): Effect.Effect<boolean, StoreError> =>
    outcomeOf === undefined
      ? Effect.succeed(false)
      : Effect.map(
          noneIfNotFound(runs.get(run)),
          Option.exists((run) => Either.getOrUndefined(outcomeOf(run, answers)) !== "completed")
        )

  const check = (
    submission: Submission
  ): Effect.Effect<void, NothingAnswered | StoreError, HttpServerRequest.HttpServerRequest> =>
    Effect.gen(function* () {
      if (yield* isPlainlyAnswered(submission)) return
      const { agent: id, answers, worker } = submission
      // Of what cannot be submitted, `Agents.submit` says why.
      const agent = Option.filter(
        yield* noneIfNotFound(agents.get(id)),
        (found) =>
          found.worker === worker && (agentSources("submit").includes(found.status) || (hasExits && isLate(found)))
      )
      if (Option.isNone(agent) || (yield* isSentAway(agent.value, answers))) return
      const fields = yield* fieldsOf(agent.value)
      if (isUnanswered(fields, answers)) return yield* new NothingAnswered({ agent: id })
    })

  return {
    expect: ({ id, run }) => runOf.set(id, run),
    submit: (submission) => Effect.zipRight(check(submission), agents.submit(submission))
  }
}

/** Of the server's own pages, and of those from its `TaskSource` if there is one. */
export const ofServer = Effect.gen(function* () {
  const agents = yield* Agents
  const runs = yield* TaskRuns
  const { hasExits, outcomeOf } = yield* Provider
  return make({ agents, runs, source: yield* Effect.serviceOption(TaskSource), hasExits, outcomeOf })
})
