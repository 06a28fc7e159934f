/**
 * Claim + complete through the capabilities on a SQLite file, against raw better-sqlite3 doing the two statements that
 * change the unit, on a copy of the same file in the same run.
 */
import * as Effect from "effect/Effect"
import type { RunId } from "../../src/Ids.js"
import { Agents } from "../../src/index.js"
import { rawStatements } from "./raw.js"
import { type Durability, inTemporaryDirectory, launched, median, onFile, seconds } from "./setup.js"

const workers = 32

const raw = (filename: string, durability: Durability, run: string, units: number) =>
  Effect.sync(() => {
    const { claim, close, complete } = rawStatements(filename, durability)
    const start = process.hrtime.bigint()
    for (let i = 0; i < units; i++) complete(claim({ agent: `agent_${i}`, run, worker: `worker_${i % workers}` }))
    const elapsed = Number(process.hrtime.bigint() - start) / 1e9
    close()
    return elapsed
  })

const ours = (filename: string, durability: Durability, run: RunId, units: number, concurrency: number) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const one = (i: number) =>
      Effect.gen(function* () {
        const agent = yield* agents.register(run, { worker: `worker ${i % concurrency}` })
        yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "positive", n: i } })
      })
    const worker = (w: number) =>
      Effect.forEach(Array.from({ length: Math.ceil((units - w) / concurrency) }), (_, k) => one(w + k * concurrency), {
        discard: true
      })
    return yield* seconds(
      Effect.forEach(Array.from({ length: concurrency }), (_, w) => worker(w), {
        concurrency: "unbounded",
        discard: true
      })
    )
  }).pipe(Effect.provide(onFile(filename, durability)))

const sizes = process.argv.slice(2).map(Number)

const program = inTemporaryDirectory((directory) =>
  Effect.gen(function* () {
    console.log(`claim + complete, ${workers} workers at once, microseconds a unit; ratio = raw / ours`)
    for (const units of sizes.length > 0 ? sizes : [1_000, 10_000, 100_000]) {
      const { copy, run } = yield* launched(directory, units)
      for (const durability of ["normal", "full"] as const) {
        if (durability === "full" && units > 10_000) continue
        const times = units > 10_000 ? 1 : 3
        const pairs: Array<{ readonly raw: number; readonly ours: number }> = []
        for (let i = 0; i < times; i++) {
          const floor = yield* raw(copy("raw"), durability, run, units)
          pairs.push({ raw: floor, ours: yield* ours(copy("ours"), durability, run, units, workers) })
        }
        const floor = (median(pairs.map((pair) => pair.raw)) * 1e6) / units
        const cost = (median(pairs.map((pair) => pair.ours)) * 1e6) / units
        const ratio = median(pairs.map((pair) => pair.raw / pair.ours))
        console.log(
          `${String(units).padStart(7)} units  ${durability.padEnd(6)}  raw ${floor.toFixed(1)}  ours ${cost.toFixed(1)}  ratio ${ratio.toFixed(2)}`
        )
      }
    }
  })
)

await Effect.runPromise(program)
