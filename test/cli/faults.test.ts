import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { crowd, errorOf, folder, goodBatch, taskJson, template, writeBatch } from "./support.js"

interface Case {
  readonly name: string
  readonly files: Readonly<Record<string, string | undefined>>
  readonly says: ReadonlyArray<string>
}

const cases: ReadonlyArray<Case> = [
  { name: "no task.json", files: { "task.json": undefined }, says: ["task.json: there is no such file"] },
  { name: "no task.html", files: { "task.html": undefined }, says: ["task.html: there is no such file"] },
  {
    name: "no data",
    files: { "data.csv": undefined },
    says: ["data.csv: there is no data.csv, no data.tsv and no data.jsonl; add one"]
  },
  { name: "not JSON", files: { "task.json": "{\n  title: 1\n}" }, says: ["task.json:2: not JSON"] },
  {
    name: "a template that names a column the data lacks",
    files: { "task.html": `${template}\${txt}` },
    says: ["task.html:6: ${txt} names no column of the data", "text"]
  },
  {
    name: "a duplicate header",
    files: { "data.csv": "text,text\na,b\n" },
    says: ['data.csv:1: column 2 is named "text", as is column 1']
  },
  {
    name: "a ragged row",
    files: { "data.csv": "text\na\nb,c\n" },
    says: ["data.csv:3: has 2 fields, but the header names 1 column"]
  },
  {
    name: "a negative reward",
    files: { "task.json": taskJson({ reward: "-0.05" }) },
    says: ["task.json:3: reward -0.05 is negative"]
  },
  {
    name: "a reward with three decimals",
    files: { "task.json": taskJson({ reward: "0.055" }) },
    says: ["task.json:3: reward 0.055 has 3 decimals, but USD has 2"]
  },
  {
    name: "zero units",
    files: { "task.json": taskJson({ unitsPerAssignment: 0 }) },
    says: ["task.json:4: unitsPerAssignment"]
  },
  { name: "empty data", files: { "data.csv": "" }, says: ["data.csv: "] },
  { name: "data without rows", files: { "data.csv": "text\n" }, says: ["data.csv"] }
]

const commands = [["run", "--provider", "mock"], ["launch"], ["plan"]]

describe("a batch with a fault", () => {
  for (const [i, { files, name, says }] of cases.entries()) {
    const command = commands[i % commands.length] ?? []
    it.scopedLive(`${name}: told by crowd ${command[0]}, exit 1, nothing made`, () =>
      Effect.gen(function* () {
        const dir = yield* folder
        const batch = yield* writeBatch(path.join(dir, "batch"), { ...goodBatch, ...files })
        const words = [...command, batch, "--db", path.join(dir, "crowd.db")]
        const told = yield* crowd(words)
        expect(told.code).toBe(1)
        expect(told.out).toBe("")
        expect(told.err).toContain(`error: ${batch} has 1 fault; nothing was sent.`)
        for (const text of says) expect(told.err).toContain(text)

        const machine = yield* crowd([...words, "--json"])
        expect(machine.code).toBe(1)
        const error = errorOf(machine)
        expect(error._tag).toBe("InvalidInput")
        expect(error["path"]).toBe(batch)
        expect(told.err).toContain(error.message)
        expect(fs.readdirSync(dir)).toEqual(["batch"])
      })
    )
  }

  it.scopedLive("tells all faults at once, each with its place", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), {
        "task.json": taskJson({ reward: "-1.00", unitsPerAssignment: 0 }),
        "task.html": "${nothing}<input name=a>",
        "data.csv": "text\na,b\n"
      })
      const { code, err } = yield* crowd(["plan", batch, "--db", path.join(dir, "crowd.db")])
      expect(code).toBe(1)
      expect(err).toContain("has 4 faults")
      for (const place of ["task.json:3:", "task.json:4:", "task.html:1:", "data.csv:2:"]) expect(err).toContain(place)
    })
  )

  it.scopedLive("says that a directory is missing, or is none", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const missing = yield* crowd(["run", path.join(dir, "nope")])
      expect(missing.code).toBe(1)
      expect(missing.err).toContain("npm run crowd -- init <dir> writes a batch to start from.")
      yield* writeBatch(dir, { file: "" })
      const file = yield* crowd(["run", path.join(dir, "file")])
      expect(file.code).toBe(1)
      expect(file.err).toContain("is not a directory")
    })
  )
})
