/** What a batch is warned of, told before anything is sent: to people, as data, and as faults where it is asked for. */
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { crowd, errorOf, folder, goodBatch, json, summaryOf, writeBatch } from "./support.js"

const Told = Schema.Struct(
  { warnings: Schema.Array(Schema.Unknown), notes: Schema.Array(Schema.Unknown) },
  { key: Schema.String, value: Schema.Unknown }
)

const markup = {
  file: "data.csv",
  line: 2,
  message:
    'column "text" holds markup, which workers see as typed; if it is meant to be markup, add "markup": ["text"] to task.json, and if none is, "markup": []'
}
const lost = {
  file: "task.html",
  line: 2,
  message:
    'points to "logo.png", which is not there for workers; put the file into media/, or write a whole address (https://…)'
}
const added = {
  file: "task.html",
  message: "has nothing that submits it; a Submit button is added at its end"
}

const doubtful = {
  ...goodBatch,
  "task.html": "<p>${text}</p><input name=kind>\n<img src=logo.png>",
  "data.csv": "text\n<b>first</b>\n"
}

const placed = Effect.gen(function* () {
  const dir = yield* folder
  const batch = yield* writeBatch(path.join(dir, "batch"), doubtful)
  return { dir, batch, over: ["--db", path.join(dir, "crowd.db")] }
})

describe("a batch that is probably not meant as it is", () => {
  it.scopedLive("is warned of by plan, line by line, and is no failure", () =>
    Effect.gen(function* () {
      const { batch, over } = yield* placed
      const told = yield* crowd(["plan", batch, ...over])
      expect(told.code).toBe(0)
      for (const { file, line, message } of [markup, lost]) {
        expect(told.out).toContain(`\nwarning: ${file}:${line}: ${message}\n`)
      }
      expect(told.out).toContain(`\nnote: ${added.file}: ${added.message}\n`)
    })
  )

  it.scopedLive("is warned of by launch and run, before anything is sent", () =>
    Effect.gen(function* () {
      const { batch, dir, over } = yield* placed
      for (const words of [["launch"], ["run", "--out", path.join(dir, "out.csv")]]) {
        const { code, err } = yield* crowd([...words, batch, ...over])
        expect([words, code]).toEqual([words, 0])
        const said = err.indexOf(`warning: data.csv:2: ${markup.message}\n`)
        expect([words, said >= 0, said < err.indexOf("planned ")]).toEqual([words, true, true])
      }
    })
  )

  it.scopedLive("is warned of as data in --json, by plan and by run", () =>
    Effect.gen(function* () {
      const { batch, dir, over } = yield* placed
      const plan = yield* crowd(["plan", batch, "--json", ...over])
      expect(json(Told, plan)).toMatchObject({ warnings: [markup, lost], notes: [added] })
      const ran = yield* crowd(["run", batch, "--json", "--out", path.join(dir, "out.csv"), ...over])
      expect([ran.code, summaryOf(ran).warnings]).toEqual([0, [markup, lost]])
    })
  )

  it.scopedLive("is refused with --strict by plan, launch and run, exit 1, before anything is made", () =>
    Effect.gen(function* () {
      const { batch, dir, over } = yield* placed
      for (const command of ["plan", "launch", "run"]) {
        const told = yield* crowd([command, batch, "--strict", ...over])
        expect([command, told.code, told.out]).toEqual([command, 1, ""])
        expect(told.err).toContain(`error: ${batch} has 2 faults; nothing was sent.`)
        expect(told.err).toContain(`data.csv:2: ${markup.message}`)
        const machine = yield* crowd([command, batch, "--strict", "--json", ...over])
        expect(machine.code).toBe(1)
        expect(errorOf(machine)).toMatchObject({ _tag: "InvalidInput", faults: [markup, lost] })
      }
      expect(fs.readdirSync(dir)).toEqual(["batch"])
    })
  )

  it.scopedLive("notes are no faults: --strict lets a batch pass that has nothing but them", () =>
    Effect.gen(function* () {
      const { batch, over } = yield* placed
      yield* writeBatch(batch, { "task.html": "<p>${text}</p><input name=kind>", "data.csv": "text\nfirst\n" })
      const told = yield* crowd(["plan", batch, "--strict", ...over])
      expect([told.code, told.out.includes(`note: ${added.file}: ${added.message}`)]).toEqual([0, true])
    })
  )
})

describe("control characters", () => {
  it.scopedLive("of names and values reach a terminal written out, whether it has colours or not", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), {
        ...goodBatch,
        "task.html": "<p>${\u001b[8mtext}</p><input name=kind><img src='\u001b[31mlogo\u009b.png'>",
        "data.csv": '"te\u001b[8mxt\nerror: forged"\nfirst\n'
      })
      const words = [["plan", batch], ["plan", path.join(dir, "no\u001b[31m\u202e")], ["nonsense\u001b[8m"]]
      fs.writeFileSync(
        path.join(batch, "task.json"),
        '{"title": "\u001b[2JT", "reward": "\u001b[8m1", "ti\u001b[8mtle": 1}'
      )
      const environments: ReadonlyArray<Readonly<Record<string, string>>> = [{}, { NO_COLOR: "1" }]
      for (const env of environments) {
        for (const asked of words) {
          const { code, err, out } = yield* crowd([...asked, "--db", path.join(dir, "crowd.db")], {
            terminal: true,
            env
          })
          expect(code).not.toBe(0)
          const ours = `${out}${err}`.replaceAll(/\u001b\[(?:31|39)m(?=error:| )/g, "").replaceAll(/\r?\n/g, "")
          expect([asked, /[\p{Cc}\p{Bidi_Control}]/u.exec(ours)]).toEqual([asked, null])
          expect(err).not.toMatch(/^\s*error: forged/m)
        }
      }
    })
  )
})
