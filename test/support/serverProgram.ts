/** The process that serves and conducts every run there is, until it is stopped or killed. */
import { writeSync } from "node:fs"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Conductor from "../../src/Conductor.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { storeAt } from "./postgresStore.js"
import * as server from "./server.js"
import { Serving } from "./serverProcess.js"

const serving = Schema.decodeUnknownSync(Serving)(process.argv[2])

const store =
  serving.database._tag === "File"
    ? SqliteStore.layer({ filename: serving.database.filename, durability: serving.database.durability })
    : storeAt(serving.database.url, 20)

const conducting = Effect.flatMap(TaskRuns, (runs) =>
  runs.list.pipe(
    Stream.mapEffect(({ id }) => Conductor.conduct(id, { every: "100 millis" }), { concurrency: "unbounded" }),
    Stream.runDrain
  )
)

const program = Effect.gen(function* () {
  const port = yield* server.port
  yield* Effect.sync(() => writeSync(1, `${port}\n`))
  if (serving.conducts) yield* conducting
  return yield* Effect.never
})

NodeRuntime.runMain(
  program.pipe(Effect.provide(server.layer({ port: serving.port })), Effect.provide(store), Effect.scoped)
)
