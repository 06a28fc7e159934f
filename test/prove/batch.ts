/**
 * A batch of 5,000 rows × 3 units with BOM, CRLF, quotes, embedded newlines and emoji goes through the command as a
 * process, and comes back as 15,000 rows whose inputs are byte-equal to the source.
 */

import * as fs from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { parse } from "csv-parse/sync"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { rows, toCsv } from "../cli/rows.js"
import { spawned, summaryOf, taskJson, template, writeBatch } from "../cli/support.js"

const count = Number(process.argv[2] ?? 5000)
const units = 3
const total = count * units

const Table = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.String }))

const readCsv = (file: string) =>
  Schema.decodeUnknownSync(Table)(parse(fs.readFileSync(file), { columns: true, bom: true }))

/** The most memory the process has held, as Linux counts it. */
const peakMegabytes = (pid: number): number => {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8")
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

const measured = (cwd: string, words: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const start = performance.now()
    let peak = 0
    const watch = (pid: number) => {
      const timer = setInterval(() => {
        peak = Math.max(peak, peakMegabytes(pid))
      }, 100)
      return () => clearInterval(timer)
    }
    const ended = yield* spawned([...words, "--json"], { cwd, watch })
    if (ended.code !== 0) return yield* Effect.dieMessage(`crowd ${words.join(" ")}: ${ended.code}\n${ended.err}`)
    return { summary: ended.out, seconds: (performance.now() - start) / 1000, peak }
  })

const same = (a: string, b: string) => Buffer.from(a).equals(Buffer.from(b))

/** How many exported rows carry exactly the inputs of their source row. */
const countEqual = (source: string, results: string): number => {
  const byId = new Map(readCsv(source).map((row) => [row["id"], row]))
  return readCsv(results).filter((result) => {
    const row = byId.get(result["Input.id"])
    return row !== undefined && Object.keys(row).every((name) => same(row[name] ?? "", result[`Input.${name}`] ?? ""))
  }).length
}

const program = Effect.gen(function* () {
  const dir = fs.mkdtempSync(path.join(tmpdir(), "crowd-prove-"))
  const source = toCsv(rows(count))
  yield* writeBatch(path.join(dir, "batch"), { "task.json": taskJson(), "task.html": template, "data.csv": source })
  const ran = yield* measured(dir, ["run", "batch", "--provider", "mock"])
  const { run, units } = summaryOf({ out: ran.summary })
  const exported = yield* measured(dir, ["export", run, "--out", "exported.csv"])
  const equal = countEqual(path.join(dir, "batch/data.csv"), path.join(dir, "exported.csv"))

  const rate = (seconds: number) => `${seconds.toFixed(1)} s, ${Math.round(total / seconds)} rows/s`
  console.log(`source:   ${count} rows, ${Buffer.byteLength(source)} bytes`)
  console.log(`run:      ${rate(ran.seconds)}, peak ${ran.peak} MB`)
  console.log(`export:   ${rate(exported.seconds)}, peak ${exported.peak} MB`)
  console.log(`accepted: ${units["accepted"]} of ${total} units`)
  console.log(`equal:    ${equal} of ${total} exported rows`)
  const proved = equal === total && units["accepted"] === total
  console.log(proved ? "PROVED" : `FAILED; see ${dir}`)
  if (proved) fs.rmSync(dir, { recursive: true })
  process.exitCode = proved ? 0 : 1
})

await Effect.runPromise(program)
