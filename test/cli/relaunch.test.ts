import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { crowd, folder, goodBatch, summaryOf, writeBatch } from "./support.js"

/** A batch of two rows of three units each, launched and taken back. */
const takenBack = Effect.gen(function* () {
  const dir = yield* folder
  const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
  const over = ["--db", path.join(dir, "crowd.db")]
  const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...over]))
  yield* crowd(["expire", run, ...over])
  return { batch, over, run }
})

describe("crowd relaunch", () => {
  it.scopedLive("says the cost first, launches rows that lack an answer again, and nothing twice", () =>
    Effect.gen(function* () {
      const { over, run } = yield* takenBack
      expect((yield* crowd(["status", ...over])).out).toContain("2 rows lack an answer. To launch them again: ")
      const told = yield* crowd(["relaunch", ...over])
      expect(told.err).toContain("2 rows lack an answer: 6 units to launch, at most 0.30 USD of 10000.00 USD")
      expect(told.out).not.toContain("lack an answer")
      const again = yield* crowd(["relaunch", run, "--json", ...over])
      expect(summaryOf(again).units).toMatchObject({ expired: 6, launched: 6 })
      expect(JSON.parse(again.out)).toMatchObject({ relaunched: { rows: 0, units: 0 } })
    })
  )

  it.scopedLive("tells programs of the rows that lack an answer, and is narrowed by what became of them", () =>
    Effect.gen(function* () {
      const { over, run } = yield* takenBack
      expect(JSON.parse((yield* crowd(["status", "--json", ...over])).out)).toMatchObject({ rowsLackingAnswers: 2 })
      const none = yield* crowd(["relaunch", run, "--rejected", "--json", ...over])
      expect(JSON.parse(none.out)).toMatchObject({ rowsLackingAnswers: 2, relaunched: { rows: 0, units: 0 } })
      const all = yield* crowd(["relaunch", run, "--expired", "--json", ...over])
      expect(JSON.parse(all.out)).toMatchObject({ relaunched: { rows: 2, units: 6 } })
    })
  )

  it.scopedLive("is what crowd run goes on with", () =>
    Effect.gen(function* () {
      const { batch, over, run } = yield* takenBack
      const out = ["--out", path.join(batch, "..", "out.csv")]
      const done = yield* crowd(["run", batch, ...out, ...over])
      expect(done.err).toContain("This batch is done already")
      expect(done.out).toContain("2 rows lack an answer")
      yield* crowd(["relaunch", ...over])
      const ended = summaryOf(yield* crowd(["run", batch, "--json", ...out, ...over]))
      expect(ended.run).toBe(run)
      expect(ended.units).toMatchObject({ expired: 6, accepted: 6 })
    })
  )
})
