/** The templates that people really had, each worked on by one person in Chromium: what its README says is right. */
import { readFileSync } from "node:fs"
import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { FrameLocator, Page } from "playwright-core"
import type { Answers } from "../../src/Agents.js"
import * as Results from "../../src/batch/Results.js"
import { prepare } from "../../src/batch/TaskPage.js"
import * as Crowd from "../../src/Crowd.js"
import { render } from "../../src/mturk/questions.js"
import type { Inputs, Task } from "../../src/TaskRuns.js"
import * as chromium from "./support/chromium.js"
import { agentsOf, live, offered, Regular, regular, resuming, submitted, thanked } from "./support/tasks.js"

const { act } = chromium

const caseOf = (name: string): string => readFileSync(`test/cases/templates/${name}/task.html`, "utf8")

const press = (task: FrameLocator, name: string) => task.getByRole("button", { name }).click()

/** The field that most of the cases have. */
const answer = async (task: FrameLocator) => {
  await task.locator("[name=q]").fill("a")
  await press(task, "Submit")
}

/** All that a worker may take for one that submits. */
const submitButtons = async (task: FrameLocator, page: Page): Promise<number> =>
  (await task.getByRole("button", { name: "Submit" }).count()) +
  (await page.getByRole("button", { name: "Submit" }).count())

const empty = (scripts: string) =>
  Effect.flatMap(Regular, (page) =>
    Effect.acquireRelease(
      act(() => page.route(scripts, (route) => route.fulfill({ body: "" }))),
      () => act(() => page.unroute(scripts))
    )
  )

interface Case {
  readonly name: string
  readonly right: string
  readonly row?: Inputs
  readonly task?: Partial<Task>
  /** Scripts of other sites, which are empty here. */
  readonly scripts?: string
  readonly mended?: (template: string) => string
  readonly does: (task: FrameLocator, page: Page) => Promise<void>
  readonly answers: Answers
}

const cases: ReadonlyArray<Case> = [
  {
    name: "00-option-buttons",
    right: "the option buttons stay buttons, and a Submit of ours submits",
    scripts: "https://code.jquery.com/**",
    does: async (task) => {
      await press(task, "Happy")
      await press(task, "Submit")
    },
    answers: { mood: "Happy" }
  },
  {
    name: "01-second-submit",
    right: "one button, which submits by the page's script",
    does: async (task) => press(task, "Submit"),
    answers: { boxes: "[1,2]" }
  },
  {
    name: "02-second-submit-dead",
    right: "the page's own button submits; nothing of ours has the id that it asks for",
    does: async (task) => {
      expect(await task.locator("#submitButton").count()).toBe(1)
      await answer(task)
    },
    answers: { q: "a", h: "set" }
  },
  {
    name: "04-markup-silent",
    right: "the column is markup where task.json says so",
    row: { passage: "<p>One &amp; <b>two</b></p>" },
    task: { markup: ["passage"] },
    does: async (task) => {
      expect(await task.locator("p b").first().textContent()).toBe("two")
      await answer(task)
    },
    answers: { q: "a" }
  },
  {
    name: "05-form-in-column",
    right: "the fields in the column are answered where it is markup",
    row: { form: '<label>Answer <input name="a"></label>' },
    task: { markup: ["form"] },
    does: async (task) => {
      await task.getByLabel("Answer").fill("x")
      await press(task, "Submit")
    },
    answers: { a: "x" }
  },
  {
    name: "06-python-list",
    right: "a list of JSON is a list to the script",
    row: { items: '["a", "b"]' },
    does: answer,
    answers: { q: "a", n: "2" }
  },
  {
    name: "07-entity-attr",
    right: "with markup, text and attribute read the same",
    row: { text: "Tom &amp; Jerry say &quot;hi&quot;" },
    task: { markup: ["text"] },
    does: async (task) => {
      await task.getByText('Tom & Jerry say "hi"', { exact: true }).waitFor()
      await answer(task)
    },
    answers: { copy: 'Tom & Jerry say "hi"', q: "a" }
  },
  {
    name: "18-string-concat",
    right: "a ${ that is meant for the script, written as plan says, is the script's",
    row: { text: "a" },
    mended: (template) => template.replace("${COL", "$\\{COL"),
    does: answer,
    answers: { q: "a", h: "${COL1}" }
  },
  {
    name: "20-aws-doc-form",
    right: "no second Submit; the page's own sends its coordinates",
    does: async (task) => press(task, "Submit"),
    answers: { coordinates: "[1]" }
  },
  {
    name: "21-aws-doc-url",
    right: "the page's own button submits to turkSubmitTo",
    does: async (task) => press(task, "Submit"),
    answers: { coordinates: "[1]" }
  },
  {
    name: "23-no-submit",
    right: "the button that turns pages turns them, and a Submit of ours submits",
    does: async (task) => {
      await press(task, "Next")
      await task.getByText("Page 2").waitFor()
      await answer(task)
    },
    answers: { q: "a" }
  }
]

