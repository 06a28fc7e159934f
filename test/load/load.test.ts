import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Options, prove } from "./prove.js"

const short: Options = { seed: 7, rows: 150, workers: 200, database: "sqlite", servers: 1, kills: 0 }

const cases: ReadonlyArray<readonly [string, Options, number]> = [
  ["one process on SQLite", short, 0],
  ["three processes on one Postgres", { ...short, database: "postgres", servers: 3 }, 0],
  ["one process on SQLite, killed three times", { ...short, kills: 3 }, 3]
]

for (const [what, options, kills] of cases) {
  it.live(
    `200 people work a run off against ${what}: every unit once, limits kept, everything acknowledged stored`,
    () =>
      Effect.gen(function* () {
        const proof = yield* prove(options)
        expect(proof.wrong.slice(0, 10)).toEqual([])
        expect(proof.kills).toBe(kills)
      }),
    180_000
  )
}
