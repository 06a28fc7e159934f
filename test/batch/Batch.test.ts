import { describe, effect, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Batch from "../../src/Batch.js"
import { page } from "../../src/batch/Template.js"
import type { Fault } from "../../src/CrowdError.js"
import { type Inputs, Task } from "../../src/TaskRuns.js"
import { faultsOf } from "./support.js"

const task: Task = Either.getOrThrowWith(Batch.decodeTask({ title: "Title", reward: "0.05" }), (faults) => faults)

const make = (rows: Iterable<Inputs>, template = "<p>${text}</p>") =>
  Batch.fromRows({ name: "mine", task, template, rows })

describe("fromRows", () => {
  effect("is a batch whose rows can be run again, even from a generator", () =>
    Effect.gen(function* () {
      const rows = [
        { id: "1", text: "a" },
        { text: "b", id: "2" }
      ]
      const generate = function* () {
        yield* rows
      }
      const batch = yield* make(rows)
      const generated = yield* make(generate())
      expect(batch).toMatchObject({ name: "mine", task, columns: ["id", "text"], count: 2 })
      expect(generated.digest).toBe(batch.digest)
      for (const { rows: again } of [batch, generated]) {
        expect(Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.concat(again, again)))).toEqual([...rows, ...rows])
      }
    })
  )

  effect("has a digest that tells rows apart, also those far from the beginning", () =>
    Effect.gen(function* () {
      const rows = (last: string) => Array.from({ length: 1_200 }, (_, i) => ({ text: i === 1_199 ? last : "same" }))
      expect((yield* make(rows("a"))).digest).toMatch(/^[0-9a-f]{64}$/)
      expect((yield* make(rows("a"))).digest).not.toBe((yield* make(rows("b"))).digest)
      expect((yield* make([{ text: "a,b" }])).digest).not.toBe((yield* make([{ text: "a" }, { text: "b" }])).digest)
    })
  )

  effect("is checked as a directory is", () =>
    Effect.gen(function* () {
      const rows = [{ text: "a" }, { text: "\0" }, { tekst: "b" }, { text: "c\ud800" }, { text: "x".repeat(1_048_577) }]
      expect(faultsOf(yield* Effect.flip(make(rows, "\n${txt}")))).toEqual([
        'rows:2 "text" holds a NUL character (U+0000), which no database keeps; take it out',
        'rows:3 "text" is missing; every row has the keys of the first',
        'rows:3 "tekst" is not a key of the first row; did you mean "text"?',
        'rows:4 "text" holds half of a character (a lone surrogate); write the whole one',
        "rows:5 this row is larger than 1 MiB; keep large content elsewhere and put its address in the row",
        'template:2 ${txt} names no column of the data; did you mean "text"?'
      ])
      const markup = { name: "mine", task: { ...task, markup: ["txt"] }, template: "${text}", rows: [{ text: "a" }] }
      expect(faultsOf(yield* Effect.flip(Batch.fromRows(markup)))).toEqual([
        'task markup.0 is "txt", which names no column of the data; did you mean "text"?'
      ])
      expect((yield* Effect.flip(make([]))).faults).toHaveLength(1)
    })
  )
})

describe("fromRows with what reads pages", () => {
  const said = (
    template: string,
    rows: ReadonlyArray<Inputs>,
    more: Partial<Parameters<typeof Batch.fromRows>[0]> = {}
  ) =>
    Effect.map(
      Effect.either(Batch.fromRows({ name: "mine", task, template, rows, page, ...more })),
      Either.match({
        onLeft: (error) => ({ faults: faultsOf(error) }),
        onRight: ({ notes, warnings }) => ({ warnings: told(warnings), notes: told(notes) })
      })
    )
  const told = (all: ReadonlyArray<Fault>) =>
    all.map(({ file, line, message }) => `${file}${line === undefined ? "" : `:${line}`} ${message}`)

  effect(
    "fails where plan does: a page that collects nothing, another tool's elements, a column that holds the fields",
    () =>
      Effect.gen(function* () {
        const nothing = "template:1 has no field with a name, so nothing would be collected;"
        expect(yield* said("<p>${text}", [{ text: "a" }])).toEqual({
          faults: [`${nothing} give what workers fill in a name, such as <input name="answer">`]
        })
        expect(yield* said("<form>${text}</form>", [{ text: "<input name=a>" }])).toEqual({
          faults: [`${nothing} column "text" holds fields: add "markup": ["text"] to task.json`]
        })
        const crowd = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form></crowd-form>'
        expect(yield* said(crowd, [{ text: "a" }])).toEqual({
          faults: [expect.stringContaining("<crowd-form> is one of Amazon's Crowd HTML Elements")]
        })
        const { warnings } = { warnings: [], ...(yield* said(crowd, [{ text: "a" }], { foreign: "meant" })) }
        expect(warnings).toEqual([expect.stringContaining("unless its scripts make one, nothing is collected")])
      })
  )

  effect("warns and notes what plan does, as data, where the page shows a column and nowhere else", () =>
    Effect.gen(function* () {
      const template = '<p>${text}</p><input name=a>\n<img src="a.png">{{ x }}<script>var b = "${code}"</script>'
      expect(yield* said(template, [{ text: "<b>a</b>", code: "<b>b</b>" }])).toEqual({
        warnings: [
          expect.stringContaining('rows:1 column "text" holds markup'),
          expect.stringContaining("template:2 holds {{"),
          expect.stringContaining('template:2 points to "a.png"')
        ],
        notes: ["template has nothing that submits it; a Submit button is added at its end"]
      })
    })
  )
})

describe("a task without markup and permissions", () => {
  it("is encoded as it was before there were the settings", () => {
    const encoded = Schema.encodeSync(Task)(task)
    expect(Object.keys(encoded)).not.toContain("markup")
    expect(Object.keys(encoded)).not.toContain("permissions")
    expect(Schema.decodeSync(Task)(encoded)).toEqual(task)
  })
})

describe("templates", () => {
  effect("a program may leave out what its scripts substitute", () =>
    Effect.gen(function* () {
      const template = "${text}<script>const f = (i) => `${i}`</script>"
      const options = { name: "mine", task, template, rows: [{ text: "a" }] }
      expect((yield* Effect.flip(Batch.fromRows(options))).faults).toHaveLength(1)
      const batch = yield* Batch.fromRows({ ...options, page })
      expect(batch.count).toBe(1)
    })
  )

  it("placeholders are found with their lines, whichever way lines end", () => {
    expect(Batch.placeholders("${a}\r\n${ b c }\r$d {e}\n${a}${}${x\n}")).toEqual([
      { name: "a", line: 1 },
      { name: "b c", line: 2 },
      { name: "a", line: 4 },
      { name: "", line: 4 }
    ])
  })
})
