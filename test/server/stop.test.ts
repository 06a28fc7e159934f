/** What a server does that is told to stop. */
import { type ClientRequest, request } from "node:http"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Money from "../../src/Money.js"
import * as connections from "../../src/server/connections.js"
import * as InFlight from "../../src/server/inFlight.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { listening } from "../support/listening.js"
import * as server from "../support/server.js"
import { type Answer, accept, asWork, visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const task = { ...taskDefaults, title: "Stop", reward: Money.make(5), maxUnitsPerWorker: Option.none() }

/** A server with a run of five rows, a visitor who has been there, and how it is stopped. */
const serving = (options: server.Options = {}) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(Layer.provideMerge(server.layer(options), sqlite.layer()), scope)
    const run = yield* Effect.provide(server.launched(task, 5), context)
    const port = yield* Effect.provide(server.port, context)
    const someone = yield* visitor(port, "127.0.1.1")
    return { context, port, run, someone, stop: Scope.close(scope, Exit.void) }
  })

/** Sends all but the last byte of a request; the rest comes with `finish`. */
const unfinished = (port: number, path: string, headers: Record<string, string>, body: string) =>
  Effect.gen(function* () {
    const answered = yield* Deferred.make<Pick<Answer, "status" | "body">, Error>()
    const outgoing = yield* Effect.async<ClientRequest>((resume) => {
      const asking = request(
        {
          agent: false,
          host: "127.0.0.1",
          port,
          localAddress: "127.0.1.1",
          method: "POST",
          path,
          headers: { "content-type": "application/json", "content-length": body.length, ...headers }
        },
        (response) => {
          let text = ""
          response.setEncoding("utf8").on("data", (part) => {
            text += part
          })
          response.on("end", () =>
            Deferred.unsafeDone(answered, Exit.succeed({ status: response.statusCode ?? 0, body: text }))
          )
        }
      )
      asking.on("error", (error) => Deferred.unsafeDone(answered, Exit.fail(error)))
      asking.write(body.slice(0, -1), () => resume(Effect.succeed(asking)))
    })
    return { answered: Deferred.await(answered), finish: Effect.sync(() => outgoing.end(body.slice(-1))) }
  })

it.live("finishes what is under way, and takes nothing new", () =>
  Effect.gen(function* () {
    const { context, port, run, someone, stop } = yield* serving()
    const work = yield* Effect.flatMap(accept(someone, run.id), asWork)
    const body = JSON.stringify({ answers: { label: "under way" } })
    const underWay = yield* unfinished(
      port,
      `/api/work/agents/${work.agent}/answers`,
      { "x-crowd-key": work.key },
      body
    )
    // The server has the request once it answers another one that came later.
    yield* someone.ask("GET", "/health")
    const stopping = yield* Effect.fork(stop)
    const refused = yield* Effect.repeat(someone.ask("GET", "/health"), {
      until: ({ status }) => status !== 200,
      times: 1000
    })
    expect(refused.status).toBe(503)
    expect(refused.headers["retry-after"]).toBe("2")
    expect(JSON.parse(refused.body)._tag).toBe("Stopping")
    const agents = Context.get(context, Agents)
    expect((yield* agents.get(work.agent)).status).toBe("accepted")
    yield* underWay.finish
    expect((yield* underWay.answered).status).toBe(200)
    yield* Fiber.join(stopping)
  }).pipe(Effect.scoped)
)

/** A download of two parts, of which the second comes when it is allowed to. */
const download = Effect.map(Deferred.make<void>(), (allowed) => ({
  allowed,
  routes: HttpLayerRouter.use((router) =>
    router.add(
      "GET",
      "/download",
      HttpServerResponse.stream(
        Stream.make("first, ").pipe(
          Stream.concat(Stream.fromEffect(Effect.as(Deferred.await(allowed), "second"))),
          Stream.encodeText
        )
      )
    )
  )
}))

