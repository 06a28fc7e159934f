/** The runs of a database. */
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { crowd, errorOf, folder, goodBatch, json, summaryOf, writeBatch } from "./support.js"

const Listed = Schema.Struct({
  runs: Schema.Array(
    Schema.Struct({
      run: Schema.String,
      batch: Schema.String,
      provider: Schema.String,
      begun: Schema.String,
      decided: Schema.Int,
      units: Schema.Int,
      toReview: Schema.Int,
      cost: Schema.Struct({ total: Schema.Int }, { key: Schema.String, value: Schema.Unknown })
    })
  )
})

describe("crowd runs", () => {
  it.scopedLive("shows all runs of all crowds, newest first; --json; those of one crowd with --provider", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
      const other = yield* writeBatch(path.join(dir, "other"), goodBatch)
      const over = ["--db", path.join(dir, "crowd.db")]
      const missing = yield* crowd(["runs", "--json", ...over])
      expect(errorOf(missing)._tag).toBe("DatabaseNotFound")
      const out = ["--out", path.join(dir, "out.csv")]
      const first = summaryOf(yield* crowd(["run", batch, "--json", ...out, ...over]))
      const second = summaryOf(yield* crowd(["launch", other, "--provider", "local", "--json", ...over]))

      const told = yield* crowd(["runs", ...over])
      expect(told.code).toBe(0)
      const lines = told.out.trimEnd().split("\n")
      expect(lines[0]).toMatch(/^run +batch +crowd +begun \(UTC\) +decided +to review +spent$/)
      expect(lines[1]).toMatch(
        new RegExp(`^${second.run}  other  local  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  0 of 6   0 +0\\.00 USD$`)
      )
      expect(lines[2]).toMatch(new RegExp(`^${first.run}  batch  mock   .*  6 of 6   0 +0\\.30 USD$`))
      expect(lines).toHaveLength(3)

      const all = json(Listed, yield* crowd(["runs", "--json", ...over])).runs
      expect(all).toMatchObject([
        { run: second.run, batch: "other", provider: "local", decided: 0, units: 6, toReview: 0, cost: { total: 0 } },
        { run: first.run, batch: "batch", provider: "mock", decided: 6, units: 6, toReview: 0, cost: { total: 30 } }
      ])
      const mocks = json(Listed, yield* crowd(["runs", "--json", "--provider", "mock", ...over])).runs
      expect(mocks.map(({ run }) => run)).toEqual([first.run])
      const none = yield* crowd(["runs", "--provider", "mturk", ...over])
      expect(none).toMatchObject({ code: 1, err: expect.stringContaining("has no run on mturk yet") })
    })
  )

  it.scopedLive("is what whatever says that there is no such run points to", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
      const over = ["--db", path.join(dir, "crowd.db")]
      yield* crowd(["launch", batch, ...over])
      for (const words of [["status"], ["export"], ["sync"], ["expire"], ["resume"], ["approve"], ["submissions"]]) {
        const told = yield* crowd([...words, "run_1", ...(words[0] === "approve" ? ["--all"] : []), ...over])
        expect(told).toMatchObject({ code: 1, err: expect.stringMatching(/No run run_1\..* npm run crowd -- runs /) })
      }
      expect((yield* crowd(["status", "nonsense"])).err).toContain("npm run crowd -- runs shows it")
    })
  )
})