share(Layer.provideMerge(regular, live()), { excludeTestServices: true })("in a browser", (it) => {
  for (const {
    answers,
    does,
    mended = (template: string) => template,
    name,
    right,
    row = { id: "1", text: "hello" },
    scripts,
    task
  } of cases) {
    it.scoped(`${name}: ${right}`, () =>
      Effect.gen(function* () {
        const run = yield* offered({ template: mended(caseOf(name)), rows: [row], ...(task && { task }) })
        if (scripts !== undefined) yield* empty(scripts)
        const atWork = yield* resuming(run)
        yield* act(() => expect.poll(() => submitButtons(atWork.task, atWork.page)).toBe(1))
        yield* act(() => does(atWork.task, atWork.page))
        yield* thanked(atWork)
        expect(yield* submitted(run.id)).toEqual([answers])
      })
    )
  }

  it.effect("22-several-values: JSONL has a list always, CSV a|b, what was left is empty, formulas are harmless", () =>
    Effect.gen(function* () {
      const rows = [{ text: "=1+1" }, { text: "ü – “x”" }]
      const template = caseOf("22-several-values")
      const run = yield* offered({ template, rows })
      const first = yield* resuming(run)
      yield* act(async () => {
        await first.task.getByLabel("a,b").check()
        await first.task.getByLabel("c", { exact: true }).check()
        await first.task.locator("[name=formula]").fill("=1+1")
        await press(first.task, "Submit")
      })
      yield* thanked(first)
      const second = yield* resuming(run)
      yield* act(async () => {
        await second.task.locator("textarea").fill('["a,b","c"]')
        await press(second.task, "Submit")
      })
      yield* thanked(second)
      const written = (format: Results.Format, excel = false) =>
        Stream.mkString(Results.encode(Crowd.results(run.id), format, { template, excel }))
      const lines = (yield* written("jsonl")).trimEnd().split("\n")
      expect(lines.map((line): unknown => JSON.parse(line).answers)).toEqual([
        { tag: ["a,b", "c"], lone: "", note: "", formula: "=1+1" },
        { tag: [], lone: "", note: '["a,b","c"]', formula: "" }
      ])
      const csv = yield* written("csv")
      expect(csv).toContain(',"a,b|c"\r\n')
      expect(csv).toContain(",=1+1,")
      expect(yield* written("csv", true)).toContain(",'=1+1,")
    })
  )

  const shut = "<script>document.querySelector('#check').onclick = (event) => event.preventDefault()</script>"

  it.effect("a button that may not submit: ours stands below the frame, and presses what the page has", () =>
    Effect.gen(function* () {
      const template = `<form><label>Kind <input name=a required></label><button id=check>Check</button></form>${shut}`
      const run = yield* offered({ template })
      const { page, task } = yield* resuming(run)
      const below = page.getByRole("button", { name: "Submit" })
      const inFrame = (script: string) => page.frames()[1]?.evaluate(script)
      yield* act(async () => {
        await below.waitFor()
        await inFrame("addEventListener('invalid', () => { globalThis.isRefused = true }, true)")
        await press(task, "Check")
        await below.click()
        await expect.poll(() => inFrame("globalThis.isRefused")).toBe(true)
        expect(await task.locator(":invalid[name=a]").count()).toBe(1)
        await task.getByLabel("Kind").fill("x")
        await below.click()
      })
      yield* thanked({ page, task })
      expect(yield* submitted(run.id)).toEqual([{ a: "x" }])
    })
  )

  it.effect("a button that a script makes: none of ours stands beside it or below", () =>
    Effect.gen(function* () {
      const makes = `document.forms[0].insertAdjacentHTML("beforeend", "<button type=submit>Send</button>")`
      const run = yield* offered({
        template: `<form><label>Kind <input name=a></label></form><script>${makes}</script>`
      })
      const { page, task } = yield* resuming(run)
      yield* act(async () => {
        await task.getByLabel("Kind").fill("x")
        expect(await submitButtons(task, page)).toBe(0)
        await press(task, "Send")
      })
      yield* thanked({ page, task })
      expect(yield* submitted(run.id)).toEqual([{ a: "x" }])
    })
  )

  it.effect("work in which nothing is filled in is refused in words, and the page stays as it is", () =>
    Effect.gen(function* () {
      const run = yield* offered({
        template:
          "<p>${product}</p><label>Kind <input name=a></label><button type=button onclick='this.textContent = \"Seen\"'>See</button>"
      })
      const atWork = yield* resuming(run)
      yield* act(async () => {
        await press(atWork.task, "See")
        await press(atWork.task, "Submit")
        await atWork.page.getByRole("alert").getByText("Nothing is filled in. Answer what the task asks").waitFor()
        await atWork.task.getByRole("button", { name: "Seen" }).waitFor()
      })
      expect((yield* agentsOf(run.id)).map(({ status }) => status)).toEqual(["in_task"])
      yield* act(async () => {
        await atWork.task.getByLabel("Kind").fill("x")
        await press(atWork.task, "Submit")
      })
      yield* thanked(atWork)
      expect(yield* submitted(run.id)).toEqual([{ a: "x" }])
    })
  )

  it.effect("a page carried in a HIT says itself that nothing is filled in, and sends nothing", () =>
    Effect.gen(function* () {
      const page = yield* chromium.page()
      const sent: Array<string> = []
      const said: Array<string> = []
      const body = render(prepare("<p>${product}</p><label>Kind <input name=a></label><input type=hidden name=h>"), {
        product: "x"
      })
      yield* act(async () => {
        await page.route("https://hit.test/**", (route) => {
          const data = route.request().postData()
          if (data !== null) sent.push(data)
          return route.fulfill({ contentType: "text/html", body })
        })
        page.on("dialog", (dialog) => {
          said.push(dialog.message())
          return dialog.accept()
        })
        await page.goto("https://hit.test/?assignmentId=A1&turkSubmitTo=https%3A%2F%2Fhit.test")
        await page.getByRole("button", { name: "Submit" }).click()
        await expect.poll(() => said).toEqual(["Nothing is filled in. Answer what the task asks, then submit it."])
        expect(sent).toEqual([])
        await page.getByLabel("Kind").fill("y")
        await page.getByRole("button", { name: "Submit" }).click()
        await expect.poll(() => sent).toEqual(["assignmentId=A1&a=y&h="])
      })
    }).pipe(Effect.scoped)
  )
})