/** What is read of it: its first part at once, the rest with `rest`. */
const downloading = (port: number) =>
  Effect.gen(function* () {
    const { body } = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/download`))
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    const read = Effect.tryPromise(async () => (await reader?.read())?.value)
    return { first: yield* read, rest: read }
  })

it.live("finishes downloads", () =>
  Effect.gen(function* () {
    const { allowed, routes } = yield* download
    const { port, someone, stop } = yield* serving({ server: { routes } })
    const { first, rest } = yield* downloading(port)
    expect(first).toBe("first, ")
    const stopping = yield* Effect.fork(stop)
    yield* Effect.repeat(someone.ask("GET", "/health"), { until: ({ status }) => status === 503, times: 1000 })
    yield* Deferred.succeed(allowed, undefined)
    expect(yield* rest).toBe("second")
    yield* Fiber.join(stopping)
  }).pipe(Effect.scoped)
)

it.effect("waits no longer for a download than its patience", () =>
  Effect.gen(function* () {
    const running = yield* InFlight.make({ notice: 0, patience: "10 seconds" })
    yield* Effect.asVoid(running.during("192.0.2.1", Effect.succeed(HttpServerResponse.stream(Stream.never))))
    const stopping = yield* Effect.fork(running.stop)
    yield* TestClock.adjust("9 seconds")
    expect(yield* Fiber.poll(stopping)).toEqual(Option.none())
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(stopping)
  }).pipe(Effect.scoped)
)

it.effect("says that it stops for as long as it gives notice, also where nothing is under way", () =>
  Effect.gen(function* () {
    const running = yield* InFlight.make({ notice: "1 second", patience: "10 seconds" })
    const stopping = yield* Effect.fork(running.stop)
    yield* TestClock.adjust("999 millis")
    expect(yield* Fiber.poll(stopping)).toEqual(Option.none())
    const refused = yield* running.during("192.0.2.1", Effect.succeed(HttpServerResponse.empty()))
    expect(refused).toMatchObject({ status: 503, headers: { connection: "close", "retry-after": "2" } })
    yield* TestClock.adjust("1 millis")
    yield* Fiber.join(stopping)
  })
)

it.scopedLive("answers what comes once nobody serves any more, instead of leaving it open", () =>
  Effect.gen(function* () {
    const someone = yield* visitor(yield* listening(connections.make()), "127.0.1.1")
    const refused = yield* someone.ask("GET", "/health")
    expect(refused).toMatchObject({ status: 503, headers: { connection: "close", "retry-after": "2" } })
  })
)

it.live("does not wait for connections on which nothing is under way, nor for events without an end", () =>
  Effect.gen(function* () {
    const { someone, port, stop } = yield* serving()
    yield* someone.ask("GET", "/health")
    const authorization = `Bearer ${Redacted.value(server.token)}`
    const events = yield* Effect.promise(() =>
      fetch(`http://127.0.0.1:${port}/api/console/events`, { headers: { authorization } })
    )
    expect(events.status).toBe(200)
    const [took] = yield* Effect.timed(stop)
    expect(Duration.toMillis(took)).toBeLessThan(2000)
  }).pipe(Effect.scoped)
)

it.live("cuts off what takes longer than its patience", () =>
  Effect.gen(function* () {
    const { port, run, someone, stop } = yield* serving({ server: { patience: "100 millis" } })
    const work = yield* Effect.flatMap(accept(someone, run.id), asWork)
    const body = JSON.stringify({ answers: { label: "never finished" } })
    const path = `/api/work/agents/${work.agent}/answers`
    const underWay = yield* unfinished(port, path, { "x-crowd-key": work.key }, body)
    yield* someone.ask("GET", "/health")
    const [took] = yield* Effect.timed(stop)
    expect(Duration.toMillis(took)).toBeLessThan(5000)
    expect(Exit.isFailure(yield* Effect.exit(underWay.answered))).toBe(true)
  }).pipe(Effect.scoped)
)
