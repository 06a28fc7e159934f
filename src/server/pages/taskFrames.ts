/** The pages of tasks, in their frames: a run's template filled with a row, or what a `TaskSource` shows. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Agent, Agents } from "../../Agents.js"
import * as TaskPage from "../../batch/TaskPage.js"
import type { StoreError } from "../../CrowdError.js"
import { AgentId, type AssignmentId, RunId } from "../../Ids.js"
import { boundedMap } from "../../internal/boundedMap.js"
import { sandbox } from "../../internal/sandbox.js"
import { type Task, TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import { Workers } from "../../Workers.js"
import * as Keys from "../keys.js"
import { noneIfNotFound } from "../notFound.js"
import { TaskSource } from "../TaskSource.js"
import * as visitors from "../visitors.js"
import * as frameOrigin from "./frameOrigin.js"

/** The task's page is the requester's: it may do what it likes, in an origin of its own that nothing else is in. */
const framePolicy = `sandbox ${sandbox}`

/** Where it has an origin that has a name, only the pages that know of it show it, or a marketplace those. */
const namedFramePolicy = (pages: string, isAlone: boolean): string =>
  `${framePolicy} allow-same-origin; frame-ancestors ${isAlone ? pages : "*"}`

const frame = (html: string, policy = framePolicy) =>
  HttpServerResponse.text(html, {
    contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": policy, "cross-origin-resource-policy": "same-origin" }
  })

const decodeRun = Schema.decodeUnknownOption(Schema.Struct({ run: RunId }))

const decodePage = Schema.decodeUnknownOption(Schema.Struct({ run: RunId, key: Schema.String, page: Schema.String }))

const decodeAgent = Schema.decodeOption(AgentId)

/** A page of a run: nobody's, or an agent's. */
export type Page =
  | { readonly _tag: "Preview"; readonly run: RunId }
  | { readonly _tag: "Agent"; readonly run: RunId; readonly mode: "work" | "review"; readonly agent: AgentId }

export type Found = Effect.Effect<
  Option.Option<HttpServerResponse.HttpServerResponse>,
  StoreError,
  HttpServerRequest.HttpServerRequest
>

/** A run's template made ready, and its task. */
interface Known {
  readonly prepared: TaskPage.Prepared
  readonly task: Task
}

/** Templates of runs, made ready once. */
const makeTemplates = Effect.map(TaskRuns, (runs) => {
  const known = boundedMap<Known>(64)
  return (run: RunId) => {
    const before = known.get(run)
    if (before !== undefined) return Effect.succeedSome(before)
    const read = Effect.all({ template: runs.template(run), run: runs.get(run) })
    return Effect.map(
      noneIfNotFound(read),
      Option.map(({ run: { id, task }, template }) => {
        const made = { prepared: TaskPage.prepare(template, task), task }
        known.set(id, made)
        return made
      })
    )
  }
})

/** The pages of a `TaskSource`, if there is one and the page is from there. */
const makeElsewhere = Effect.map(Effect.serviceOption(TaskSource), (source) => {
  const known = boundedMap<TaskPage.Prepared>(64)

  const prepared = (html: string): TaskPage.Prepared => {
    const made = known.get(html) ?? TaskPage.prepare(html)
    known.set(html, made)
    return made
  }

  return (assignment: AssignmentId, agent: Option.Option<Agent>, options: TaskPage.RenderOptions) =>
    Effect.gen(function* () {
      if (Option.isNone(source)) return Option.none()
      const request = yield* HttpServerRequest.HttpServerRequest
      const shown = yield* source.value.shown({ assignment, agent, mode: options.mode, request })
      return Option.map(shown, (shown) => {
        if (shown._tag === "Address") return HttpServerResponse.redirect(shown.address)
        const [path = "", query = ""] = request.url.split("?", 2)
        if (new URLSearchParams(query).toString() !== shown.query) {
          return HttpServerResponse.redirect(`${path}?${shown.query}`)
        }
        return frame(TaskPage.render(prepared(shown.html), {}, options))
      })
    })
})

