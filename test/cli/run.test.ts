import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Mock } from "../../src/Mock.js"
import { rows, toCsv } from "./rows.js"
import {
  crowd,
  folder,
  goodBatch,
  json,
  mockOver,
  noUnits,
  spawned,
  summaryOf,
  taskJson,
  template,
  writeBatch
} from "./support.js"

const setUp = (files = goodBatch) =>
  Effect.gen(function* () {
    const dir = yield* folder
    const batch = yield* writeBatch(path.join(dir, "batch"), files)
    const db = path.join(dir, "crowd.db")
    return { dir, batch, db, over: ["--db", db], out: path.join(dir, "out.csv") }
  })

const Table = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.String }))

const readResults = (file: string) => Schema.decodeUnknownSync(Table)(parse(fs.readFileSync(file), { columns: true }))

describe("crowd run", () => {
  it.scopedLive("launches, works, pays, writes the results and prints the summary", () =>
    Effect.gen(function* () {
      const { batch, out, over } = yield* setUp()
      const words = ["run", batch, "--provider", "mock", "--out", out, ...over]
      const told = yield* crowd(words)
      expect(told.code).toBe(0)
      expect(told.err).toContain("launching 6/6\n")
      expect(told.err).toContain("working 6/6\n")
      const lines = told.out.split("\n").map((line) => line.replace(/ +/g, " ").trim())
      for (const line of [
        "assignments 2",
        "units 6",
        "rewards 0.30 USD",
        "total 0.30 USD",
        `results ${out} (6 rows)`
      ]) {
        expect(lines).toContain(line)
      }

      const results = readResults(out)
      expect(results.map((row) => row["Input.text"]).sort()).toEqual([
        "first",
        "first",
        "first",
        "second",
        "second",
        "second"
      ])
      for (const row of results) expect(["a", "b"]).toContain(row["Answer.kind"])

      const again = yield* crowd([...words, "--json"])
      expect(again.err).toContain(
        "This batch is done already; nothing was launched. Start another run of it with --new, which launches all of it again: 6 units, at most 0.30 USD."
      )
      const first = summaryOf(again)
      expect(first).toEqual({
        run: expect.stringMatching(/^run_/),
        provider: "mock",
        mode: "test",
        assignments: 2,
        units: { ...noUnits, accepted: 6 },
        workers: expect.any(Number),
        cost: { currency: "USD", rewards: 30, bonuses: 0, fees: 0, total: 30 },
        results: out
      })
      expect(told.out).toContain(first.run)

      const anew = yield* crowd([...words, "--new", "--force", "--json"])
      expect(anew.err).toContain(`beside ${first.run}, --new launches the whole batch again: 6 units, at most 0.30 USD`)
      const second = summaryOf(anew)
      expect(second.run).not.toBe(first.run)
      expect(second.units).toEqual(first.units)
      const newest = yield* crowd(["status", ...over])
      expect(newest.out).toContain(second.run)
      expect(newest.out).toContain(`Earlier runs:\n  ${first.run}  batch\n`)
    })
  )

  it.scopedLive("gives the same answers to the same worker on the same row, in whichever run", () =>
    Effect.gen(function* () {
      const answers = (file: string) =>
        new Map(
          readResults(file).map(
            (row) => [`${row["WorkerId"]} ${row["Input.text"]}`, `${row["Answer.kind"]} ${row["Answer.why"]}`] as const
          )
        )
      const { batch, dir, over } = yield* setUp({ ...goodBatch, "task.json": taskJson({ unitsPerAssignment: 5 }) })
      const [a, b] = [path.join(dir, "a.csv"), path.join(dir, "b.csv")]
      yield* crowd(["run", batch, "--out", a, ...over])
      yield* crowd(["run", batch, "--new", "--out", b, ...over])
      expect(answers(a).size).toBe(10)
      expect(answers(b)).toEqual(answers(a))
      expect(new Set(answers(a).values()).size).toBeGreaterThan(1)
    })
  )

  it.scopedLive("sends along what a hidden field has of the row", () =>
    Effect.gen(function* () {
      const hidden = `<input type="hidden" name="of" value="\${text}"><p>\${text}</p>`
      const { batch, out, over } = yield* setUp({ ...goodBatch, "task.html": hidden })
      yield* crowd(["run", batch, "--out", out, ...over])
      const results = readResults(out)
      expect(results).toHaveLength(6)
      for (const row of results) expect(row["Answer.of"]).toBe(row["Input.text"])
    })
  )

  it.scopedLive("continues what crowd launch --limit began", () =>
    Effect.gen(function* () {
      const { batch, out, over } = yield* setUp()
      const launched = summaryOf(yield* crowd(["launch", batch, "--limit", "4", "--json", ...over]))
      expect(launched.units).toEqual({ ...noUnits, created: 2, launched: 4 })
      const ended = summaryOf(yield* crowd(["run", batch, "--out", out, "--json", ...over]))
      expect(ended.run).toBe(launched.run)
      expect(ended.units).toEqual({ ...noUnits, accepted: 6 })
    })
  )

  it.scopedLive("says of crowd launch --limit that it is units, and of how many rows", () =>
    Effect.gen(function* () {
      const { batch, over } = yield* setUp()
      expect((yield* crowd(["launch", "--help"])).out).toContain("Launch at most N units now, not N rows")
      const launched = yield* crowd(["launch", batch, "--limit", "5", ...over])
      expect(launched.err).toContain("planned 6 units of 2 rows, at most 0.30 USD of 10000.00 USD\n")
      expect(launched.err).toContain("--limit 5: 5 units of 2 rows\n")
      expect((yield* crowd(["launch", batch, "--limit", "5", ...over])).err).toContain("--limit 5: 1 unit of 1 row\n")
      expect((yield* crowd(["launch", batch, "--limit", "5", ...over])).err).toContain("--limit 5: 0 units of 0 rows\n")
    })
  )

  it.scopedLive("refuses a batch that was changed under its run", () =>
    Effect.gen(function* () {
      const { batch, over } = yield* setUp()
      yield* crowd(["launch", batch, ...over])
      yield* writeBatch(batch, { "data.csv": "text\nthird\n" })
      const told = yield* crowd(["run", batch, ...over])
      expect(told.code).toBe(1)
      expect(told.err).toContain("The batch batch has changed since run_")
    })
  )

  it.scopedLive("does not wait for ever where nobody may work", () =>
    Effect.gen(function* () {
      const qualifications = [{ name: "native", comparator: "exists" }]
      const { batch, out, over } = yield* setUp({ ...goodBatch, "task.json": taskJson({ qualifications }) })
      const told = yield* crowd(["run", batch, "--out", out, ...over])
      expect(told.code).toBe(1)
      expect(told.err).toContain("Nobody is left who may take the last 6 units")
    })
  )

  it.scopedLive("finds out before it starts that the results cannot be written", () =>
    Effect.gen(function* () {
      const { batch, db, dir, over } = yield* setUp()
      const told = yield* crowd(["run", batch, "--out", path.join(dir, "nope", "out.csv"), ...over])
      expect(told.code).toBe(2)
      expect(told.err).toContain("Make it, or name another with --out")
      expect(fs.existsSync(db)).toBe(false)
    })
  )

  it.scopedLive("rewrites one line on a terminal", () =>
    Effect.gen(function* () {
      const { batch, out, over } = yield* setUp()
      const told = yield* crowd(["run", batch, "--out", out, ...over], { terminal: true, env: { NO_COLOR: "1" } })
      const [planned, rewritten] = told.err.split("\n", 2)
      expect(planned).toBe("planned 6 units of 2 rows, at most 0.30 USD of 10000.00 USD")
      expect(rewritten).toContain("\r\u001b[2Kworking ████████████████████ 6/6")
      expect(told.err.endsWith("\r\u001b[2K")).toBe(true)
      expect(told.err.split("\n")).toHaveLength(2)
    })
  )

  it.scopedLive("carries 210 rows × 3 unchanged: BOM, CRLF, quotes, newlines, emoji", () =>
    Effect.gen(function* () {
      const input = rows(210)
      const { batch, out, over } = yield* setUp({
        "task.json": taskJson(),
        "task.html": template,
        "data.csv": toCsv(input)
      })
      const ended = summaryOf(yield* crowd(["run", batch, "--out", out, "--json", ...over]))
      expect(ended.units["accepted"]).toBe(630)
      const exported = `${out}.jsonl`
      expect((yield* crowd(["export", ended.run, "--out", exported, ...over])).code).toBe(0)
      const Line = Schema.parseJson(
        Schema.Struct({ inputs: Schema.Record({ key: Schema.String, value: Schema.String }) })
      )
      const fromJsonl = fs
        .readFileSync(exported, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => Schema.decodeUnknownSync(Line)(line).inputs)
      const fromCsv = readResults(out).map((row) => ({
        id: row["Input.id"],
        text: row["Input.text"],
        "long name, with comma": row["Input.long name, with comma"]
      }))
      for (const found of [fromCsv, fromJsonl]) {
        expect(found).toHaveLength(630)
        const byId = Arr.groupBy<{ readonly id?: string | undefined }, string>(found, ({ id }) => id ?? "")
        for (const row of input) expect(byId[row.id]).toEqual([row, row, row])
      }
    })
  )
})

