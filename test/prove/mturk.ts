/**
 * The long storm over MTurk's protocol: `npm run prove:mturk -- [--seed N] [--units N] [--kills N]`. A failure is
 * replayed, as far as processes can be, with the seed that was printed.
 */
import { parseArgs } from "node:util"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { histogram } from "../crash/once.js"
import { task } from "../crash/task.js"
import { programs, rage } from "../mturk/storm/storm.js"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    units: { type: "string", default: "1000" },
    kills: { type: "string", default: "50" }
  }
})

const asked = { seed: Number(values.seed), units: Number(values.units), kills: Number(values.kills) }

const program = Effect.gen(function* () {
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

process.exitCode = (await Effect.runPromise(program)) ? 0 : 1
