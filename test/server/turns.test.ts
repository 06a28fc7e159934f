/** Long work lets others have their turn: counted in what is done between two turns of the event loop, not in time. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as Results from "../../src/batch/Results.js"
import * as Crowd from "../../src/Crowd.js"
import * as Money from "../../src/Money.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import * as server from "../support/server.js"
import { addressOf } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const task = { ...taskDefaults, title: "Turns", reward: Money.make(1), maxUnitsPerWorker: Option.none() }

/** A run of so many rows, each submitted with so much text, by a worker of its own. */
const submitted = (rows: number, letters: number) =>
  Effect.gen(function* () {
    const run = yield* server.launched({ ...task, title: `Turns ${letters}` }, rows)
    const agents = yield* Agents
    const answers = { text: "x".repeat(letters) }
    const one = (worker: string) =>
      Effect.flatMap(agents.register(run.id, { worker }), ({ id, worker }) =>
        agents.submit({ agent: id, worker, answers })
      )
    const workers = Array.from({ length: rows }, (_, n) => addressOf(n))
    yield* Effect.forEach(workers, one, { concurrency: 32, discard: true })
    return run.id
  })

/** The most that came of the stream, by this measure, between two turns of the event loop. */
const mostInATurn = <A, E, R>(stream: Stream.Stream<A, E, R>, measure: (value: A) => number) =>
  Effect.gen(function* () {
    let inTurn = 0
    let most = 0
    const next = () => {
      inTurn = 0
      immediate = setImmediate(next)
    }
    let immediate = setImmediate(next)
    yield* Stream.runForEach(stream, (value) =>
      Effect.sync(() => {
        inTurn += measure(value)
        most = Math.max(most, inTurn)
      })
    )
    clearImmediate(immediate)
    return most
  })

const one = () => 1

layer(Layer.provideMerge(server.layer(), sqlite.layer()), { excludeTestServices: true })(
  "Others have their turn",
  (it) => {
    it.effect("at the latest after 100 rows of a list", () =>
      Effect.gen(function* () {
        const run = yield* submitted(250, 10)
        const agents = yield* Agents
        const units = yield* Units
        expect(yield* mostInATurn(agents.list(run), one)).toBeLessThanOrEqual(100)
        expect(yield* mostInATurn(units.list(run), one)).toBeLessThanOrEqual(100)
        expect(yield* mostInATurn(agents.submissions(run, { status: "completed" }), one)).toBeLessThanOrEqual(100)
        expect(yield* mostInATurn(Crowd.results(run), one)).toBeLessThanOrEqual(100)
      })
    )

    it.effect("at the latest after 100 decisions of a review", () =>
      Effect.gen(function* () {
        const run = yield* submitted(250, 11)
        const { approveAll } = yield* Agents
        let decisions = 0
        const most = yield* mostInATurn(approveAll(run), ({ length }) => {
          decisions += length
          return length
        })
        expect(decisions).toBe(250)
        expect(most).toBeLessThanOrEqual(100)
      })
    )

    it.effect.each(["csv", "jsonl"] as const)(
      "at the latest after 32 KB of an export, whatever was answered: %s",
      (format) =>
        Effect.gen(function* () {
          const run = yield* submitted(120, format === "csv" ? 5_000 : 5_001)
          const most = yield* mostInATurn(Results.encode(Crowd.results(run), format), ({ length }) => length)
          expect(most).toBeGreaterThan(5_000)
          expect(most).toBeLessThanOrEqual(32_768)
        })
    )
  }
)
