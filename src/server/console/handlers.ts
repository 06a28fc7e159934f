/** The requester's half of the API. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import { Workers } from "../../Workers.js"
import { Api } from "../Api.js"
import { noneIfNotFound } from "../notFound.js"
import * as bonuses from "./bonuses.js"
import * as decisions from "./decisions.js"
import * as events from "./events.js"
import * as results from "./results.js"
import * as consoleRuns from "./runs.js"
import * as submissions from "./submissions.js"

const runsPerPage = 20
const workersPerPage = 25

const collect = <A, E>(stream: Stream.Stream<A, E>, atMost: number) =>
  Effect.map(Stream.runCollect(Stream.take(stream, atMost)), Chunk.toReadonlyArray)

/** Where the page after this one begins, if there may be one. */
const nextOf = <A, Id>(page: ReadonlyArray<A>, atMost: number, id: (last: A) => Id): Id | null =>
  page.length < atMost ? null : Option.getOrNull(Option.map(Array.last(page), id))

export const layer = HttpApiBuilder.group(Api, "console", (handlers) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const units = yield* Units
    const workers = yield* Workers
    const { view } = yield* consoleRuns.make
    const submitted = yield* submissions.make
    const decide = yield* decisions.make
    const pay = yield* bonuses.make
    const download = yield* results.make
    const eventsOf = yield* events.make

    /** Of the run there is a requester, and no unit is asked for. */
    const impossible = { RequesterNotFound: Effect.die, UnitNotFound: Effect.die }

    return handlers
      .handle("runs", ({ urlParams: { after } }) =>
        Effect.gen(function* () {
          const found = yield* collect(after === undefined ? runs.list : runs.olderThan(after), runsPerPage)
          const views = yield* Effect.forEach(found, ({ id }) => noneIfNotFound(view(id)))
          return { runs: Array.getSomes(views), next: nextOf(found, runsPerPage, ({ id }) => id) }
        })
      )
      .handle("run", ({ path }) => view(path.run))
      .handle("submissions", ({ path, urlParams: { after, status = "completed", worker } }) =>
        submitted(path.run, { status, worker, after, newestFirst: status !== "completed" })
      )
      .handle("workers", ({ path, urlParams }) =>
        Effect.map(collect(workers.ofRun(path.run, urlParams), workersPerPage), (found) => ({
          workers: found,
          next: nextOf(found, workersPerPage, ({ worker }) => worker.id)
        }))
      )
      .handle("results", ({ path }) => download(path.run, path.format))
      .handle("events", ({ urlParams }) => eventsOf(urlParams.run))
      .handle("decide", ({ path, payload }) =>
        Effect.map(decide.named(path.run, payload.decision, payload.agents), (outcomes) => ({ outcomes }))
      )
      .handle("decideWorker", ({ path, payload }) => decide.ofWorker(path.run, path.worker, payload))
      .handle("bonus", ({ path, payload }) => pay(path.run, payload))
      .handle("block", ({ path: { run, worker }, payload: { reason } }) =>
        runs.get(run).pipe(
          Effect.flatMap(({ requester }) => workers.block(worker, { requester }, reason)),
          Effect.as({ worker, blocked: true }),
          Effect.catchTags(impossible)
        )
      )
      .handle("unblock", ({ path: { run, worker } }) =>
        runs.get(run).pipe(
          Effect.flatMap(({ requester }) => workers.unblock(worker, { requester })),
          Effect.as({ worker, blocked: false }),
          Effect.catchTags(impossible)
        )
      )
      .handle("expire", ({ path }) =>
        Effect.map(units.expireAll(path.run), (wait) => ({ wait: Duration.toMillis(wait) }))
      )
  })
)
