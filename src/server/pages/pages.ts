/** What a browser opens: the shells of the two apps, their scripts and styles, and the frames that tasks run in. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
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
import { assets } from "../../internal/assets.js"
import { boundedMap } from "../../internal/boundedMap.js"
import { sandbox } from "../../internal/sandbox.js"
import { type Task, TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import { Workers } from "../../Workers.js"
import * as errorPages from "../errorPages.js"
import * as Keys from "../keys.js"
import { noneIfNotFound } from "../notFound.js"
import * as storeErrors from "../storeErrors.js"
import { TaskSource } from "../TaskSource.js"
import * as visitors from "../visitors.js"
import * as frames from "./frames.js"
import * as media from "./media.js"

/** Nothing but our own scripts runs in the apps. */
const appPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'"
].join("; ")

/** Pages of our own people are in nobody's frame, and post to nobody. */
const alone = "form-action 'self'; frame-ancestors 'none'"

/** Marketplaces show a worker's page in a frame of theirs, and have it post to them what was done. */
const framed = "form-action http: https:; frame-ancestors *"

/** Tasks are in frames of ours; those from elsewhere may be at any address. */
const frameSources = (origins: Option.Option<frames.Origins>, isFromElsewhere: boolean): string => {
  const others = Option.toArray(Option.map(origins, ({ frames }) => frames))
  return ["frame-src 'self'", ...others, ...(isFromElsewhere ? ["http:", "https:"] : [])].join(" ")
}

/** The task's page is the requester's: it may do what it likes, in an origin of its own that nothing else is in. */
const framePolicy = `sandbox ${sandbox}`

/** Where it has an origin that has a name, only the pages that know of it show it, or a marketplace those. */
const namedFramePolicy = (pages: string, isAlone: boolean): string =>
  `${framePolicy} allow-same-origin; frame-ancestors ${isAlone ? pages : "*"}`

