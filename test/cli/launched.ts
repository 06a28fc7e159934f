/** A run by command, with people at work on it. */
import * as path from "node:path"
import * as Effect from "effect/Effect"
import { Agents } from "../../src/Agents.js"
import { RunId } from "../../src/Ids.js"
import type { Journal } from "../../src/Journal.js"
import type { Mock } from "../../src/Mock.js"
import { crowd, folder, goodBatch, mockOver, summaryOf, writeBatch } from "./support.js"

/** A run whose units are on offer, and `n` workers at work on one of them each. */
export const launched = (n: number) =>
  Effect.gen(function* () {
    const dir = yield* folder
    const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
    const db = path.join(dir, "crowd.db")
    const over = ["--db", db]
    const summary = summaryOf(yield* crowd(["launch", batch, "--json", ...over]))
    const run = RunId.make(summary.run)
    const inDb = <A, E>(effect: Effect.Effect<A, E, Agents | Journal | Mock>) => Effect.provide(effect, mockOver(db))
    const arrive = (i: number) => Effect.flatMap(Agents, (agents) => agents.register(run, { worker: `ann-${i}` }))
    const agents = yield* inDb(
      Effect.forEach(
        Array.from({ length: n }, (_, i) => i),
        arrive
      )
    )
    const submit = (i: number) =>
      inDb(
        Effect.flatMap(Agents, (all) => {
          const agent = agents[i]
          return agent === undefined
            ? Effect.dieMessage(`no agent ${i}`)
            : all.submit({ agent: agent.id, worker: agent.worker, answers: { kind: "a" } })
        })
      )
    const ids = agents.map(({ id }) => id)
    return {
      dir,
      batch,
      db,
      over,
      run,
      ids,
      submit,
      inDb,
      status: Effect.map(crowd(["status", run, "--json", ...over]), summaryOf)
    }
  })
