/** Reading a page of twice the length is twice the work, whatever the page. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Batch from "../../src/Batch.js"
import * as FormFields from "../../src/batch/FormFields.js"
import * as PageChecks from "../../src/batch/pages/pageChecks.js"
import * as TaskPage from "../../src/batch/TaskPage.js"
import * as Template from "../../src/batch/Template.js"
import * as questions from "../../src/mturk-server/hits/questions.js"
import { counting, type StepsOf } from "../support/steps.js"

/** How many mixed pages are tried; `npm run prove:linear` tries more. */
const samples = Number(process.env["CROWD_LINEAR_SAMPLES"] ?? 4)

/** So much more work at the most is twice as much; what is done once makes it less. */
const twice = 2.3

/** As large as a HIT's page may be. */
const pageBytes = 65_535

const hit = (page: string) => {
  Effect.runSync(Effect.ignore(questions.parse(questionOf(page))))
  Effect.runSync(Effect.ignore(questions.checkFields(questions.Question.Html({ content: page }))))
}

const questionOf = (page: string) =>
  `<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[${page.replaceAll("]]>", "]]")}]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>`

const read = (page: string) => {
  hit(page)
  Template.compile(page)
  Template.placeholders(page)
  FormFields.fromHtml(page)
  TaskPage.prepare(page)
  PageChecks.check(page, "task.html", { markup: [], withFields: [], isForeignMeant: false })
}

const pageOf = (part: string, times: number) => `\${a}${part.repeat(times)}`

const doubling = (stepsOf: StepsOf, part: string) =>
  Effect.gen(function* () {
    const steps = (times: number) => stepsOf(Effect.sync(() => read(pageOf(part, times))))
    return (yield* steps(400)) / (yield* steps(200))
  })

/** Elements that stay open, and ends of others: who looks through what is open has ever more to look through. */
const nested = ["<b></x>", "<p><div>", "<b><div></p>", "<x-y>", "<svg></p>"]

/** Each was quadratic, or is near to what was. */
const attacks = [
  "<svg><title>",
  "<!--a--!>",
  "<textarea></textarea/>",
  "<![CDATA[x]]>",
  "<![CDATA[",
  "<title/>",
  "<script/>",
  "<script>\n",
  "<svg></svg>",
  "<svg>",
  "</desc>",
  "<math><mi><title>",
  "<${a}",
  "<b ${a}=${a} ",
  "<style>${a}url(${a}",
  "<script>'${a}' + `${a}` + ${a};\n",
  "<input name=a type=radio value=${a}>",
  "<select name=a><option>",
  "<template>",
  "<form><input type=submit>",
  "<form><button id=a>",
  "<a href=b>",
  "<script>button.submit( ",
  "</a",
  "<!->",
  "<",
  ...nested
]

const pieces = fc.constantFrom(
  ...attacks,
  "\n",
  " ",
  "'",
  "`",
  "/*",
  "//",
  "-->",
  "</script>",
  "</svg>",
  "</title/>",
  "a"
)
const parts = fc.array(pieces, { minLength: 1, maxLength: 4 }).map((all) => all.join(""))

describe("a page", () => {
  it.scoped(
    "of twice the length takes twice the steps, whatever is repeated in it",
    () =>
      Effect.gen(function* () {
        const stepsOf = yield* counting
        for (const part of [...attacks, ...fc.sample(parts, { numRuns: samples, seed: 10 })]) {
          const times = yield* doubling(stepsOf, part)
          expect(times, JSON.stringify(part)).toBeLessThanOrEqual(twice)
        }
      }),
    120_000
  )

  it.each([...attacks, "\n", " ", "/", "'"])("of a HIT's size is read within two seconds: %j", (part) => {
    const times = Math.floor(pageBytes / part.length)
    const before = process.cpuUsage()
    read(pageOf(part, times))
    read(pageOf(`<script>${part}`, times).slice(0, pageBytes))
    read(`\${a}<script>${part.repeat(times)}`)
    expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(2)
  })

  it.each(nested)(
    "of the most bytes that a template may have is searched for fields within three seconds: %j",
    (part) => {
      const before = process.cpuUsage()
      FormFields.fromHtml(part.repeat(Math.floor(Batch.maxTemplateBytes / part.length)))
      expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(3)
    }
  )

  it.each(["<a>", "<a></b>"])("and the XML around a HIT's page, however deep: %j", (part) => {
    const before = process.cpuUsage()
    const xml = questionOf("").replace("<FrameHeight>", `${part.repeat(60_000 / part.length)}<FrameHeight>`)
    expect(Effect.runSync(Effect.flip(questions.parse(xml))).message).toContain("elements deep")
    expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(0.5)
  })
})

/** Of what is for browsers alone, without their types, which these tests are checked without. */
interface Browser {
  readonly fromForm: (form: FormData) => { readonly _tag: string; readonly answers?: object }
}

const browser: string = "../../src/browser/answers.js"

describe("a form", async () => {
  const { fromForm }: Browser = await import(browser)

  it.scoped("of twice the fields takes the browser twice the steps, of one name or of many", () =>
    Effect.gen(function* () {
      const stepsOf = yield* counting
      const steps = (nameOf: (field: number) => string, count: number) => {
        const form = new FormData()
        for (let field = 0; field < count; field++) form.append(nameOf(field), "x")
        return stepsOf(Effect.sync(() => fromForm(form)))
      }
      for (const nameOf of [() => "one", (field: number) => `n${field}`, (field: number) => `n${field % 10}`]) {
        const few = yield* steps(nameOf, 5_000)
        expect(few).toBeGreaterThan(5_000)
        expect((yield* steps(nameOf, 10_000)) / few).toBeLessThanOrEqual(twice)
      }
    })
  )

  it("of 100,000 fields is read by the browser within a second, though ten thousand are of one name", () => {
    const form = new FormData()
    for (let field = 0; field < 100_000; field++) form.append(`n${Math.min(field, 90_000)}`, "x")
    const before = process.cpuUsage()
    const read = fromForm(form)
    expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(1)
    expect(read._tag === "Answers" && Object.keys(read.answers ?? {}).length).toBe(90_001)
  })
})
