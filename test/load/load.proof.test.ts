import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Options, prove } from "./prove.js"

/** `npm run prove:load` has 200 people and more rows, and one process that nobody kills. */
const short: Options = { seed: 7, rows: 24, workers: 30, database: "sqlite", servers: 1, kills: 0 }

const cases: ReadonlyArray<readonly [string, Options]> = [
  ["three processes on one Postgres", { ...short, database: "postgres", servers: 3 }],
  ["one process on SQLite, killed twice", { ...short, kills: 2 }]
]

for (const [what, options] of cases) {
  it.live(
    `${options.workers} people work a run off against ${what}: every unit once, limits kept, everything acknowledged stored`,
    () =>
      Effect.gen(function* () {
        const proof = yield* prove(options)
        expect(proof.wrong.slice(0, 10)).toEqual([])
        expect(proof.kills).toBe(options.kills)
      }),
    180_000
  )
}
