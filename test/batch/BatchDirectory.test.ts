import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, layer } from "@effect/vitest"
import { stringify } from "csv-stringify/sync"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { read } from "../../src/batch/BatchDirectory.js"
import { directoryOf, type Files, faultsOf, good, without } from "./support.js"

const rowsOf = (files: Files) =>
  directoryOf({ ...good, ...files }).pipe(
    Effect.flatMap(read),
    Effect.flatMap(({ rows }) => Stream.runCollect(rows)),
    Effect.map(Chunk.toReadonlyArray),
    Effect.scoped
  )

layer(NodeContext.layer)("BatchDirectory", (it) => {
  describe("a good directory", () => {
    it.scoped("is read with its defaults, named after the directory", () =>
      Effect.gen(function* () {
        const dir = yield* directoryOf(good)
        const batch = yield* read(dir)
        expect(batch.name).toBe((yield* Path.Path).basename(dir))
        expect(batch.columns).toEqual(["id", "text"])
        expect(batch.count).toBe(1)
        expect(batch.task).toMatchObject({
          title: "Title",
          description: "",
          keywords: [],
          reward: { currency: "USD", minor: 5 },
          unitsPerAssignment: 1,
          maxUnitsPerWorker: Option.none(),
          qualifications: [],
          markup: [],
          style: "default"
        })
        expect(Duration.toDays(batch.task.lifetime)).toBe(7)
        const twice = Stream.concat(batch.rows, batch.rows)
        expect(Chunk.toReadonlyArray(yield* Stream.runCollect(twice))).toEqual([
          { id: "1", text: "hello" },
          { id: "1", text: "hello" }
        ])
      })
    )

    it.scoped("has a digest of task, template and data, whatever the line ends", () =>
      Effect.gen(function* () {
        const digestOf = (files: Files) =>
          Effect.map(Effect.flatMap(directoryOf({ ...good, ...files }), read), ({ digest }) => digest)
        const digest = yield* digestOf({})
        expect(yield* digestOf({ "data.csv": '\uFEFFid,text\r\n1,"hello"\r\n\r\n' })).toBe(digest)
        const others = yield* Effect.all([
          digestOf({ "data.csv": "id,text\n1,hallo\n" }),
          digestOf({ "data.csv": "id2,text\n1,hello\n" }),
          digestOf({ "task.html": "<b>${text}</b><input name=answer>" }),
          digestOf({ "task.json": `{ "title": "Title", "reward": "0.06" }` }),
          digestOf({ "task.json": `{ "title": "Title", "reward": "0.05", "markup": ["text"] }` }),
          digestOf({ "task.json": `{ "title": "Title", "reward": "0.05", "panel": "sona" }` })
        ])
        expect(new Set([digest, ...others]).size).toBe(7)
      })
    )

    it.scoped("may substitute in its own scripts what is no column", () =>
      Effect.gen(function* () {
        const script = "<p>${text}</p><script>const f = (row) => `${row.a} ${row} ${text}`</script>"
        const { columns } = yield* read(yield* directoryOf({ ...good, "task.html": script }))
        expect(columns).toEqual(["id", "text"])
      })
    )

    it.effect("reads every setting", () =>
      Effect.gen(function* () {
        const dir = yield* directoryOf({
          ...good,
          "task.json": JSON.stringify({
            title: " T ",
            description: "D",
            keywords: ["a"],
            reward: "20",
            currency: "JPY",
            duration: "90 seconds",
            lifetime: "2 weeks",
            autoApprovalDelay: "1 hour",
            unitsPerAssignment: 3,
            maxUnitsPerWorker: 2,
            qualifications: [
              { name: "a" },
              { name: "b", comparator: "less_than", value: 7 },
              { name: "c", comparator: "in", values: [1, 3] },
              { name: "d", comparator: "equal", value: "US-CA" },
              { name: "e", comparator: "not_equal", value: "US" }
            ],
            markup: ["text"]
          })
        })
        const { task } = yield* read(dir)
        expect(task).toMatchObject({
          title: "T",
          reward: { currency: "JPY", minor: 20 },
          unitsPerAssignment: 3,
          maxUnitsPerWorker: Option.some(2),
          qualifications: [
            { name: "a", comparator: "exists", value: 1 },
            { name: "b", comparator: "less_than", value: 7 },
            { name: "c", comparator: "in", values: [1, 3] },
            { name: "d", comparator: "in", values: ["US-CA"] },
            { name: "e", comparator: "not_in", values: ["US"] }
          ],
          markup: ["text"]
        })
        expect([task.duration, task.lifetime, task.autoApprovalDelay].map(Duration.toSeconds)).toEqual([
          90, 1209600, 3600
        ])
      }).pipe(Effect.scoped)
    )
  })

  describe("data", () => {
    it.effect("reads quotes, embedded line ends, emoji, BOM, CRLF, CR and blank lines", () =>
      Effect.gen(function* () {
        const expected = [
          { id: "1", text: 'a "b",\r\n\n c 😀' },
          { id: "", text: " =1+1 " }
        ]
        const body = (end: string) => `id,text${end}1,"a ""b"",\r\n\n c 😀"${end}${end},${" =1+1 "}${end}${end}`
        for (const end of ["\n", "\r\n", "\r"]) {
          expect(yield* rowsOf({ "data.csv": body(end) })).toEqual(expected)
          expect(yield* rowsOf({ "data.csv": `\uFEFF${body(end)}` })).toEqual(expected)
        }
        expect(yield* rowsOf({ "data.csv": "id,text\n1,hello" })).toEqual([{ id: "1", text: "hello" }])
      })
    )

    it.effect.prop(
      "any rows come back as they were written",
      [
        FastCheck.record({
          names: FastCheck.uniqueArray(
            FastCheck.fullUnicodeString({ minLength: 1, maxLength: 6 }).filter(
              (name) => !/[\0\uFEFF;\t]/.test(name) && name.trim() === name
            ),
            { minLength: 1, maxLength: 4 }
          ),
          values: FastCheck.array(
            FastCheck.array(
              FastCheck.stringOf(
                FastCheck.oneof(
                  FastCheck.constantFrom('"', ",", "\n", "\r", "\r\n", "\uFEFF", " ", "=", "😀"),
                  FastCheck.fullUnicode().filter((char) => char !== "\0")
                )
              ),
              { minLength: 4, maxLength: 4 }
            ),
            { minLength: 1, maxLength: 8 }
          ),
          end: FastCheck.constantFrom("\n", "\r\n", "\r"),
          bom: FastCheck.boolean(),
          quoted: FastCheck.boolean()
        })
      ],
      ([{ bom, end, names, quoted, values }]) =>
        Effect.gen(function* () {
          // A row of nothing but blanks is a fault.
          const records = values.map(([first, ...others]) => [`x${first}`, ...others].slice(0, names.length))
          const csv = stringify([names, ...records], {
            bom,
            quoted,
            quoted_empty: true,
            record_delimiter: end,
            quote_record_delimiter: true
          })
          const rows = yield* rowsOf({ "task.html": "<input name=a>", "data.csv": csv })
          expect(rows.map((row) => new Map(Object.entries(row)))).toEqual(
            records.map((record) => new Map(record.map((value, i) => [names[i], value])))
          )
        })
    )

    it.effect("reads JSON Lines; numbers keep their text", () =>
      Effect.gen(function* () {
        const dir = yield* directoryOf({
          ...without("data.csv"),
          "data.jsonl":
            '\uFEFF{"2": 1.0, "1": 12345678901234567890, "text": "a\\n😀"}\r\n\n{"text":"","1":true,"2":null}'
        })
        const batch = yield* read(dir)
        expect([...batch.columns].sort()).toEqual(["1", "2", "text"])
        expect(Chunk.toReadonlyArray(yield* Stream.runCollect(batch.rows))).toEqual([
          { "2": "1.0", "1": "12345678901234567890", text: "a\n😀" },
          { "2": "null", "1": "true", text: "" }
        ])
      }).pipe(Effect.scoped)
    )

    it.scoped("fails when the file changes after it was checked", () =>
      Effect.gen(function* () {
        const dir = yield* directoryOf(good)
        const { rows } = yield* read(dir)
        const path = yield* Path.Path
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(path.join(dir, "data.csv"), "id,text\n1,hello\n2,more\n")
        expect(faultsOf(yield* Effect.flip(Stream.runDrain(rows)))).toEqual([
          "data.csv was changed while it was in use; run the command again"
        ])
      })
    )

    it.scoped("reads 20,000 rows in constant memory", () =>
      Effect.gen(function* () {
        setFlagsFromString("--expose-gc")
        const gc: unknown = runInNewContext("gc")
        const heap = () => {
          if (typeof gc === "function") gc()
          return process.memoryUsage().heapUsed
        }
        const row = (i: number) => `${i},"Row ${i} says ""hi"",\r\n and ünï 😀 ${"x".repeat(500)}"\r\n`
        const dir = yield* directoryOf({
          ...good,
          "data.csv": `id,text\r\n${Array.from({ length: 20_000 }, (_, i) => row(i)).join("")}`
        })
        const batch = yield* read(dir)
        expect(batch.count).toBe(20_000)
        const seen: Array<number> = []
        yield* Stream.runForEach(batch.rows, ({ id }) =>
          Effect.sync(() => {
            if (id === "1000" || id === "19999") seen.push(heap())
          })
        )
        const [early = 0, late = 0] = seen
        expect(seen.length).toBe(2)
        expect(late - early).toBeLessThan(4_000_000)
      })
    )
  })
})
