/** What a browser opens: the two apps, the frames that tasks run in, and the files of batches. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { StoreError } from "../../CrowdError.js"
import { RunId } from "../../Ids.js"
import { TaskRuns } from "../../TaskRuns.js"
import * as errorPages from "../errorPages.js"
import * as Keys from "../keys.js"
import * as storeErrors from "../storeErrors.js"
import { TaskSource } from "../TaskSource.js"
import * as visitors from "../visitors.js"
import * as apps from "./apps.js"
import * as frameOrigin from "./frameOrigin.js"
import * as media from "./media.js"
import * as taskFrames from "./taskFrames.js"

const nothingHere = errorPages.page({
  status: 404,
  title: "There is nothing here",
  words: ["The address may be mistyped, or what was here is gone."],
  link: { to: "/", text: "See all tasks" }
})

const unavailable = (error: StoreError) => Effect.succeed(storeErrors.response(error))

const answer = (found: taskFrames.Found) =>
  found.pipe(Effect.map(Option.getOrElse(() => errorPages.notFound)), Effect.catchTag("StoreError", unavailable))

/** Crowds outside are told one address for all tasks, and open it with the run in its query. */
const taskOf = (request: HttpServerRequest.HttpServerRequest) => {
  const query = request.url.replace(/^[^?]*\??/, "")
  const run = Option.filter(Option.fromNullable(new URLSearchParams(query).get("run")), Schema.is(RunId))
  return Option.match(run, {
    onNone: () => (errorPages.isForPeople(request) ? nothingHere : errorPages.notFound),
    onSome: (run) => HttpServerResponse.redirect(`/task/${run}?${query}`)
  })
}

/** The frames of tasks, and the files that their pages name. */
const addFrames = (router: HttpLayerRouter.HttpRouter) =>
  Effect.gen(function* () {
    const { agentPage, asked, preview, toPreview } = yield* taskFrames.make
    const files = media.served(yield* TaskRuns, yield* Keys.Keys)
    const { visitor } = yield* visitors.make
    const welcome = (found: (who: visitors.Visitor) => taskFrames.Found) =>
      Effect.flatMap(visitor, (who) => answer(found(who))).pipe(
        Effect.catchTags({
          Unwelcome: ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 403 })),
          StoreError: unavailable
        })
      )
    // Whoever reviews need not be among those who may take part.
    const frame = (params: unknown) =>
      Option.match(asked(params), {
        onNone: () => Effect.succeed(errorPages.notFound),
        onSome: (asked) => {
          if (asked._tag === "Preview") return welcome((who) => preview(asked.run, who))
          return asked.mode === "review" ? answer(agentPage(asked)) : welcome(() => agentPage(asked))
        }
      })
    yield* router.add("GET", "/frame/preview/:run", (request) =>
      Effect.flatMap(HttpLayerRouter.params, (params) => welcome(() => toPreview(params, request)))
    )
    yield* router.add("GET", "/frame/:run/:key/:page", Effect.flatMap(HttpLayerRouter.params, frame))
    yield* router.add("GET", "/frame/:run/:key/media/*", (request) =>
      Effect.flatMap(HttpLayerRouter.params, (params) => answer(files(params, request)))
    )
  })

export const layer = HttpLayerRouter.use((router) =>
  Effect.gen(function* () {
    const { isTold } = yield* visitors.make
    const isFromElsewhere = Option.isSome(yield* Effect.serviceOption(TaskSource))
    const around: apps.Around = { origins: yield* frameOrigin.Frames, isFromElsewhere, isTold }
    const worker = Effect.succeed(apps.workerApp(around))
    const console = Effect.succeed(apps.consoleApp(around))
    yield* router.add("*", "/*", (request) =>
      Effect.succeed(errorPages.isForPeople(request) ? nothingHere : errorPages.notFound)
    )
    yield* router.add("GET", "/", worker)
    yield* router.add("GET", "/task", (request) => Effect.succeed(taskOf(request)))
    yield* router.add("GET", "/task/:run", worker)
    yield* router.add("GET", "/console", console)
    yield* router.add("GET", "/console/*", console)
    yield* router.add("GET", "/assets/*", (request) => Effect.succeed(apps.asset(request)))
    yield* addFrames(router)
  })
)
