/** What a results file holds of another run is not replaced. */
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { crowd, folder, goodBatch, summaryOf, writeBatch } from "./support.js"

const prepared = (file: string) =>
  Effect.gen(function* () {
    const dir = yield* folder
    const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
    const db = path.join(dir, "crowd.db")
    const out = path.join(dir, file)
    const run = (...words: ReadonlyArray<string>) => crowd(["run", batch, "--out", out, "--db", db, ...words])
    return { dir, batch, db, out, run }
  })

const refused = {
  code: 2,
  err: expect.stringMatching(/Name another file with --out FILE, or replace it with --force\./)
}

describe("a results file", () => {
  for (const file of ["results.csv", "results.jsonl"]) {
    it.scopedLive(`${file} with results of another run is kept, before anything is launched; --force replaces it`, () =>
      Effect.gen(function* () {
        const { batch, db, dir, out, run } = yield* prepared(file)
        const first = summaryOf(yield* run("--json"))
        expect((yield* run()).code).toBe(0)
        const text = fs.readFileSync(out, "utf8")
        expect(yield* run("--new")).toMatchObject(refused)
        const told = yield* crowd(["run", batch, "--out", out, "--db", path.join(dir, "other.db")])
        expect(told).toMatchObject(refused)
        expect(told.err).toContain(`results of another run (${first.run})`)
        expect(fs.existsSync(path.join(dir, "other.db"))).toBe(false)
        expect(fs.readFileSync(out, "utf8")).toBe(text)

        const second = summaryOf(yield* run("--new", "--force", "--json"))
        expect(fs.readFileSync(out, "utf8")).toContain(second.run)
        const exported = ["export", first.run, "--out", out, "--db", db]
        expect(yield* crowd(exported)).toMatchObject(refused)
        expect((yield* crowd([...exported, "--force"])).code).toBe(0)
        expect(fs.readFileSync(out, "utf8")).toContain(first.run)
      })
    )
  }

  it.scopedLive("is no file of something else", () =>
    Effect.gen(function* () {
      const { out, run } = yield* prepared("data.csv")
      fs.writeFileSync(out, "text\nfirst\n")
      const told = yield* run()
      expect(told).toMatchObject(refused)
      expect(told.err).toContain("holds something else than results")
      expect(fs.readFileSync(out, "utf8")).toBe("text\nfirst\n")
      fs.writeFileSync(out, "")
      expect((yield* run()).code).toBe(0)
    })
  )

  it.scopedLive("--out - is standard output", () =>
    Effect.gen(function* () {
      const { batch, db } = yield* prepared("none.csv")
      const words = ["--out", "-", "--db", db]
      const told = yield* crowd(["run", batch, ...words])
      expect(told.code).toBe(0)
      expect(told.out.trimEnd().split("\r\n")).toHaveLength(7)
      expect(told.out).toMatch(/^HITId,/)
      expect(told.err).toContain("0.30 USD")
      const { run } = summaryOf(yield* crowd(["status", "--json", "--db", db]))
      const lines = yield* crowd(["export", run, "--format", "jsonl", ...words])
      expect(lines).toMatchObject({ code: 0, err: "" })
      expect(lines.out.trimEnd().split("\n")).toHaveLength(6)
      expect((yield* crowd(["export", run, "--json", ...words])).code).toBe(2)
    })
  )
})
