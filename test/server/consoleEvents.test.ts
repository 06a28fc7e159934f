/** What the console is told without asking. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import { StoreError } from "../../src/CrowdError.js"
import * as Local from "../../src/Local.js"
import { RunView } from "../../src/server/ConsoleApi.js"
import * as Server from "../../src/server/Server.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import * as server from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as consoleClient from "./consoleClient.js"

const { launched, soon, submitted } = consoleClient

/** How often the units of any run were counted. */
class Counted extends Context.Tag("test/Counted")<Counted, Ref.Ref<number>>() {}

/** How often the summary of a run fails before it is there. */
class Failing extends Context.Tag("test/Failing")<Failing, Ref.Ref<number>>() {}

const counting = Layer.effect(
  TaskRuns,
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const counted = yield* Counted
    const failing = yield* Failing
    return {
      ...runs,
      summary: (id) =>
        Effect.flatMap(
          Ref.getAndUpdate(failing, (n) => Math.max(0, n - 1)),
          (left) =>
            left > 0
              ? new StoreError({ reason: "Unavailable", operation: "summary", description: "away for a moment" })
              : runs.summary(id)
        ),
      counts: (id) =>
        Effect.zipRight(
          Ref.update(counted, (n) => n + 1),
          runs.counts(id)
        )
    }
  })
)

const crowd = Layer.provideMerge(
  counting,
  Layer.mergeAll(
    Layer.provideMerge(Local.layer(), sqlite.layer()),
    Layer.effect(Counted, Ref.make(0)),
    Layer.effect(Failing, Ref.make(0))
  )
)

const http = NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })

const serving = Layer.provideMerge(Server.layer({ secret: server.secret, token: server.token }), http)

const decode = Schema.decodeSync(Schema.parseJson(RunView))

/** The views of runs that a stream tells, one after the other; none when it has ended. */
const listen = (query: string) =>
  Effect.map(consoleClient.listen(query), (events) => {
    const next: Effect.Effect<typeof RunView.Type | undefined> = Effect.flatMap(events.next, (event) =>
      event === undefined || event.name === "run" ? Effect.succeed(event && decode(event.data)) : next
    )
    return { next }
  })

layer(crowd)("The console's events", (it) => {
  it.scoped("tell a run as it is, and whenever it changes, also after what a request may take", () =>
    Effect.gen(function* () {
      const run = yield* launched("Live", 2)
      const { next } = yield* listen(`?run=${run.id}`)
      expect((yield* soon(next))?.summary.units).toMatchObject({ launched: 2, completed: 0 })
      yield* submitted(run.id, "10.0.0.1")
      expect((yield* soon(next))?.summary.units).toMatchObject({ launched: 1, completed: 1 })
      yield* TestClock.adjust("2 minutes")
      yield* submitted(run.id, "10.0.0.2")
      expect((yield* soon(next))?.summary.units).toMatchObject({ launched: 0, completed: 2 })
    }).pipe(Effect.provide(serving))
  )

  it.scoped("tell of every run, and of one that is new", () =>
    Effect.gen(function* () {
      const first = yield* launched("First", 1)
      const { next } = yield* listen("")
      const titles = new Set<string | undefined>()
      while (!titles.has("First")) titles.add((yield* soon(next))?.title)
      yield* launched("Second", 1)
      while (!titles.has("Second")) titles.add((yield* soon(next))?.title)
      yield* submitted(first.id, "10.0.0.1")
      let units: { readonly completed: number } | undefined
      while (units?.completed !== 1) {
        const view = yield* soon(next)
        if (view?.summary.run === first.id) units = view.summary.units
      }
    }).pipe(Effect.provide(serving))
  )

  it.scoped("look at a run once a second, however many listen", () =>
    Effect.gen(function* () {
      const run = yield* launched("Popular", 1)
      const listeners = yield* Effect.forEach(Array.from({ length: 10 }), () => listen(`?run=${run.id}`))
      yield* Effect.forEach(listeners, ({ next }) => soon(next))
      const counted = yield* Counted
      yield* Ref.set(counted, 0)
      for (let n = 0; n < 9; n++) {
        yield* TestClock.adjust("1 second")
        yield* TestServices.provideLive(Effect.sleep("20 millis"))
      }
      expect(yield* Ref.get(counted)).toBeGreaterThan(4)
      expect(yield* Ref.get(counted)).toBeLessThan(12)
    }).pipe(Effect.provide(serving))
  )

  it.scoped("tell a run that could not be read as soon as it can be", () =>
    Effect.gen(function* () {
      const run = yield* launched("Away", 1)
      yield* Ref.set(yield* Failing, 1)
      const { next } = yield* listen(`?run=${run.id}`)
      expect((yield* soon(next))?.summary.run).toBe(run.id)
    }).pipe(Effect.provide(serving))
  )

  it.scoped("end when the server stops", () =>
    Effect.gen(function* () {
      const run = yield* launched("Stopped", 1)
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(serving, scope)
      const { next } = yield* Effect.provide(listen(`?run=${run.id}`), context)
      yield* soon(next)
      yield* soon(Scope.close(scope, Exit.void))
      expect(yield* next).toBeUndefined()
    })
  )
})
