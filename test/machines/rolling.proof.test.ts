/** `crowd serve` in three processes behind a proxy, restarted one after the other while people work. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
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

const processes = 3
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

interface Told {
  readonly asked: "look" | "accept" | "submit"
  readonly status: number
}

/** Takes a unit and submits it; tells how each was answered. */
const works = (person: Visitor, run: string, told: Array<Told>) =>
  Effect.gen(function* () {
    const accepted = yield* accept(person, run)
    told.push({ asked: "accept", status: accepted.status })
    const submitted = yield* submit(person, yield* asWork(accepted), { label: "seen" })
    told.push({ asked: "submit", status: submitted.status })
    yield* Effect.sleep("20 millis")
  })

/** Asks all the time, so that somebody always does at the very moment in which a process stops. */
const looks = (person: Visitor, told: Array<Told>) =>
  Effect.map(person.ask("GET", "/health"), ({ status }) => told.push({ asked: "look", status }))

it.scopedLive(
  "rolling restarts lose no request: whoever comes through the proxy is answered each time",
  () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const crowd = Layer.provideMerge(Local.layer(), storeAt(url, 2))
      const run = yield* Effect.provide(server.launched(server.task("Rolling"), rows), crowd)
      const front = yield* proxy.make
      const start = Effect.tap(served(url, front.port), ({ port }) => front.serve(port))
      const first = yield* Effect.replicateEffect(start, processes)
      const told: Array<Told> = []
      const working = yield* Effect.fork(
        Effect.forEach(
          yield* visitors(front.port, people),
          (person, n) => Effect.forever(n % 2 === 0 ? works(person, run.id, told) : looks(person, told)),
          { concurrency: "unbounded" }
        )
      )
      for (const { stop } of first) {
        yield* Effect.sleep("500 millis")
        yield* stop
        yield* start
      }
      yield* Effect.sleep("1 second")
      expect(new Set(told.map(({ status }) => status))).toEqual(new Set([200]))
      expect(yield* Fiber.poll(working)).toEqual(Option.none())
      yield* Fiber.interrupt(working)
      const submitted = told.filter(({ asked }) => asked === "submit").length
      expect(submitted).toBeGreaterThan(100)
      const counts = Effect.flatMap(TaskRuns, ({ counts }) => counts(run.id))
      expect((yield* Effect.provide(counts, crowd)).completed).toBeGreaterThanOrEqual(submitted)
    }),
  120_000
)
