/**
 * The process that is killed: launches a batch, syncs until all of it is submitted, approves it, and pays a bonus for
 * every unit.
 */
import { writeSync } from "node:fs"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents } from "../../../src/Agents.js"
import * as Batch from "../../../src/Batch.js"
import * as Crowd from "../../../src/Crowd.js"
import { ProviderError } from "../../../src/CrowdError.js"
import type { RunId } from "../../../src/Ids.js"
import { Journal } from "../../../src/Journal.js"
import * as MTurk from "../../../src/MTurk.js"
import { Requesters } from "../../../src/Requesters.js"
import * as SqliteStore from "../../../src/store/SqliteStore.js"
import { TaskRuns } from "../../../src/TaskRuns.js"
import { Units } from "../../../src/Units.js"
import { payAll } from "../../crash/payAll.js"
import { type Phase, rowsOf, task } from "../../crash/task.js"
import { credentials, Errand } from "./protocol.js"

const errand = Schema.decodeUnknownSync(Errand)(process.argv[2])

const say = (phase: Phase) => Effect.sync(() => writeSync(1, `${phase}\n`))

const isAway = (error: unknown): boolean => error instanceof ProviderError && error.isRetryable

/** Again and again until the service answers. */
const persist = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { while: isAway, schedule: Schedule.spaced("50 millis") })

class NotAll extends Data.TaggedError("NotAll")<{ readonly missing: number }> {}

const launch = Effect.gen(function* () {
  const batch = yield* Batch.fromRows({ name: "storm", task, template: "<p>${x}</p>", rows: rowsOf(errand.units) })
  const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
  yield* Crowd.launch(batch, { requester: requester.id })
})

const awaitAll = (run: RunId) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const units = yield* Units
    yield* persist(units.sync(run))
    const { launched } = yield* runs.counts(run)
    if (launched > 0) return yield* new NotAll({ missing: launched })
  }).pipe(Effect.retry({ while: ({ _tag }) => _tag === "NotAll", schedule: Schedule.spaced("200 millis") }))

const program = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const agents = yield* Agents
  yield* say("resuming")
  yield* (yield* Journal).settle()
  yield* say("launching")
  yield* persist(launch)
  const run = yield* Effect.flatten(Stream.runHead(runs.list))
  yield* say("working")
  yield* awaitAll(run.id)
  yield* say("approving")
  yield* persist(Stream.runDrain(agents.approveAll(run.id)))
  yield* say("paying")
  yield* persist(payAll(run.id, () => true))
  yield* say("done")
})

const crowd = MTurk.layer({
  endpoint: errand.url,
  credentials: { ...credentials, secretAccessKey: Redacted.make(credentials.secretAccessKey) },
  timeout: Duration.millis(errand.timeout)
})

const layer = Layer.provide(crowd, SqliteStore.layer({ filename: errand.file }))

Effect.runPromise(Effect.provide(program, layer)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  }
)
