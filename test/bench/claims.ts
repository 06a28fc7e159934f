/**
 * Claim + complete through the capabilities on a SQLite file, against raw better-sqlite3 doing the two statements that
 * change the unit, on a copy of the same file in the same run.
 */
import Database from "better-sqlite3"
import * as Effect from "effect/Effect"
import type { RunId } from "../../src/Ids.js"
import { Agents } from "../../src/index.js"
import { type Durability, inTemporaryDirectory, launched, onFile, seconds } from "./setup.js"

const workers = 32

const raw = (filename: string, durability: Durability, run: string, units: number) =>
  Effect.sync(() => {
    const db = new Database(filename)
    db.pragma("journal_mode = WAL")
    db.pragma("foreign_keys = ON")
    db.pragma("temp_store = MEMORY")
    db.pragma(`synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`)
    const claim = db.prepare(
      `UPDATE crowd_units SET status = 'assigned', agent = ?, lease_until = ?, updated_at = ? WHERE id = (
         SELECT id FROM crowd_units u WHERE run = ? AND status = 'launched' AND place > -1 AND NOT EXISTS (
           SELECT 1 FROM crowd_agents a WHERE a.worker = ? AND a.assignment = u.assignment
         ) ORDER BY place LIMIT 1) RETURNING id`
    )
    const complete = db.prepare(
      "UPDATE crowd_units SET status = 'completed', lease_until = NULL, updated_at = ? WHERE id = ? AND status = 'assigned'"
    )
    const start = process.hrtime.bigint()
    for (let i = 0; i < units; i++) {
      const now = Date.now()
      const row = claim.get(`agent_${i}`, now + 600_000, now, run, `worker_${i % workers}`)
      if (typeof row !== "object" || row === null || !("id" in row)) throw new Error("nothing left to claim")
      complete.run(now, row.id)
    }
    const elapsed = Number(process.hrtime.bigint() - start) / 1e9
    db.close()
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
const median = (values: ReadonlyArray<number>): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

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
