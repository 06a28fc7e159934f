import * as fs from "node:fs"
import * as path from "node:path"
import { expect, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fileFor } from "../../src/cli/results.js"
import { crowd, folder, goodBatch, summaryOf, writeBatch } from "./support.js"

it.each([
  ["sentiment", "sentiment-results.csv"],
  ["Yes/no: is it a cat? (0f2a)", "Yes-no: is it a cat? (0f2a)-results.csv"],
  ["../../etc/passwd", "..-..-etc-passwd-results.csv"],
  ["..\\up\u0000", "..-up--results.csv"],
  ["harmless\u202evsc.exe\u2069\u200f\u2028", "harmless-vsc.exe--results.csv"],
  ["half of \ud83d a character", "half of - a character-results.csv"],
  ["\u{1f408}".repeat(300), `${"\u{1f408}".repeat(60)}-results.csv`]
])("the results of %j go to a file in this folder, whose name can be read and written", (name, file) => {
  expect(fileFor(Option.none(), { name }, "csv")).toBe(file)
  expect(fileFor(Option.some("../out.csv"), { name }, "csv")).toBe("../out.csv")
})

/** A run of this batch on the Mock, and what is exported of it. */
const ran = (files: Readonly<Record<string, string>>, ...options: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const dir = yield* folder
    const batch = yield* writeBatch(path.join(dir, "batch"), { ...goodBatch, ...files })
    const over = ["--db", path.join(dir, "crowd.db")]
    const at = (name: string) => path.join(dir, name)
    const ended = yield* crowd(["run", batch, "--json", "--out", at("run.csv"), ...options, ...over])
    expect(ended.code).toBe(0)
    const { run } = summaryOf(ended)
    const read = (name: string) => fs.readFileSync(at(name), "utf8")
    const exported = (name: string, ...more: ReadonlyArray<string>) =>
      Effect.map(crowd(["export", run, "--out", at(name), ...more, ...over]), ({ code }) => {
        expect(code).toBe(0)
        return read(name)
      })
    return { inRun: read("run.csv"), exported }
  })

it.scopedLive(
  "--excel of run and export: a byte order mark and formulas made harmless; the plain file has neither",
  () =>
    Effect.gen(function* () {
      const html = "<p>${text}</p><input type=hidden name=sum value='=1+1'>"
      const { exported, inRun } = yield* ran({ "task.html": html, "data.csv": "text\n=2+3\n" }, "--excel")
      const excel = yield* exported("excel.csv", "--excel")
      expect(excel).toBe(inRun)
      expect(excel.startsWith("\uFEFFHITId,")).toBe(true)
      expect(excel).toContain(",1,'=2+3,'=1+1\r\n")
      const plain = yield* exported("plain.csv")
      expect(plain.startsWith("HITId,")).toBe(true)
      expect(plain).toContain(",1,=2+3,=1+1\r\n")
    })
)

it.scopedLive("__proto__ is a name like any other, from the data through the form to the results", () =>
  Effect.gen(function* () {
    const html = "<p>${__proto__}</p><input type=hidden name=__proto__ value='of ${__proto__}'>"
    const { exported, inRun } = yield* ran({ "task.html": html, "data.csv": "__proto__\nfirst\n" })
    const [header, row]: ReadonlyArray<ReadonlyArray<string>> = parse(inRun)
    expect([header?.slice(-2), row?.slice(-2)]).toEqual([
      ["Input.__proto__", "Answer.__proto__"],
      ["first", "of first"]
    ])
    expect(yield* exported("out.jsonl")).toContain('"inputs":{"__proto__":"first"},"answers":{"__proto__":"of first"}')
  })
)