describe("crowd run as a process", () => {
  it.scopedLive(
    "stopped with Ctrl-C, it says how to go on; run again it finishes, and launches nothing twice",
    () =>
      Effect.gen(function* () {
        const data = toCsv(rows(150))
        const { batch, db, dir, out, over } = yield* setUp({
          "task.json": taskJson(),
          "task.html": template,
          "data.csv": data
        })
        const words = ["run", batch, "--out", out, "--json", ...over]
        const stopped = yield* spawned(words, {
          cwd: dir,
          onErr: (err) => (/^working [1-9]\d*\/450/m.test(err) ? "SIGINT" : undefined)
        })
        expect(stopped.code).toBe(130)
        expect(
          json(
            Schema.Struct({
              error: Schema.Struct({ _tag: Schema.String, message: Schema.String, advice: Schema.String })
            }),
            stopped
          ).error._tag
        ).toBe("Interrupted")
        expect(stopped.err).toContain(`npm run crowd -- run ${batch} --db ${db} continues where this stopped`)
        expect(fs.existsSync(out)).toBe(false)

        const between = summaryOf(yield* crowd(["status", "--json", ...over]))
        expect(between.units["accepted"]).toBeLessThan(450)
        const ended = summaryOf(yield* crowd(words))
        expect(ended.run).toBe(between.run)
        expect(ended.units).toEqual({ ...noUnits, accepted: 450 })
        expect(readResults(out)).toHaveLength(450)

        const { balance, deeds } = yield* Effect.provide(
          Effect.flatMap(Mock, (mock) => mock.state),
          mockOver(db)
        )
        for (const method of ["launch", "approve"]) {
          const subjects = deeds.filter((deed) => deed.method === method).map(({ subject }) => subject)
          expect(subjects).toHaveLength(450)
          expect(new Set(subjects).size).toBe(450)
        }
        expect(balance.minor).toBe(1_000_000 - 450 * 5)
      }),
    60_000
  )

  it.scopedLive("writes its results beside you, and status finds the run from another process", () =>
    Effect.gen(function* () {
      const { batch, dir } = yield* setUp()
      const ran = yield* spawned(["run", batch, "--provider", "mock", "--json"], { cwd: dir })
      expect(ran.code).toBe(0)
      expect(summaryOf(ran).results).toBe("batch-results.csv")
      expect(readResults(path.join(dir, "batch-results.csv"))).toHaveLength(6)
      const { results: _, ...summary } = summaryOf(ran)
      expect(summaryOf(yield* spawned(["status", "--json"], { cwd: dir }))).toEqual(summary)
    })
  )
})
