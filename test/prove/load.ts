/**
 * 200 people against servers, and servers that are killed: `npm run prove:load -- [--seed N] [--rows N] [--kills N]`. A
 * failure is replayed with the seed that was printed, as far as the machine allows.
 */
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import { type Options, type Proof, prove } from "../load/prove.js"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    rows: { type: "string", default: "2000" },
    kills: { type: "string", default: "10" }
  }
})

const asked = { seed: Number(values.seed), rows: Number(values.rows), workers: 200 }
const kills = Number(values.kills)

const variants: ReadonlyArray<Options> = [
  { ...asked, database: "sqlite", servers: 1, kills: 0 },
  { ...asked, database: "postgres", servers: 3, kills: 0 },
  { ...asked, database: "sqlite", servers: 1, kills },
  { ...asked, database: "postgres", servers: 3, kills }
]

const rowOf = ({ database, servers }: Options, proof: Proof) => ({
  database,
  servers,
  kills: proof.kills,
  "sent again": Object.values(proof.cutOff).reduce((sum, times) => sum + times, 0),
  units: proof.units,
  "units/s": Math.round(proof.units / proof.seconds),
  "limit a worker": proof.perWorker,
  "stopped by it": proof.refusals["OverWorkerLimit"] ?? 0,
  wrong: proof.wrong.length
})

const program = Effect.gen(function* () {
  console.log(`seed ${asked.seed}: ${asked.workers} people, ${asked.rows} rows`)
  const rows = yield* Effect.forEach(variants, (variant) =>
    Effect.map(prove(variant), (proof) => {
      console.log(`${variant.database}, ${variant.kills} kills: sent again after`, proof.cutOff)
      for (const wrong of proof.wrong.slice(0, 20)) console.log(wrong)
      return { ...rowOf(variant, proof), isRight: proof.wrong.length === 0 && proof.kills === variant.kills }
    })
  )
  console.table(rows)
  return rows.every(({ isRight }) => isRight)
})

process.exitCode = (await Effect.runPromise(program)) ? 0 : 1