const shell = (title: string, app: "worker" | "console", policy: string) =>
  HttpServerResponse.text(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/${app}.css">
<script type="module" src="/assets/${app}.js"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript.</noscript></body>
</html>
`,
    { contentType: "text/html; charset=utf-8", headers: { "content-security-policy": policy } }
  )

const forUs = { "cross-origin-resource-policy": "same-origin" }
/** Shims are for pages of other sites, too, and for tasks in their frames. */
const forEverybody = { "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*" }

const encoder = new TextEncoder()

/** Encoded once, for whoever asks, and asks again. */
const assetBodies: ReadonlyMap<string, Uint8Array> = new Map(
  Object.entries(assets).map(([name, { body }]) => [name, encoder.encode(body)])
)

const asset = (request: HttpServerRequest.HttpServerRequest) => {
  const name = request.url.replace(/^\/assets\//, "").replace(/\?.*$/, "")
  const found = Object.hasOwn(assets, name) ? assets[name] : undefined
  const body = assetBodies.get(name)
  if (found === undefined || body === undefined) return notFound
  const audience = name.startsWith("shim/") ? forEverybody : forUs
  const headers = { etag: found.etag, "cache-control": "no-cache", ...audience }
  return request.headers["if-none-match"] === found.etag
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.uint8Array(body, { contentType: found.type, headers })
}

const notFound = HttpServerResponse.text("There is nothing here.", { status: 404 })

const nothingHere = errorPages.page({
  status: 404,
  title: "There is nothing here",
  words: ["The address may be mistyped, or what was here is gone."],
  link: { to: "/", text: "See all tasks" }
})

const frame = (html: string, policy = framePolicy) =>
  HttpServerResponse.text(html, {
    contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": policy, ...forUs }
  })

const decodeRun = Schema.decodeUnknownOption(Schema.Struct({ run: RunId }))

const decodePage = Schema.decodeUnknownOption(Schema.Struct({ run: RunId, key: Schema.String, page: Schema.String }))

const decodeAgent = Schema.decodeOption(AgentId)

/** A page of a run: nobody's, or an agent's. */
type Page =
  | { readonly _tag: "Preview"; readonly run: RunId }
  | { readonly _tag: "Agent"; readonly run: RunId; readonly mode: "work" | "review"; readonly agent: AgentId }

type Found = Effect.Effect<
  Option.Option<HttpServerResponse.HttpServerResponse>,
  StoreError,
  HttpServerRequest.HttpServerRequest
>

const unavailable = (error: StoreError) => Effect.succeed(storeErrors.response(error))

const answer = (found: Found) =>
  found.pipe(Effect.map(Option.getOrElse(() => notFound)), Effect.catchTag("StoreError", unavailable))

/** A run's template made ready, and its task. */
interface Known {
  readonly prepared: TaskPage.Prepared
  readonly task: Task
}

/** The tasks of runs and agents, filled in. */
const taskPages = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const units = yield* Units
  const workers = yield* Workers
  const agents = yield* Agents
  const keys = yield* Keys.Keys
  const origins = yield* frames.Frames
  const { isTold } = yield* visitors.make
  const source = yield* Effect.serviceOption(TaskSource)
  const known = boundedMap<Known>(64)
  const preparedElsewhere = boundedMap<TaskPage.Prepared>(64)

  const knownOf = (run: RunId) => {
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

  const pageFromElsewhere = (html: string): TaskPage.Prepared => {
    const made = preparedElsewhere.get(html) ?? TaskPage.prepare(html)
    preparedElsewhere.set(html, made)
    return made
  }

  const fromElsewhere = (assignment: AssignmentId, agent: Option.Option<Agent>, options: TaskPage.RenderOptions) =>
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
        return frame(TaskPage.render(pageFromElsewhere(shown.html), {}, options))
      })
    })

  const render = (
    run: RunId,
    assignment: AssignmentId,
    agent: Option.Option<Agent>,
    options: TaskPage.RenderOptions
  ): Found =>
    Effect.gen(function* () {
      const other = yield* fromElsewhere(assignment, agent, options)
      if (Option.isSome(other)) return other
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const found = Option.all({ known: yield* knownOf(run), assignment: yield* runs.assignment(assignment) })
      return Option.map(found, ({ assignment: { inputs }, known: { prepared, task } }) => {
        const around = options.mode === "work" ? frames.pagesAround(origins, task, headers["host"] ?? "") : undefined
        return frame(
          TaskPage.render(prepared, inputs, { ...options, around }),
          around === undefined ? framePolicy : namedFramePolicy(around, isTold)
        )
      })
    })

  /** Whether the visitor may see the run's page before they have accepted anything. */
  const mayPreview = (run: RunId, { worker }: visitors.Visitor) =>
    Effect.gen(function* () {
      if (Option.isNone(source)) return true
      const known = yield* Effect.transposeMapOption(worker, (name) => noneIfNotFound(workers.findByName(name)))
      const id = Option.map(Option.flatten(known), ({ id }) => id)
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

  const named = (run: RunId, page: string): Option.Option<Page> => {
    if (page === "preview") return Option.some({ _tag: "Preview", run })
    const [mode, id, key = ""] = page.split(".")
    if (mode !== "work" && mode !== "review") return Option.none()
    return Option.filterMap(decodeAgent(id ?? ""), (agent) =>
      keys.isFrameKey(mode, agent, key) ? Option.some({ _tag: "Agent", run, mode, agent }) : Option.none()
    )
  }

  /** The page that was asked for, if its keys are right. */
  const asked = (params: unknown): Option.Option<Page> =>
    decodePage(params).pipe(
      Option.filter(({ key, run }) => keys.isRunKey(run, key)),
      Option.flatMap(({ page, run }) => named(run, page))
    )

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

  return {
    asked,
    toPreview,
    preview,
    agentPage,
    media: media.served(runs, keys)
  }
})

/** Crowds outside are told one address for all tasks, and open it with the run in its query. */
const taskOf = (request: HttpServerRequest.HttpServerRequest) => {
  const query = request.url.replace(/^[^?]*\??/, "")
  const run = Option.filter(Option.fromNullable(new URLSearchParams(query).get("run")), Schema.is(RunId))
  return Option.match(run, {
    onNone: () => (errorPages.isForPeople(request) ? nothingHere : notFound),
    onSome: (run) => HttpServerResponse.redirect(`/task/${run}?${query}`)
  })
}

export const layer = HttpLayerRouter.use((router) =>
  Effect.gen(function* () {
    const { agentPage, asked, media, preview, toPreview } = yield* taskPages
    const { isTold, visitor } = yield* visitors.make
    const sources = frameSources(yield* frames.Frames, Option.isSome(yield* Effect.serviceOption(TaskSource)))
    const worker = shell("Tasks", "worker", [appPolicy, sources, isTold ? alone : framed].join("; "))
    const console = shell("Console", "console", [appPolicy, sources, alone].join("; "))
    const welcome = (found: (who: visitors.Visitor) => Found) =>
      Effect.flatMap(visitor, (who) => answer(found(who))).pipe(
        Effect.catchTags({
          Unwelcome: ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 403 })),
          StoreError: unavailable
        })
      )
    yield* router.add("*", "/*", (request) => Effect.succeed(errorPages.isForPeople(request) ? nothingHere : notFound))
    yield* router.add("GET", "/", Effect.succeed(worker))
    yield* router.add("GET", "/task", (request) => Effect.succeed(taskOf(request)))
    yield* router.add("GET", "/task/:run", Effect.succeed(worker))
    yield* router.add("GET", "/console", Effect.succeed(console))
    yield* router.add("GET", "/console/*", Effect.succeed(console))
    yield* router.add("GET", "/assets/*", (request) => Effect.succeed(asset(request)))
    yield* router.add("GET", "/frame/preview/:run", (request) =>
      Effect.flatMap(HttpLayerRouter.params, (params) => welcome(() => toPreview(params, request)))
    )
    // Whoever reviews need not be among those who may take part.
    const frame = (params: unknown) =>
      Option.match(asked(params), {
        onNone: () => Effect.succeed(notFound),
        onSome: (asked) => {
          if (asked._tag === "Preview") return welcome((who) => preview(asked.run, who))
          return asked.mode === "review" ? answer(agentPage(asked)) : welcome(() => agentPage(asked))
        }
      })
    yield* router.add("GET", "/frame/:run/:key/:page", Effect.flatMap(HttpLayerRouter.params, frame))
    yield* router.add("GET", "/frame/:run/:key/media/*", (request) =>
      Effect.flatMap(HttpLayerRouter.params, (params) => answer(media(params, request)))
    )
  })
)
