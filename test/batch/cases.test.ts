/** What `plan` has to say of templates and data that people really had. */
import { fileURLToPath } from "node:url"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { read } from "../../src/batch/BatchDirectory.js"
import type { Fault } from "../../src/CrowdError.js"
import { directoryOf, type Files, faultsOf, good, without } from "./support.js"

const lined = (all: ReadonlyArray<Fault>) =>
  all.map(({ file, line, message }) => `${file}${line === undefined ? "" : `:${line}`} ${message}`)

interface Said {
  readonly faults?: ReadonlyArray<string>
  readonly warnings?: ReadonlyArray<string>
  readonly notes?: ReadonlyArray<string>
}

const saidOf = (dir: string) =>
  Effect.map(
    Effect.either(read(dir)),
    (either): Said =>
      Either.match(either, {
        onLeft: (error) => ({ faults: faultsOf(error) }),
        onRight: ({ notes, warnings }) => ({ warnings: lined(warnings), notes: lined(notes) })
      })
  )

const saidIn = (files: Files) => Effect.scoped(Effect.flatMap(directoryOf({ ...good, ...files }), saidOf))

const added = "task.html has nothing that submits it; a Submit button is added at its end"
const below = "task.html may have no button that submits it; a Submit button stands below it"
const quiet: Said = { warnings: [], notes: [] }
const onlyAdded: Said = { warnings: [], notes: [added] }

const markup = (column: string, holds: string) =>
  `column "${column}" holds ${holds}, which workers see as typed; if it is meant to be markup, add "markup": ["${column}"] to task.json, and if none is, "markup": []`

const semicolons =
  'data.csv:1 the columns are separated by semicolons; add "separator": ";" to task.json, or separate them by commas'

const list =
  'looks like a list in single quotes, which scripts get as text; JSON has double quotes: ["a", "b"] (json.dumps in Python)'

const oneObjectALine = 'data.jsonl:1 must be one object a line, such as {"text": "…"}'

const cases: { readonly [name: string]: Said } = {
  "00-option-buttons": onlyAdded,
  "01-second-submit": quiet,
  "02-second-submit-dead": quiet,
  "03-crowd-form": {
    faults: [
      'task.html:2 <crowd-form> is one of Amazon\'s Crowd HTML Elements, of which nothing here collects the answers; write fields of HTML, such as <input name="answer">, or, if a script of the page\'s own reads them, add "foreign": "meant" to task.json'
    ]
  },
  "04-markup-silent": { warnings: [`data.csv:2 ${markup("passage", "markup")}`], notes: [added] },
  "05-form-in-column": {
    faults: [
      'task.html:1 has no field with a name, so nothing would be collected; column "form" holds fields: add "markup": ["form"] to task.json'
    ]
  },
  "06-python-list": { warnings: [`data.csv:2 column "items" ${list}`], notes: [added] },
  "07-entity-attr": onlyAdded,
  "12-empty-rows": {
    faults: [
      "data.csv:3 is empty in every column; take the row out",
      "data.csv:4 is empty in every column; take the row out"
    ]
  },
  "13-space-after-comma": onlyAdded,
  "14-semicolon": { faults: [semicolons] },
  "15-semicolon-accepted": { faults: [semicolons] },
  "16-utf16": {
    faults: ['data.csv:1 is UTF-16 text, which is not read; save the file as UTF-8 (in Excel: "CSV UTF-8")']
  },
  "17-json-array": { faults: [oneObjectALine] },
  "18-string-concat": {
    faults: [
      'task.html:1 ${COL" + i + "} names no column of the data; if it is meant for the script, write $\\{ there, and &#36;{ in the page\'s text'
    ]
  },
  "20-aws-doc-form": quiet,
  "21-aws-doc-url": {
    warnings: [
      'task.html:1 has no field with a name; unless its scripts make one, nothing is collected: give what workers fill in a name, such as <input name="answer">'
    ],
    notes: []
  },
  "22-several-values": quiet,
  "23-no-submit": onlyAdded
}

const field = "<input name=a><input type=submit>"
const task = (settings: object) => JSON.stringify({ title: "T", reward: "0.05", ...settings })

