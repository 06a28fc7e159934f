/**
 * The long storm at Prolific: `npm run prove:prolific -- [--seed N] [--units N] [--kills N]`. A failure is replayed, as far
 * as processes can be, with the seed that was printed.
 */
import { parseArgs } from "node:util"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { histogram } from "../crash/once.js"
import { programs, rage } from "../prolific/storm/storm.js"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    units: { type: "string", default: "500" },
    kills: { type: "string", default: "20" }
  }
})

const asked = { seed: Number(values.seed), units: Number(values.units), kills: Number(values.kills) }

const isProven = Effect.gen(function* () {
  console.log(`seed ${asked.seed}: ${asked.units} units, ${asked.kills} kills`)
  const [took, proof] = yield* Effect.timed(rage(yield* programs, asked))
  console.log(`killed while ${histogram(proof.killedIn)}`)
  for (const wrong of proof.wrong.slice(0, 20)) console.log(wrong)
  console.table({
    kills: proof.kills,
    "calls that failed": `${proof.failed}/${proof.calls}`,
    "handed in": proof.handedIn,
    approved: `${proof.approved}/${asked.units}`,
    rejected: proof.rejected,
    bonuses: proof.bonuses,
    "uncertain, then confirmed": proof.confirmed,
    "uncertain, then denied": proof.denied,
    seconds: Math.round(Duration.toSeconds(took)),
    wrong: proof.wrong.length
  })
  return proof.wrong.length === 0 && proof.kills === asked.kills
})

process.exitCode = (await Effect.runPromise(isProven)) ? 0 : 1
