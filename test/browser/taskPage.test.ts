import { describe, expect, it as plain, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as TaskPage from "../../src/batch/TaskPage.js"
import * as Keys from "../../src/server/keys.js"
import { secret } from "../support/server.js"
import * as chromium from "./support/chromium.js"
import {
  type AtWork,
  accepting,
  agentsOf,
  live,
  offered,
  opening,
  regular,
  resuming,
  submitted,
  thanked,
  working
} from "./support/tasks.js"
import { product, table, template, wild } from "./support/wild.js"

const { act } = chromium

/** After the next frame of the page is drawn. */
const frameHeight = async ({ page }: AtWork): Promise<number> => {
  await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
  const box = await page.locator("iframe").boundingBox()
  return box?.height ?? 0
}

share(Layer.provideMerge(regular, live()), { excludeTestServices: true })(
  "templates from the wild, through the server",
  (it) => {
    for (const { answers, does, name, row, task } of wild) {
      it.effect(`${name} is filled, worked on and submitted as it was written`, () =>
        Effect.gen(function* () {
          const run = yield* offered({ template: template(name), rows: [row ?? { product }], ...(task && { task }) })
          const atWork = yield* resuming(run)
          yield* act(() => does(atWork.task, atWork.page))
          yield* thanked(atWork)
          expect(yield* submitted(run.id)).toEqual([answers])
        })
      )
    }

    it.effect("a file that a script slipped in is refused with a reason, and nothing is sent", () =>
      Effect.gen(function* () {
        const slips = `<form><input name=text value=kept></form><script>
        document.forms[0].addEventListener("formdata", (event) => event.formData.set("photo", new File(["x"], "x.png")))
      </script>`
        const run = yield* offered({ template: slips })
        const { page, task } = yield* resuming(run)
        yield* act(() => task.getByRole("button", { name: "Submit" }).click())
        yield* act(() => page.getByText("Files cannot be sent with this task. Take the file out").waitFor())
        expect(yield* submitted(run.id)).toEqual([])
      })
    )

    it.effect("a page whose own handler stops the event is caught all the same", () =>
      Effect.gen(function* () {
        const stops = `<form action="https://example.com/elsewhere"><input name=text value=kept><button>Send</button></form>
        <script>document.forms[0].addEventListener("submit", (event) => event.stopImmediatePropagation())</script>`
        const run = yield* offered({ template: stops })
        const atWork = yield* resuming(run)
        yield* act(() => atWork.task.getByRole("button", { name: "Send" }).click())
        yield* thanked(atWork)
        expect(yield* submitted(run.id)).toEqual([{ text: "kept" }])
      })
    )

    it.effect("columns of markup are markup in a preview and in a review, and others are not", () =>
      Effect.gen(function* () {
        const html = template("turkle-markup")
        const run = yield* offered({ template: html, rows: [{ table, tweet: table }], task: { markup: ["table"] } })
        const atWork = yield* resuming(run)
        yield* act(() => atWork.task.locator("[name=wrong]").fill("3"))
        yield* act(() => atWork.task.getByRole("button", { name: "Submit" }).click())
        yield* thanked(atWork)
        const [agent] = yield* agentsOf(run.id)
        if (agent === undefined) return yield* Effect.dieMessage("nobody worked")
        for (const path of [`/frame/preview/${run.id}`, Keys.make(secret).framePath("review", agent)]) {
          const page = yield* opening(path)
          yield* act(() => page.getByText(table).waitFor())
          expect(yield* act(() => page.getByRole("cell").count())).toBe(2)
        }
      })
    )

    it.effect("a preview shows the task with nothing to fill in, and cannot be submitted", () =>
      Effect.gen(function* () {
        const run = yield* offered({
          template: `${template("turkle-table")}<script>document.forms[0].submit()</script>`
        })
        const page = yield* opening(`/task/${run.id}`)
        const task = page.frameLocator("iframe")
        yield* act(() => task.getByText("a spanner").waitFor())
        expect(yield* act(() => task.locator("input, textarea, button").count())).toBeGreaterThan(3)
        expect(yield* act(() => task.locator(":is(input, textarea, button):enabled").count())).toBe(0)
        expect(yield* agentsOf(run.id)).toEqual([])
      })
    )

    it.effect("a review shows the answers in their fields, and lets nobody change them", () =>
      Effect.gen(function* () {
        const fields = `<form><p>\${product}</p><input name=text><input name=twice><input name=twice>
        <textarea name=long>default</textarea><select name=some multiple><option>a</option><option>b</option></select>
        <input type=radio name=one value=x checked><input type=radio name=one value=y>
        <input type=checkbox name=off value=on checked><div id=late></div></form>
        <script>addEventListener("load", () => { late.innerHTML = "<input name=late>" })</script>`
        const run = yield* offered({ template: fields })
        const { page, task } = yield* resuming(run)
        const fill = (name: string, text: string, nth = 0) => task.locator(`[name=${name}]`).nth(nth).fill(text)
        yield* act(async () => {
          await fill("text", "é & </script>")
          await fill("twice", "1")
          await fill("twice", "2", 1)
          await fill("long", "two\nlines")
          await fill("late", "later")
          await task.locator("select").selectOption(["a", "b"])
          await task.locator("[value=y]").check()
          await task.locator("[name=off]").uncheck()
          await task.getByRole("button", { name: "Submit" }).click()
        })
        yield* thanked({ page, task })
        const [agent] = yield* agentsOf(run.id)
        if (agent === undefined) return yield* Effect.dieMessage("nobody worked")
        const review = yield* opening(Keys.make(secret).framePath("review", agent))
        yield* act(() => expect.poll(() => review.locator("[name=late]").inputValue()).toBe("later"))
        expect(
          yield* act(() =>
            review.evaluate(
              `[...document.querySelectorAll("input:not([type]), textarea")].map(({ name, value }) => [name, value])`
            )
          )
        ).toEqual([
          ["text", "é & </script>"],
          ["twice", "1"],
          ["twice", "2"],
          ["long", "two\nlines"],
          ["late", "later"]
        ])
        expect(
          yield* act(() =>
            review.evaluate(`[...document.querySelectorAll("option:checked, :checked")].map(({ value }) => value)`)
          )
        ).toEqual(["a", "b", "y"])
        expect(
          yield* act(() => review.locator(":is(input, textarea, select, button):not([readonly], :disabled)").count())
        ).toBe(0)
      })
    )

    it.effect(
      "a page is told its assignment in its address, as on Mechanical Turk, and whether that is a preview",
      () =>
        Effect.gen(function* () {
          const reads = `<form><p>\${product}</p><input name=told><input name=module><button>Send</button></form><script src="/assets/shim/local.js"></script>
        <script type="module">import { isPreview } from "/assets/shim/local.mjs"; document.forms[0].module.value = isPreview()</script>
        <script>document.forms[0].told.value = [new URLSearchParams(location.search).get("assignmentId"), CrowdSource.getAssignmentId(), CrowdSource.isPreview()]</script>`
          const run = yield* offered({ template: reads })
          const page = yield* opening(`/task/${run.id}`)
          const task = page.frameLocator("iframe")
          const says = (told: string) =>
            act(() => expect.poll(() => task.locator("[name=told]").inputValue()).toBe(told))
          yield* says("ASSIGNMENT_ID_NOT_AVAILABLE,,true")
          yield* accepting(page)
          const [agent] = yield* agentsOf(run.id)
          yield* says(`${agent?.id},${agent?.id},false`)
          yield* act(() => expect.poll(() => task.locator("[name=module]").inputValue()).toBe("false"))
        })
    )

    it.effect("a worker is told that the page's own script failed, without a word of the script's", () =>
      Effect.gen(function* () {
        const broken = "<p>${product}</p><script>nothing.here()</script>"
        const { page } = yield* resuming(yield* offered({ template: broken }))
        const notice = page.getByRole("status").filter({ hasText: "A part of this page failed" })
        yield* act(() => notice.waitFor())
        expect(yield* act(() => notice.textContent())).not.toContain("nothing")
      })
    )

    it.scoped("a page without style of its own has the default one, light and dark, and fits 360 pixels", () =>
      Effect.gen(function* () {
        const bare =
          "<h1>${product}</h1><label>Name <input name=name size=80></label><textarea name=why cols=90></textarea><table><tr><td>a<td>b</table>"
        const run = yield* offered({ template: bare, rows: [{ product: "x" }] })
        const { page } = yield* working(run, { colorScheme: "dark", viewport: { width: 360, height: 740 } })
        const inFrame = (expression: string) => act(async () => page.frames()[1]?.evaluate(expression))
        const looks = (name: string) => inFrame(`getComputedStyle(document.querySelector("[type=submit]")).${name}`)
        expect(yield* inFrame("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true)
        expect(yield* inFrame("getComputedStyle(document.body).color")).toBe("rgb(255, 255, 255)")
        expect(yield* looks("backgroundColor")).toBe("rgb(141, 184, 255)")
        expect(yield* inFrame("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
        yield* act(() => page.emulateMedia({ colorScheme: "light" }))
        expect(yield* inFrame("getComputedStyle(document.body).color")).toBe("rgb(0, 0, 0)")
        expect(yield* looks("backgroundColor")).toBe("rgb(31, 95, 191)")
      })
    )

    it.effect("the frame is as high as its page, and a page as high as its window does not grow for ever", () =>
      Effect.gen(function* () {
        const tall = yield* resuming(yield* offered({ template: "<style>p{height:3000px}</style><p>long</p>" }))
        yield* act(() => expect.poll(() => frameHeight(tall)).toBeGreaterThan(3000))
        const filling = yield* resuming(
          yield* offered({ template: "<style>body{min-height:100vh;margin:9px}</style>all" })
        )
        const heights = yield* act(async () => {
          const seen: Array<number> = []
          for (let look = 0; look < 20; look++) seen.push(await frameHeight(filling))
          return seen
        })
        expect(Math.max(...heights)).toBeLessThan(1000)
        expect(heights.at(-1)).toBe(heights.at(-10))
      })
    )
  }
)

/** What is left of a prepared page without our part. */
const theirs = (html: string): string =>
  TaskPage.prepare(html)
    .parts.map((part) => (typeof part === "object" && "theirs" in part ? part.theirs.source : ""))
    .join("")

const pieces = [
  "<form>",
  "</form>",
  "<body>",
  "</body>",
  "<html",
  ">",
  "<head>",
  "<!doctype html>",
  "<!--",
  "-->",
  "<script>"
]
const more = [
  "</script>",
  "<template>",
  "</template>",
  "<button type='",
  "</ form >",
  "<input name=a",
  '"',
  "'",
  "<![CDATA[",
  "text",
  "é\u2028"
]
const soup = FastCheck.array(FastCheck.constantFrom(...pieces, ...more)).map((parts) => parts.join(""))

describe("TaskPage", () => {
  const page = (html: string, options: TaskPage.RenderOptions = { mode: "work" }) =>
    TaskPage.render(TaskPage.prepare(html), { product: "</script><b>" }, options)

  plain.each(wild.map(({ name }) => name))("keeps every byte of %s", (name) => {
    const html = template(name).replaceAll("${product}", "")
    expect(theirs(html)).toBe(html)
  })

  plain.prop("keeps every byte of any text", [soup], ([html]) => {
    expect(theirs(html)).toBe(html)
  })

  plain("makes a whole document of a fragment, and leaves a document one", () => {
    expect(page("Hello")).toMatch(/^<!doctype html><script /)
    expect(page("<!DOCTYPE html><p>")).toMatch(/^<!DOCTYPE html><script /)
    expect(
      page("<!-- note --><html lang=de><head><title>x")
        .toLowerCase()
        .match(/<head><script /g)
    ).toHaveLength(1)
  })

  plain.each([
    ["no form", "<body class=a>text</body>", 1, 1],
    ["a form without a button", "<form><input name=a></form>", 0, 1],
    ["a form with a button", "<form><button>ok</button></form>", 0, 0],
    ["a button that belongs to a form from outside", "<form id=f></form><button form=f>ok</button>", 0, 0],
    ["a button that submits nothing", "<form><button type=button>no</button><input type=reset></form>", 0, 1],
    ["a button outside the form", "<form><input name=a></form><button>no</button>", 0, 1],
    [
      "a form in a comment, a script, a template",
      "<!--<form>--><script>'<form>'</script><template><form></template>",
      1,
      1
    ],
    ["a submit button and no form", "<input type=SUBMIT>", 1, 0]
  ])("%s: forms and buttons are added where missing", (_, html, forms, buttons) => {
    const made = page(html).replaceAll(/<script.*?<\/script>/gs, "")
    expect(made.split("mturk_form").length - 1).toBe(forms * 2)
    expect(made.split('type="submit" value="Submit"').length - 1).toBe(buttons)
  })

  const isDressed = (html: string, style?: "default" | "none") =>
    TaskPage.render(TaskPage.prepare(html, { style }), {}, { mode: "work" }).includes("<style>:where(html){")

  plain.each([
    ["bare", "<p>Text<input name=a style='width: 9em'>", true],
    ["with a style element", "<style>p{margin:0}</style><p>Text", false],
    ["with a stylesheet", "<link rel='alternate Stylesheet' href=a.css><p>Text", false],
    ["with a favicon only", "<link rel=icon href=a.png><p>Text", true],
    ["with a colour in an attribute", "<p style='background: #fff'>Text", false],
    ["with a colour of old", "<table bgcolor=white></table>", false]
  ])("a page %s gets the default style: %#", (_, html, dressed) => {
    expect(isDressed(html)).toBe(dressed)
    expect(isDressed(html, "none")).toBe(false)
  })

  plain("our button has no name that a page could ask for", () => {
    expect(page("<input name=a>")).toContain('<p><input type="submit" value="Submit"></p>')
  })

  plain("puts the button into the form that has the fields", () => {
    expect(page("<form id=search></form><form><input name=a>end</form>")).toContain('end<p><input type="submit"')
  })

  plain("answers that look like markup stay data", () => {
    const made = page("<p>${product}</p>", { mode: "review", answers: { a: "</script><script>alert(1)</script>" } })
    expect(made).toContain("<p>&lt;/script&gt;&lt;b&gt;</p>")
    expect(made).not.toContain("<script>alert(1)")
  })
})
