import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Batch from "../../src/Batch.js"
import { read } from "../../src/batch/BatchDirectory.js"
import * as Money from "../../src/Money.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { bytes, directoryOf, faultsIn, faultsOf, good, without } from "./support.js"

const faultsOfData = (data: string | Uint8Array) => faultsIn({ ...good, "data.csv": data })

const notUtf8 = 'not UTF-8 text; it looks like Windows-1252: save the file as UTF-8 (in Excel: "CSV UTF-8")'

const faultsOfLines = (data: string | Uint8Array) => faultsIn({ ...without("data.csv"), "data.jsonl": data })

const faultsOfTask = (task: string) => faultsIn({ ...good, "task.json": task })

layer(NodeContext.layer)("Faults of batch directories", (it) => {
  describe("faults of the data", () => {
    it.effect("ragged rows, with the line they begin on", () =>
      Effect.gen(function* () {
        expect(yield* faultsOfData('id,text\r\n"a\r\nb",c\r\n1\r\n\r\n"x\n\r\ny",2,3\r\n')).toEqual([
          "data.csv:4 has 1 field, but the header names 2 columns",
          "data.csv:6 has 3 fields, but the header names 2 columns"
        ])
      })
    )

    it.effect("duplicate and empty headers", () =>
      Effect.gen(function* () {
        expect(yield* faultsOfData("text,id,text, ,__proto__\n1,2,3,4,5\n")).toEqual([
          'data.csv:1 column 3 is named "text", as is column 1; give each its own name',
          "data.csv:1 column 4 has no name; name it, or take the column out"
        ])
      })
    )

    it.effect("no rows, and nothing at all", () =>
      Effect.gen(function* () {
        const empty = "data.csv is empty; the first line names the columns, then one row for each assignment"
        expect(yield* faultsOfData("id,text\n\n")).toEqual([
          "data.csv has a header but no rows; add a row for each assignment"
        ])
        expect(yield* faultsOfData("")).toEqual([empty])
        expect(yield* faultsOfData("\uFEFF\n")).toEqual([empty])
      })
    )

    it.effect("quotes: unclosed, followed by text, and within a field; after blank lines and embedded line ends", () =>
      Effect.gen(function* () {
        expect(yield* faultsOfData('id,text\n1,"a\nb"\n\n\n5" pipe,6" pipe\n2,"c\nd\n')).toEqual([
          "data.csv:6 a quote in the middle of a field that does not begin with one; put the field in quotes and double those inside it",
          "data.csv:7 the quoted field that begins here is never closed; close it, or double the quotes inside it. Rows after it were not checked"
        ])
        expect(yield* faultsOfData('id,text\n\n"a\n"b,c\n1\n')).toEqual([
          "data.csv:3 the quoted field that begins here is followed by other text; double the quotes inside it. Rows after it were not checked"
        ])
      })
    )

    it.effect("NUL and bytes that are not UTF-8", () =>
      Effect.gen(function* () {
        expect(
          yield* faultsOfData(bytes("id,text\n1,a", 0, "b\n2,", 0xff, "\n3,", 0xc3, '\n4,"', 0xef, 0xbf, 0xbd, '"\n'))
        ).toEqual([
          'data.csv:2 "text" holds a NUL character (U+0000), which no database keeps; take it out',
          `data.csv:3 a field of this row is ${notUtf8}`,
          `data.csv:4 a field of this row is ${notUtf8}`
        ])
      })
    )

    it.effect("rows larger than 1 MiB", () =>
      Effect.gen(function* () {
        const large = "x".repeat(1_048_600)
        const fault = "this row is larger than 1 MiB; keep large content elsewhere and put its address in the row"
        expect(yield* faultsOfData(`id,text\n1,${large}\n2,a\n3,b,c\n`)).toEqual([
          `data.csv:2 ${fault}`,
          "data.csv:4 has 3 fields, but the header names 2 columns"
        ])
        expect(yield* faultsOfData(`id,text\n1,b\n2,"${"x\n".repeat(2_000_000)}`)).toEqual([
          `data.csv:3 ${fault}. Rows after it were not checked`
        ])
        expect(yield* faultsOfLines(`{"text":"a"}\n{"text":"${large}"}\n{"text":3,"a":1}\n`)).toEqual([
          `data.jsonl:2 ${fault}`,
          'data.jsonl:3 "a" is not a key of the first row; known are "text"'
        ])
      })
    )

    it.effect("more than 100 faults are counted", () =>
      Effect.gen(function* () {
        const faults = yield* faultsOfData(`id,text\n${"1\n".repeat(1_234)}`)
        expect(faults.length).toBe(101)
        expect(faults[99]).toBe("data.csv:101 has 1 field, but the header names 2 columns")
        expect(faults[100]).toMatch(/… and 1134 more$/)
      })
    )

    it.effect("JSON Lines: syntax, other values than objects, nesting, keys", () =>
      Effect.gen(function* () {
        const lines = [
          '{"text": "a", "id": 1}',
          '{"text": }',
          "[1]",
          '{"text": {"a": 1}, "id": 2}',
          '{"text": "b"}',
          '{"text": "c", "id": 3, "idd": 4}',
          '{"text": "d", "text": "e", "id": 5}',
          '{"text": "\\ud800", "id": "\\u0000"}'
        ]
        expect(yield* faultsOfLines(lines.join("\n"))).toEqual([
          'data.jsonl:2 not JSON: unexpected "}" at column 10',
          'data.jsonl:3 must be one object a line, such as {"text": "…"}',
          'data.jsonl:4 "text" is nested; a value is text, a number, true, false or null',
          'data.jsonl:5 "id" is missing; every row has the keys of the first',
          'data.jsonl:6 "idd" is not a key of the first row; did you mean "id"?',
          'data.jsonl:7 "text" is there twice; keep one',
          'data.jsonl:8 "text" holds half of a character (a lone surrogate); write the whole one',
          'data.jsonl:8 "id" holds a NUL character (U+0000), which no database keeps; take it out'
        ])
      })
    )
  })

  describe("faults of task.json", () => {
    it.effect("not JSON, with line and column", () =>
      Effect.gen(function* () {
        expect(yield* faultsOfTask('{\n  "title": "a",\n  reward: 1\n}')).toEqual([
          "task.json:3 not JSON: unexpected character 'r' at column 3"
        ])
        expect(yield* faultsOfTask("")).toEqual(["task.json:1 not JSON: unexpected end of input at column 1"])
        expect(yield* faultsOfTask("[]")).toEqual(['task.json:1 must be an object: { "title": …, "reward": … }'])
      })
    )

    it.effect("a panel: what is wrong of it, each on its line", () =>
      Effect.gen(function* () {
        const panel = (text: string) => faultsOfTask(`{ "title": "a", "reward": "0.05",\n"panel": ${text} }`)
        expect(yield* panel('"besampel"')).toEqual([
          'task.json:2 panel is no panel that is known; did you mean "besample"?'
        ])
        expect(yield* panel("7")).toEqual(['task.json:2 panel must be the name of a panel, or an object: { "id": … }'])
        const wrong = `{
          "session": "a b",
          "sesion": "s",
          "proof": { "parameter": "sig", "algorithm": "md5", "over": "query" },
          "exits": {
            "completed": { "redirect": "http://panel.example/" },
            "screenedout": { "code": "A" },
            "partial": { "code": "" }
          }
        }`
        expect([...(yield* panel(wrong))].sort()).toEqual([
          "task.json:2 panel.id is missing; it is required",
          "task.json:3 panel.session must be the name of a parameter: letters, digits, _, ., ~ and -, at most 64",
          'task.json:4 panel.sesion is no setting; did you mean "session"?',
          'task.json:5 panel.proof.algorithm must be "hmac-sha256" or "checksum"',
          'task.json:7 panel.exits.completed must begin with "https://" and a host',
          'task.json:8 panel.exits.screenedout is no setting; did you mean "screenedOut"?',
          'task.json:9 panel.exits.partial is empty; write the code, or "each" for one of their own'
        ])
        expect(
          yield* panel('{ "id": "a", "exits": { "noWork": { "code": "A", "redirect": "https://panel.example" } } }')
        ).toEqual(['task.json:2 panel.exits.noWork must be { "code": … } or { "redirect": "https://…" }'])
        const mixed = `{
          "preset": "sona",
          "keep": ["survey_code", "id"],
          "exits": { "completed": { "redirect": "https://sona.example/?a={id}&b={sesion}" } }
        }`
        expect([...(yield* panel(mixed))].sort()).toEqual([
          'task.json:2 panel has the parameter "survey_code" twice; each is for one thing',
          'task.json:4 panel.keep has "id", which stands for something else in addresses',
          'task.json:5 panel.exits.completed.redirect has a place for {sesion}, of which nothing is known; known are "id", "code", "survey_code", "id"'
        ])
      })
    )

    it.effect("money: negative, three decimals, a number, missing", () =>
      Effect.gen(function* () {
        const faultOfReward = (reward: string) => Effect.map(faultsOfTask(`{"title": "a"${reward}}`), ([only]) => only)
        expect(yield* faultOfReward(',\n"reward": "-0.05"')).toMatch(/^task\.json:2 reward .*negative/)
        expect(yield* faultOfReward(', "reward": "0.055"')).toMatch(/^task\.json:1 reward .*3 decimals, but USD has 2/)
        expect(yield* faultOfReward(', "reward": "5", "currency": "dollar"')).toMatch(/^task\.json:1 currency "dollar"/)
        expect(yield* faultOfReward(', "reward": "1.5", "currency": "JPY"')).toMatch(/1 decimals, but JPY has 0/)
        expect(yield* faultOfReward(', "reward": "10000000.01"')).toMatch(
          /"10000000.01" is more than a unit can be worth/
        )
        expect(yield* faultOfReward(', "reward": 0.05')).toBe(
          'task.json:1 reward is a number; write it as text in quotes: "reward": "0.05"'
        )
        expect(yield* faultOfReward("")).toBe(
          'task.json:1 reward is missing; write it as text, such as "reward": "0.05"'
        )
      })
    )

    it.effect("everything else, all at once, in the order of the lines", () =>
      Effect.gen(function* () {
        const faults = yield* faultsOfTask(`{
          "title": " ",
          "reward": "x",
          "durration": "10 minutes",
          "duration": "10 lightyears",
          "lifetime": "366 days",
          "autoApprovalDelay": 5,
          "unitsPerAssignment": 0,
          "maxUnitsPerWorker": 1.5,
          "keywords": ["a", 3],
          "title": "twice",
          "qualifications": [
            { "name": "x", "valu": 3 },
            { "name": "y", "value": 2 },
            { "comparator": "gt" },
            7
          ]
        }`)
        expect(faults.map((fault) => fault.slice("task.json:".length))).toEqual([
          '3 reward "x" is not an amount of money; write it like 0.05',
          '4 durration is no setting; did you mean "duration"?',
          '5 duration "10 lightyears" is no duration; write a number and a unit, such as "30 seconds", "10 minutes" or "7 days"',
          '6 lifetime "366 days" is out of bounds; write 365 days or less',
          '7 autoApprovalDelay must be text with a unit, such as "10 minutes"',
          "8 unitsPerAssignment is 0; every row needs units: write a whole number, 1 or more",
          "9 maxUnitsPerWorker is 1.5; write a whole number, 1 or more",
          "10 keywords.1 must be text",
          '11 "title" is there twice; keep one',
          '13 qualifications.0.valu is no setting; did you mean "value"?',
          '14 qualifications.1 has a value but no comparator; add one, such as "comparator": "greater_than_or_equal"',
          "15 qualifications.2.name is missing; it is required",
          "15 qualifications.2.comparator must be one of exists, does_not_exist, equal, not_equal, less_than, less_than_or_equal, greater_than, greater_than_or_equal, in, not_in",
          '16 qualifications.3 must be an object: { "name": … }'
        ])
      })
    )

    it.effect("style: what is neither", () =>
      Effect.gen(function* () {
        const faults = yield* faultsOfTask('{"title": "a", "reward": "1",\n"style": "pretty"}')
        expect(faults).toEqual(['task.json:2 style must be "default" or "none"'])
      })
    )

    it.effect("permissions: what is no list, and what is neither the microphone nor the camera", () =>
      Effect.gen(function* () {
        const task = (permissions: string) => `{"title": "a", "reward": "1",\n"permissions": ${permissions}}`
        expect(yield* faultsOfTask(task('"camera"'))).toEqual([
          'task.json:2 permissions must be a list of "microphone" or "camera"'
        ])
        expect(yield* faultsOfTask(task('["microphone",\n"geolocation"]'))).toEqual([
          'task.json:3 permissions.1 must be "microphone" or "camera"'
        ])
      })
    )

    it.effect("markup: what is no list of columns, and what is no column", () =>
      Effect.gen(function* () {
        const task = (markup: string) => `{"title": "a", "reward": "1",\n"markup": ${markup}}`
        expect(yield* faultsOfTask(task('"text"'))).toEqual(["task.json:2 markup must be a list of columns"])
        expect(yield* faultsOfTask(task('["text",\n"tekst", ""]'))).toEqual(["task.json:3 markup.2 is empty"])
        expect(yield* faultsOfTask(task('["text",\n"tekst", "id"]'))).toEqual([
          'task.json:3 markup.1 is "tekst", which names no column of the data; did you mean "text"?'
        ])
      })
    )

    it.effect("qualifications whose parts do not go together", () =>
      Effect.gen(function* () {
        const faults = yield* faultsOfTask(`{
          "title": "t", "reward": "1", "qualifications": [
            { "name": "a", "comparator": "in" },
            { "name": "b", "comparator": "in", "values": [] },
            { "name": "c", "comparator": "not_in", "value": 2, "values": [3] },
            { "name": "d", "comparator": "equal", "values": [3] },
            { "name": "e", "comparator": "in", "values": [3, "US"] },
            { "name": "f", "comparator": "in", "values": ["Germany"] },
            { "name": "g", "comparator": "less_than", "value": "US" },
            { "name": "h", "comparator": "equal", "value": 1.5 },
            { "name": "i", "comparator": "in", "values": 3 }
          ]
        }`)
        const what = 'Write "values": [ … ]'
        const one = 'must be a whole number, or a place such as "US" or "US-CA"'
        expect(faults.map((fault) => fault.slice("task.json:".length))).toEqual([
          `3 qualifications.0 is in what? ${what}`,
          `4 qualifications.1 is in what? ${what}`,
          `5 qualifications.2 is not_in what? ${what}`,
          '6 qualifications.3 has values; they need "comparator": "in" or "not_in"',
          "7 qualifications.4 has numbers and places among its values",
          `8 qualifications.5.values.0 ${one}`,
          "9 qualifications.6 compares a place; places can only be equal, not_equal, in or not_in",
          `10 qualifications.7.value ${one}`,
          "11 qualifications.8.values must be a list"
        ])
      })
    )

    it.effect("no text: missing title, bad types, durations of nothing", () =>
      Effect.gen(function* () {
        expect(
          yield* faultsOfTask(`{"reward": "1", "keywords": "a, b", "duration": "-5 minutes", "qualifications": {}}`)
        ).toEqual([
          "task.json:1 title is missing; it is required",
          "task.json:1 keywords must be a list of texts",
          'task.json:1 duration "-5 minutes" is out of bounds; write one second or more',
          "task.json:1 qualifications must be a list of qualifications"
        ])
      })
    )
  })

  describe("faults of the directory", () => {
    it.effect("faults of all files at once", () =>
      Effect.gen(function* () {
        expect(
          yield* faultsIn({
            "task.json": "{}",
            "task.html": "<input name=a>\r\n${tekst} ${ text }\n${}",
            "data.csv": "text\na,b\n"
          })
        ).toEqual([
          "task.json:1 title is missing; it is required",
          'task.json:1 reward is missing; write it as text, such as "reward": "0.05"',
          'task.html:2 ${tekst} names no column of the data; did you mean "text"?',
          'task.html:3 ${} names no column of the data; known are "text"',
          "data.csv:2 has 2 fields, but the header names 1 column"
        ])
      })
    )

    it.effect("placeholders that name no column, wherever they stand", () =>
      Effect.gen(function* () {
        const html = "<p title=${a}>${text}\n<!--${b}-->\n<script>'${c}'\n`${k}` ${e}</script>\n<style>${f}</style>"
        expect(yield* faultsIn({ ...good, "task.html": html })).toEqual(
          ["1 ${a}", "2 ${b}", "3 ${c}", "4 ${k}", "4 ${e}", "5 ${f}"].map(
            (fault) => `task.html:${fault} names no column of the data; known are "id", "text"`
          )
        )
      })
    )

    it.effect("missing files, both kinds of data, an empty template, a folder for a file", () =>
      Effect.gen(function* () {
        expect(yield* faultsIn({})).toEqual([
          "task.json there is no such file",
          "task.html there is no such file",
          "data.csv there is no data.csv, no data.tsv and no data.jsonl; add one"
        ])
        expect(yield* faultsIn({ ...good, "data.jsonl": "" })).toEqual([
          "data.jsonl is there beside data.csv; keep one of them"
        ])
        expect(yield* faultsIn({ ...good, "task.html": " \n" })).toEqual([
          "task.html is empty; write the form that workers fill in"
        ])
        expect(yield* faultsIn({ ...good, "task.html": bytes(0xff) })).toEqual([`task.html is ${notUtf8}`])
        const dir = yield* directoryOf(without("data.csv"))
        const fs = yield* FileSystem.FileSystem
        yield* fs.makeDirectory((yield* Path.Path).join(dir, "data.csv"))
        expect(faultsOf(yield* Effect.flip(read(dir)))).toEqual(["data.csv cannot be read: it is a directory"])
      }).pipe(Effect.scoped)
    )

    it.effect("a page of more fields than an answer may have names", () =>
      Effect.gen(function* () {
        const page = (count: number) =>
          `<p>\${text}</p>${Array.from({ length: count }, (_, i) => `<input name=f${i}>`).join("")}<input name=f0>`
        expect(yield* faultsIn({ ...good, "task.html": page(1_001) })).toEqual([
          "task.html has fields of 1001 names, and an answer has 1000 at the most; divide it among several tasks"
        ])
        const batch = yield* Effect.scoped(Effect.flatMap(directoryOf({ ...good, "task.html": page(1_000) }), read))
        expect(batch.count).toBe(1)
      })
    )

    it.effect("a page larger than 1 MiB, in a directory and in a program", () =>
      Effect.gen(function* () {
        const large = `<p>${"x".repeat(1_048_576)}</p>`
        const fault = "is larger than 1048576 bytes; put pictures and scripts elsewhere, and their addresses into it"
        expect(yield* faultsIn({ ...good, "task.html": large })).toEqual([`task.html ${fault}`])
        const task = { ...taskDefaults, title: "Large", reward: Money.make(5), maxUnitsPerWorker: Option.none() }
        const batch = Batch.fromRows({ name: "large", task, template: large, rows: [{ id: "1" }] })
        expect(faultsOf(yield* Effect.flip(batch))).toEqual([`template ${fault}`])
      })
    )

    it.effect("no such directory, and a file in its place", () =>
      Effect.gen(function* () {
        const dir = yield* directoryOf(good)
        const path = yield* Path.Path
        const none = path.join(dir, "none")
        const file = path.join(dir, "data.csv")
        expect(faultsOf(yield* Effect.flip(read(none)))).toEqual([
          `${none} there is no such directory; Samples.copy writes one to start from`
        ])
        expect(faultsOf(yield* Effect.flip(read(file)))).toEqual([
          `${file} is not a directory; give the directory that holds task.json`
        ])
      }).pipe(Effect.scoped)
    )
  })
})
