/** `crowd serve` in two processes behind a proxy, restarted one after the other while people work. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Local from "../../src/Local.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { program } from "../support/bundle.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import * as server from "../support/server.js"
import * as serverProcess from "../support/serverProcess.js"
import { accept, asWork, submit, type Visitor, visitors } from "../support/serverVisitors.js"
import * as proxy from "./proxy.js"

const people = 4
const rows = 3_000

const Served = Schema.parseJson(Schema.Struct({ console: Schema.String }))

/** The command as a process; answers its port, and how it is stopped. */
const served = (db: string, front: number) =>
  Effect.gen(function* () {
    const file = yield* program("src/cli/bin.ts")
    const words = ["serve", "--provider", "local", "--json", "--port", "0", "--db", db]
    const behind = ["--proxy", "127.0.0.0/8", "--allow-host", `127.0.0.1:${front}`]
    const { child, line } = yield* serverProcess.started(file, [...words, ...behind], {
      env: { CROWD_SECRET: Redacted.value(server.secret) }
    })
    const { console } = yield* Schema.decode(Served)(line)
    return { port: Number(new URL(console).port), stop: serverProcess.end(child, "SIGTERM") }
  })

/** Takes a unit and submits it, again and again; answers how it went, each time. */
const works = (person: Visitor, run: string, statuses: Array<number>) =>
  Effect.gen(function* () {
    const accepted = yield* accept(person, run)
    statuses.push(accepted.status)
    if (accepted.status !== 200) return
    const submitted = yield* submit(person, yield* asWork(accepted), { label: "seen" })
    statuses.push(submitted.status)
    yield* Effect.sleep("20 millis")
  })

it.scopedLive(
  "rolling restarts lose no request: whoever comes through the proxy is answered each time",
  () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const crowd = Layer.provideMerge(Local.layer(), storeAt(url, 2))
      const run = yield* Effect.provide(server.launched(server.task("Rolling"), rows), crowd)
      const front = yield* proxy.make
      const start = Effect.tap(served(url, front.port), ({ port }) => front.serve(port))
      const first = yield* Effect.replicateEffect(start, 2)
      const statuses: Array<number> = []
      const working = yield* Effect.flatMap(visitors(front.port, people), (everybody) =>
        Effect.forkAll(everybody.map((person) => Effect.forever(works(person, run.id, statuses))))
      )
      for (const { stop } of first) {
        yield* Effect.sleep("500 millis")
        yield* stop
        yield* start
      }
      yield* Effect.sleep("500 millis")
      const isOver = statuses.length
      yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => statuses.length >= isOver + 2 * people })
      yield* Fiber.interrupt(working)
      expect(new Set(statuses)).toEqual(new Set([200]))
      const { completed } = yield* Effect.provide(
        Effect.flatMap(TaskRuns, ({ counts }) => counts(run.id)),
        crowd
      )
      expect(statuses.length).toBeGreaterThan(100)
      expect(completed).toBeGreaterThanOrEqual(Math.floor((statuses.length - people) / 2))
    }),
  90_000
)