layer(NodeContext.layer)("plan", (it) => {
  for (const [name, said] of Object.entries(cases)) {
    it.effect(`says of ${name} what its README says`, () =>
      Effect.gen(function* () {
        const dir = fileURLToPath(new URL(`../cases/templates/${name}`, import.meta.url))
        expect(yield* saidOf(dir)).toEqual(said)
      })
    )
  }

  it.effect("warns of entities and of form fields in a column, and of no column that is named as markup", () =>
    Effect.gen(function* () {
      const page = { "task.html": `<b>\${text}</b>${field}` }
      const data = (value: string) => ({ "data.csv": `id,text\n1,${value}\n` })
      expect(yield* saidIn({ ...page, ...data("Tom &amp; Jerry") })).toEqual({
        warnings: [`data.csv:2 ${markup("text", "entities such as &amp;")}`],
        notes: []
      })
      expect(yield* saidIn({ ...page, ...data("<input name=b>") })).toEqual({
        warnings: [`data.csv:2 ${markup("text", "form fields")}`],
        notes: []
      })
      for (const markup of [["text"], []]) {
        expect(yield* saidIn({ ...page, ...data("<b>a</b>"), "task.json": task({ markup }) })).toEqual(quiet)
      }
      for (const value of ["a < b and b > c", "AT&T", "1 < 2", "?a=1&b=2"]) {
        expect(yield* saidIn({ ...page, ...data(value) }), value).toEqual(quiet)
      }
      const script = { "task.html": `<script>var x = "\${text}"</script>${field}` }
      expect(yield* saidIn({ ...script, ...data("<b>a</b>") })).toEqual(quiet)
    })
  )

  it.effect("warns of lists in single quotes only where the template uses the column", () =>
    Effect.gen(function* () {
      const saidOfList = (value: string, template: string) => {
        const data = `${JSON.stringify({ text: value })}\n`
        const files = { ...without("data.csv"), "data.jsonl": data, "task.html": template }
        return Effect.scoped(Effect.flatMap(directoryOf(files), saidOf))
      }
      const used = `<script>var x = \${text}</script>${field}`
      for (const value of ["['a']", "{'a': 1}", "[1, 'b']", "[u'a', u'b']"]) {
        expect(yield* saidOfList(value, used), value).toEqual({
          warnings: [`data.jsonl:1 column "text" ${list}`],
          notes: []
        })
        expect(yield* saidOfList(value, field), value).toEqual(quiet)
      }
      for (const value of ['["it\'s"]', "[sic] 'a'", "['", "[1, 2]"]) {
        expect(yield* saidOfList(value, used), value).toEqual(quiet)
      }
    })
  )

  it.effect("reads semicolons and tabs where task.json or the file's name says so", () =>
    Effect.gen(function* () {
      const read = (files: Files) =>
        Effect.scoped(Effect.flatMap(directoryOf({ ...without("data.csv"), ...files }), saidOf))
      const tabs =
        'data.csv:1 the columns are separated by tabs; call the file data.tsv, add "separator": "tab" to task.json, or separate them by commas'
      expect(yield* read({ "data.csv": "id\ttext\n1\ta, b\n" })).toEqual({ faults: [tabs] })
      expect(yield* read({ "data.csv": '"id";"text"\n1;"a, b"\n' })).toEqual({ faults: [semicolons] })
      expect(yield* read({ "data.tsv": "id\ttext\n1\ta, b; c\n" })).toEqual(onlyAdded)
      for (const [separator, text] of [
        [";", 'id;text\n1;"a;b, c"\n'],
        ["tab", "id\ttext\n1\ta, b; c\n"],
        ["\t", "id\ttext\n1\ta\n"]
      ]) {
        expect(yield* read({ "data.csv": text ?? "", "task.json": task({ separator }) })).toEqual(onlyAdded)
      }
      expect(
        yield* read({ "data.csv": "text;\na\n", "task.html": field, "task.json": task({ separator: "," }) })
      ).toEqual(quiet)
      expect(yield* read({ "data.csv": "id,text\n1,a\n", "task.json": task({ separator: ";" }) })).toEqual({
        faults: [
          'data.csv:1 the columns are separated by commas; call the file data.csv, and take "separator" out of task.json'
        ]
      })
      expect(yield* read({ "data.csv": "id,text\n1,a\n", "task.json": task({ separator: "|" }) })).toEqual({
        faults: ['task.json:1 separator must be ",", ";" or "tab"']
      })
    })
  )

  it.effect("names the encoding of what is not UTF-8, in data, template and settings", () =>
    Effect.gen(function* () {
      const utf16 = (text: string) => Uint8Array.from([0xff, 0xfe, ...new Uint8Array(Buffer.from(text, "utf16le"))])
      const name = "is UTF-16 text"
      for (const file of ["data.csv", "task.html", "task.json"]) {
        const { faults = [] } = yield* saidIn({ [file]: utf16("id,text\n1,ä\n") })
        expect(
          faults.filter((fault) => fault.includes(name)),
          file
        ).toHaveLength(1)
      }
      const encoded: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
        ["Windows-1252", [0x47, 0x72, 0xfc, 0x6e]],
        ["Windows-1251", [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]],
        ["Shift_JIS", [0x82, 0xb1, 0x82, 0xf1, 0x82, 0xc9]],
        ["EUC-JP", [0xa4, 0xb3, 0xa4, 0xf3, 0xa4, 0xcb]]
      ]
      for (const [encoding, bytes] of encoded) {
        const data = Uint8Array.from([...Buffer.from("id,text\n1,"), ...bytes, 10])
        expect(yield* saidIn({ "data.csv": data })).toEqual({
          faults: [
            `data.csv:2 a field of this row is not UTF-8 text; it looks like ${encoding}: save the file as UTF-8 (in Excel: "CSV UTF-8")`
          ]
        })
      }
    })
  )

  it.effect("says of JSON over several lines what it says of the array in one", () =>
    Effect.gen(function* () {
      const jsonl = (text: string) =>
        Effect.scoped(Effect.flatMap(directoryOf({ ...without("data.csv"), "data.jsonl": text }), saidOf))
      for (const text of [
        '[{"text": "a"}]\n',
        '[\n{"text": "a"}\n]\n',
        '{\n  "text": "a"\n}\n',
        '{"text": "a",\n"id": 1}\n'
      ]) {
        expect(yield* jsonl(text), text).toEqual({ faults: [oneObjectALine] })
      }
      expect(yield* jsonl('{"text": \n')).toEqual({
        faults: ["data.jsonl:1 not JSON: unexpected end of input at column 1"]
      })
    })
  )

  it.effect("takes spaces around a name in the header for none of it, and says so of keys of JSON", () =>
    Effect.gen(function* () {
      expect(yield* saidIn({ "data.csv": " id , text\n1,a\n" })).toEqual(onlyAdded)
      const jsonl = { ...without("data.csv"), "data.jsonl": '{"text": "a", " id": 1}\n' }
      expect(yield* Effect.scoped(Effect.flatMap(directoryOf(jsonl), saidOf))).toEqual({
        faults: ["data.jsonl:1 the name of column 2 begins or ends with a space; take it out"]
      })
    })
  )

  it.effect("warns of other tools' languages unless they are meant, and refuses crowd- elements without fields", () =>
    Effect.gen(function* () {
      const warned = (found: string) => ({
        warnings: [
          `task.html:2 holds ${found}, which is of another tool's language; nothing but \${column} is filled in. If a script of the page's own reads it, add "foreign": "meant" to task.json`
        ],
        notes: []
      })
      const meant = { "task.json": task({ foreign: "meant" }) }
      for (const [page, found] of [
        [`${field}\n<p>{{ a }}`, "{{"],
        [`${field}\n{% if a %}b{% endif %}`, "{%"]
      ] as const) {
        expect(yield* saidIn({ "task.html": page })).toEqual(warned(found))
        expect(yield* saidIn({ "task.html": page, ...meant })).toEqual(quiet)
      }
      const crowd =
        '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form><crowd-input name="a"></crowd-form>'
      expect((yield* saidIn({ "task.html": crowd })).faults).toHaveLength(1)
      expect(yield* saidIn({ "task.html": `${crowd}${field}` })).toEqual(quiet)
      expect((yield* saidIn({ "task.html": crowd, ...meant })).warnings).toEqual([
        expect.stringContaining("has no field with a name; unless its scripts make one, nothing is collected")
      ])
      expect(yield* saidIn({ "task.json": task({ foreign: true }) })).toEqual({
        faults: ['task.json:1 foreign must be "meant", or be left out']
      })
    })
  )

  it.effect("refuses a task that collects nothing, but for fields of markup and named buttons", () =>
    Effect.gen(function* () {
      const nothing =
        'has no field with a name, so nothing would be collected; give what workers fill in a name, such as <input name="answer">'
      for (const page of [
        "<p>${text}",
        "<input><input type=submit>",
        "<input type=file name=a>",
        "<input name=a disabled>"
      ]) {
        expect(yield* saidIn({ "task.html": page }), page).toEqual({ faults: [`task.html:1 ${nothing}`] })
      }
      expect(yield* saidIn({ "task.html": "<form><button name=a value=1 type=submit>Yes</button></form>" })).toEqual(
        quiet
      )
      const inData = { "task.html": "<form>${text}</form>", "data.csv": "id,text\n1,<input name=a>\n" }
      expect(yield* saidIn({ ...inData, "task.json": task({ markup: ["text"] }) })).toEqual(onlyAdded)
    })
  )

  it.effect("warns of files a template points to that no worker finds", () =>
    Effect.gen(function* () {
      const lost = (line: number, address: string) =>
        `task.html:${line} points to "${address}", which is not there for workers; put the file into media/, or write a whole address (https://…)`
      const page = `${field}<img src=logo.png>\n<script src="./js/a.js"></script><a href="/rules.html">\n<link rel=stylesheet href=a.css>`
      expect(yield* saidIn({ "task.html": page })).toEqual({
        warnings: [lost(1, "logo.png"), lost(2, "./js/a.js"), lost(2, "/rules.html"), lost(3, "a.css")],
        notes: []
      })
      const fine =
        '<img src="https://a.example/b.png"><img src="data:,"><img src="${text}"><a href="#top"><a href="mailto:a@b"><img src="//a.example/b">'
      expect(yield* saidIn({ "task.html": field + fine })).toEqual(quiet)
      expect(yield* saidIn({ "task.html": `<base href="https://a.example/">${page}` })).toEqual(quiet)
    })
  )

  it.effect("knows by what a page is submitted: its own button, its scripts, ours in it, or ours below it", () =>
    Effect.gen(function* () {
      const noteOf = (page: string) =>
        Effect.map(saidIn({ "task.html": `<input name=a>${page}` }), ({ notes }) => notes)
      const inForm = (page: string) => `<form><input name=b>${page}</form>`
      const theirs = [
        "<input type=submit>",
        '<button type="submit">',
        "<input type=image>",
        inForm("<button>Send</button>"),
        inForm("<button>Send</button><script>var a = 1</script>"),
        `${inForm("")}<button type=submit form=f>`,
        "<script>document.forms[0].submit()</script>",
        "<a href='javascript:document.forms[0].submit()'>",
        "<script>$('form').trigger('submit')</script>",
        "<script>HTMLFormElement.prototype.submit.call(f)</script>",
        "<input type=button onclick='this.form.requestSubmit()'>"
      ]
      for (const page of theirs) expect(yield* noteOf(page), page).toEqual([])
      const ours = [
        "<button>Next</button>",
        "<button type=button>",
        `${inForm("")}<button>Send</button>`,
        `${inForm("")}<input type=submit>`,
        "<script>form.addEventListener('submit', check); $('form').submit(check)</script>",
        '<script src="https://code.jquery.com/jquery-3.3.1.min.js"></script>',
        "<template><input type=submit></template>"
      ]
      for (const page of ours) expect(yield* noteOf(page), page).toEqual([added])
      const unknown = [
        inForm("<button onclick='go()'>Send</button>"),
        inForm("<button id=send>Send</button><script>on(send)</script>"),
        inForm("<button class='a go'>Send</button><script>$('.go').click(f)</script>"),
        inForm("<button>Send</button><script>document.querySelectorAll('button')</script>"),
        inForm("<button>Send</button><script src=https://a.example/a.js></script>"),
        "<script src=https://a.example/a.js></script>",
        "<script>body.innerHTML = '<button>Send</button>'</script>",
        "<script>document.createElement('button')</script>"
      ]
      for (const page of unknown) expect(yield* noteOf(page), page).toEqual([below])
    })
  )
})
