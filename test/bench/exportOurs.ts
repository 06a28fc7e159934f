/** Local's server over a run of which every row is submitted. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import { Agents } from "../../src/Agents.js"
import * as Crowd from "../../src/Crowd.js"
import { Requesters } from "../../src/Requesters.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as server from "../support/server.js"
import { addressOf } from "../support/serverVisitors.js"
import { batchOf } from "./setup.js"

const [filename = "", rows = ""] = process.argv.slice(2)

const answers = {
  label: "positive",
  why: "It says so in the second sentence, and nothing after it says otherwise.",
  n: 1
}

/** Everything submitted, but for one row, which is on offer. */
const submitted = Effect.gen(function* () {
  const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
  const run = yield* Crowd.launch(batchOf(Number(rows) + 1), { requester: requester.id })
  const agents = yield* Agents
  const work = (index: number) =>
    Effect.flatMap(agents.register(run.id, { worker: addressOf(index % 100) }), ({ id, worker }) =>
      agents.submit({ agent: id, worker, answers })
    )
  yield* Effect.forEach(
    Array.from({ length: Number(rows) }, (_, index) => index),
    work,
    { concurrency: 64, discard: true }
  )
  return run.id
})

NodeRuntime.runMain(
  Effect.gen(function* () {
    const run = yield* submitted
    const port = yield* server.port
    yield* Effect.sync(() => process.send?.({ port, run }))
    yield* Effect.never
  }).pipe(
    Effect.provide(server.layer()),
    Effect.provide(SqliteStore.layer({ filename, durability: "normal" })),
    Effect.scoped
  )
)
