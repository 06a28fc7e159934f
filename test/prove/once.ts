/**
 * The long crash proof: `npm run prove:once -- [--seed N] [--kills N] [--units N] [--only NAME]`. A failure is replayed
 * with the seed that was printed.
 */
import { parseArgs } from "node:util"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { histogram, type Options, type Proof, programs, proveAll } from "../crash/once.js"
import { always } from "../support/remoteCrowd/protocol.js"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    kills: { type: "string", default: "200" },
    units: { type: "string", default: "500" },
    timeout: { type: "string", default: "300" },
    only: { type: "string" }
  }
})

const asked = {
  seed: Number(values.seed),
  kills: Number(values.kills),
  units: Number(values.units),
  timeout: Number(values.timeout)
}

/** The last kills fall between each two steps of a bonus, so often. */
const sent = { preparing: ["bonus"], rounds: Math.min(3, Math.floor(asked.kills / 12)) } as const

const calm = { throttled: 0, lost: 0, slow: 0, late: 0 }
const rough = { throttled: 0.04, lost: 0.04, slow: 0.1, late: 0.1 }

const variants: ReadonlyArray<Options & { readonly name: string }> = [
  { ...asked, ...sent, name: "neither", promised: always("neither"), faults: calm },
  { ...asked, ...sent, name: "look-up", promised: always("lookUp"), faults: calm },
  { ...asked, ...sent, name: "confirm only", promised: always("confirmOnly"), faults: calm },
  { ...asked, ...sent, name: "refused", promised: always("refused"), faults: calm },
  {
    ...asked,
    ...sent,
    name: "refused and confirmed, faults",
    promised: { ...always("refused"), bonus: "confirmOnly" },
    faults: rough,
    timeout: 2 * asked.timeout
  },
  {
    ...asked,
    ...sent,
    name: "mixed, faults",
    promised: { ...always("lookUp"), approve: "repeatable" },
    faults: rough,
    // Longer than the first retry waits, so that a look-up comes before what is late.
    timeout: 2 * asked.timeout
  },
  { ...asked, ...sent, name: "repeatable", promised: always("repeatable"), faults: calm }
]

const rowOf = (name: string, proof: Proof, millis: number) => ({
  variant: name,
  kills: proof.kills,
  "calls cut off": proof.cutOff,
  seconds: Math.round(millis / 1000),
  launched: `${proof.launched.acted}/${proof.launched.wanted}`,
  approved: `${proof.approved.acted}/${proof.approved.wanted}`,
  bonuses: `${proof.bonuses.acted}/${proof.bonuses.wanted}`,
  "uncertain for a time": proof.resolved,
  uncertain: proof.uncertain,
  wrong: proof.wrong.length
})

const program = Effect.gen(function* () {
  console.log(`seed ${asked.seed}: ${asked.kills} kills in a run of ${asked.units} units, each variant`)
  const built = yield* programs
  const chosen = variants.filter(({ name }) => values.only === undefined || values.only === name)
  const rows = yield* Effect.forEach(
    chosen,
    (variant) =>
      Effect.gen(function* () {
        const [took, proof] = yield* Effect.timed(proveAll(built, variant))
        console.log(`${variant.name}: killed while ${histogram(proof.killedIn)}`)
        for (const wrong of proof.wrong.slice(0, 20)) console.log(`${variant.name}: ${wrong}`)
        return rowOf(variant.name, proof, Duration.toMillis(took))
      }),
    { concurrency: 2 }
  )
  console.table(rows)
  return rows.length > 0 && rows.every(({ kills, wrong }) => wrong === 0 && kills === asked.kills)
})

process.exitCode = (await Effect.runPromise(program)) ? 0 : 1