/** A row's page, from wherever it is. */
const makeRender = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const origins = yield* frameOrigin.Frames
  const { isTold } = yield* visitors.make
  const knownOf = yield* makeTemplates
  const fromElsewhere = yield* makeElsewhere

  return (run: RunId, assignment: AssignmentId, agent: Option.Option<Agent>, options: TaskPage.RenderOptions): Found =>
    Effect.gen(function* () {
      const other = yield* fromElsewhere(assignment, agent, options)
      if (Option.isSome(other)) return other
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const found = Option.all({ known: yield* knownOf(run), assignment: yield* runs.assignment(assignment) })
      return Option.map(found, ({ assignment: { inputs }, known: { prepared, task } }) => {
        const around =
          options.mode === "work" ? frameOrigin.pagesAround(origins, task, headers["host"] ?? "") : undefined
        return frame(
          TaskPage.render(prepared, inputs, { ...options, around }),
          around === undefined ? framePolicy : namedFramePolicy(around, isTold)
        )
      })
    })
})

/** Which page an address names, if its keys are right. */
const makeAddresses = Effect.map(Keys.Keys, (keys) => {
  const named = (run: RunId, page: string): Option.Option<Page> => {
    if (page === "preview") return Option.some({ _tag: "Preview", run })
    const [mode, id, key = ""] = page.split(".")
    if (mode !== "work" && mode !== "review") return Option.none()
    return Option.filterMap(decodeAgent(id ?? ""), (agent) =>
      keys.isFrameKey(mode, agent, key) ? Option.some({ _tag: "Agent", run, mode, agent }) : Option.none()
    )
  }

  return (params: unknown): Option.Option<Page> =>
    decodePage(params).pipe(
      Option.filter(({ key, run }) => keys.isRunKey(run, key)),
      Option.flatMap(({ page, run }) => named(run, page))
    )
})

/** The tasks of runs and agents, filled in. */
export const make = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const units = yield* Units
  const workers = yield* Workers
  const agents = yield* Agents
  const keys = yield* Keys.Keys
  const source = yield* Effect.serviceOption(TaskSource)
  const render = yield* makeRender
  const asked = yield* makeAddresses

  /** Whether the visitor may see the run's page before they have accepted anything. */
  const mayPreview = (run: RunId, { worker }: visitors.Visitor) =>
    Effect.gen(function* () {
      if (Option.isNone(source)) return true
      const id = Option.map(yield* visitors.workerOf(workers, worker), ({ id }) => id)
      return (yield* source.value.access(run, id)).sees === "page"
    })

  const preview = (run: RunId, who: visitors.Visitor): Found =>
    Effect.gen(function* () {
      if (!(yield* mayPreview(run, who))) return Option.none()
      const first = yield* Stream.runHead(units.list(run, { limit: 1 }))
      if (Option.isNone(first)) return Option.none()
      return yield* render(run, first.value.assignment, Option.none(), { mode: "preview" })
    })

  const agentPage = ({ agent: id, mode, run }: Page & { readonly _tag: "Agent" }): Found =>
    Effect.gen(function* () {
      const agent = Option.filter(yield* noneIfNotFound(agents.get(id)), (agent) => agent.run === run)
      if (Option.isNone(agent)) return Option.none()
      const { answers, assignment } = agent.value
      const options: TaskPage.RenderOptions =
        mode === "work" ? { mode: "work" } : { mode: "review", answers: Option.getOrUndefined(answers) }
      return yield* render(run, assignment, agent, options)
    })

  /** Relative addresses in a page lead to the files of its run. */
  const toPreview = (params: unknown, { url }: HttpServerRequest.HttpServerRequest): Found =>
    Option.match(decodeRun(params), {
      onNone: () => Effect.succeedNone,
      onSome: ({ run }) =>
        Effect.map(
          noneIfNotFound(runs.get(run)),
          Option.map(({ id }) => HttpServerResponse.redirect(`${keys.previewPath(id)}${/\?.*$/s.exec(url)?.[0] ?? ""}`))
        )
    })

  return { asked, toPreview, preview, agentPage }
})
