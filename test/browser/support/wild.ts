/** Templates in the manner of those that are about, each with what a person does on its page. */
import { readFileSync } from "node:fs"
import { expect } from "@effect/vitest"
import type { Answers } from "../../../src/Agents.js"
import type { Inputs, Task } from "../../../src/TaskRuns.js"
import type { AtWork } from "./tasks.js"

export const template = (name: string): string => readFileSync(`test/browser/templates/${name}.html`, "utf8")

interface Wild {
  readonly name: string
  readonly row?: Inputs
  readonly task?: Partial<Task>
  readonly does: (task: AtWork["task"], page: AtWork["page"]) => Promise<void>
  readonly answers: Answers
}

/** What a stranger may have written, and what only the requester may. */
export const tweet = `\\"'\`; hacked(); </script><script>hacked()</script> <img src=x onerror=hacked()> \${hacked()}\u2028{"a": [1]}`
export const table = "<table><tr><td>Sum</td><td><b>3</b></td></tr></table>"
export const row = {
  product: "a spanner",
  tweet,
  author: "O'Neill",
  likes: "2",
  colour: "rgb(1, 2, 3)",
  link: " javascript:hacked()",
  options: '[{"label": "<i>yes</i>"}, {"label": "no"}]',
  table
}

export const product = 'a "spanner" <b>& more</b> 🔧'

/** Had anything been called that was not meant to be, the page would have failed. */
const unharmed = async (page: AtWork["page"]) =>
  expect(await page.getByText("A part of this page failed").count()).toBe(0)

export const wild: ReadonlyArray<Wild> = [
  {
    name: "mturk-categories",
    does: async (task) => {
      await task.getByText(`Which category does "${product}" belong to?`).waitFor()
      await task.getByLabel("Toys & games").check()
      await task.locator("textarea").fill("zwei\nZeilen 🎲")
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { category: "toys & games", comment: "zwei\nZeilen 🎲" }
  },
  {
    name: "mturk-layout",
    does: async (task) => {
      await task.getByRole("button", { name: "Submit" }).click()
      await task.getByText("Tick at least one.").waitFor()
      await task.getByLabel("Useful").check()
      await task.getByLabel("Pretty").check()
      await task.locator("select").selectOption("large")
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { applies: ["useful", "pretty"], size: "L" }
  },
  {
    name: "mturk-buttons",
    does: async (task) => {
      await task.getByText(product).waitFor()
      await task.getByRole("button", { name: "Drop" }).click()
    },
    answers: { shown: "yes", verdict: "drop" }
  },
  {
    name: "turkle-table",
    does: async (task) => {
      // Refused by the browser itself: a choice is required.
      await task.getByRole("button", { name: "Submit" }).click()
      await task.locator("input[value=no]").check()
      await task.locator("textarea").fill("Because.")
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { same: "no", sure: "5", why: "Because." }
  },
  {
    name: "turkle-no-button",
    does: async (task) => {
      await task.locator("select").selectOption(["person", "thing"])
      await task.getByLabel("Anything else?").fill("日本語")
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { named: ["person", "thing"], "other.notes[0]": "日本語" }
  },
  {
    name: "turkle-scripted",
    does: async (task) => {
      await task.locator("#box").click()
      await task.getByRole("button", { name: "Done" }).click()
    },
    answers: { boxes: JSON.stringify([{ label: product, nested: { inside: true } }]) }
  },
  {
    name: "localturk-bare",
    does: async (task) => {
      await task.locator("input[name=name]").fill("spanner")
      await task.locator("input[name=name]").press("Enter")
    },
    answers: { name: "spanner", count: "1" }
  },
  {
    name: "localturk-shortcuts",
    does: async (_, page) => {
      await expect.poll(() => page.evaluate("document.activeElement?.tagName")).toBe("IFRAME")
      await page.keyboard.press("y")
    },
    answers: { good: "y", how: "Next" }
  },
  {
    name: "localturk-file",
    does: async (task) => {
      await task.getByText("Files cannot be sent with this task.").waitFor()
      await task.locator("textarea").fill("Hello.")
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { transcript: "Hello." }
  },
  {
    name: "mturk-script",
    row,
    does: async (task, page) => {
      await task.getByText(tweet).waitFor()
      const looks = `[getComputedStyle(p).borderLeftColor, getComputedStyle(p, "::after").content, link.protocol]`
      expect(await page.frames()[1]?.evaluate(`(p => ${looks})(document.getElementById("tweet"))`)).toEqual([
        row.colour,
        `" by ${row.author}"`,
        "unsafe:"
      ])
      await unharmed(page)
      await task.getByRole("button", { name: "Same" }).click()
    },
    answers: { seen: `${tweet}true`, likes: "4" }
  },
  {
    name: "turkle-script",
    row,
    does: async (task, page) => {
      await task.getByLabel("0: yes").check()
      await unharmed(page)
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { says: "1", of: JSON.stringify({ author: row.author, quoted: `“${tweet}”` }) }
  },
  {
    name: "localturk-script",
    row,
    does: async (task, page) => {
      await task.getByText("2 of 2").waitFor()
      await unharmed(page)
      await expect.poll(() => task.locator("[name=count]").inputValue()).toBe("2")
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { count: "2", tweet }
  },
  {
    name: "turkle-markup",
    row,
    task: { markup: ["table"] },
    does: async (task) => {
      await task.getByRole("cell", { name: "3" }).locator("b").waitFor()
      await task.getByText(tweet).waitFor()
      await task.getByLabel("Which total is wrong?").fill("3")
      await task.getByRole("button", { name: "Submit" }).click()
    },
    answers: { wrong: "3", row: table }
  }
]
