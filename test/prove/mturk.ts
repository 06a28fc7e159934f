/**
 * The long storm over MTurk's protocol, and eager workers on so many rows of three: `npm run prove:mturk -- [--seed N]
 * [--units N] [--kills N] [--rows N]`. A failure is replayed, as far as processes can be, with the seed that was printed.
 */
import { parseArgs } from "node:util"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { histogram } from "../crash/once.js"
import { task } from "../crash/task.js"
import { hire } from "../mturk/eager.js"
import { programs, rage } from "../mturk/storm/storm.js"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    units: { type: "string", default: "1000" },
    kills: { type: "string", default: "50" },
    rows: { type: "string", default: "1000" }
  }
})

const asked = { seed: Number(values.seed), units: Number(values.units), kills: Number(values.kills) }

const eager = { rows: Number(values.rows), units: 3, workers: 20 }
const limit = 5
const between = 3

const eagerWorkers = Effect.gen(function* () {
  const proofs = {
    "without a limit": yield* hire({ ...eager, hosted: false, between: 20 }),
    "limit 5, hosted": yield* hire({ ...eager, limit, hosted: true, between }),
    "limit 5, inside HITs": yield* hire({ ...eager, limit, hosted: false, between })
  }
  console.log(`${eager.workers} eager workers, ${eager.rows} rows of ${eager.units}, ${between} between two syncs`)
  console.table(proofs)
  return (
    Object.values(proofs).every(({ hits, twice }) => twice === 0 && hits === eager.rows) &&
    proofs["without a limit"].submitted === eager.rows * eager.units &&
    proofs["limit 5, hosted"].most === limit &&
    proofs["limit 5, inside HITs"].most < limit + between
  )
})

const storm = Effect.gen(function* () {
  console.log(`seed ${asked.seed}: ${asked.units} units, ${asked.kills} kills`)
  const built = yield* programs
  const [took, proof] = yield* Effect.timed(rage(built, asked))
  console.log(`killed while ${histogram(proof.killedIn)}`)
  console.log(`${proof.calls} calls: ${[...proof.faults].map(([fault, times]) => `${fault} ${times}`).join(", ")}`)
  for (const wrong of proof.wrong.slice(0, 20)) console.log(wrong)
  console.table({
    kills: proof.kills,
    HITs: `${proof.hits}/${asked.units / task.unitsPerAssignment}`,
    decided: `${proof.decided}/${asked.units}`,
    bonuses: `${proof.bonuses}/${asked.units}`,
    seconds: Math.round(Duration.toSeconds(took)),
    wrong: proof.wrong.length
  })
  return proof.wrong.length === 0 && proof.kills === asked.kills
})

const isProven = Effect.zipWith(storm, eagerWorkers, (stormed, kept) => stormed && kept)

process.exitCode = (await Effect.runPromise(isProven)) ? 0 : 1
