import { expect, layer as share } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Page } from "playwright-core"
import { Agents } from "../../src/Agents.js"
import type { RunId } from "../../src/Ids.js"
import * as Money from "../../src/Money.js"
import { Workers } from "../../src/Workers.js"
import * as chromium from "./support/chromium.js"
import { type AtWork, address, agentsOf, live, offered, submitted, thanked, visit, working } from "./support/tasks.js"

const { act } = chromium

const template = "<p>${product}</p><label>Name <input name=name></label>"
const twoRows = [{ product: "a spanner" }, { product: "a hammer" }]

const heading = (page: Page, name: string) => act(() => page.getByRole("heading", { name, level: 1 }).waitFor())
const press = (page: Page, name: string) => act(() => page.getByRole("button", { name }).click())
const says = (page: Page, text: string) => act(() => page.getByText(text).first().waitFor())
const answer = ({ task }: AtWork, name: string) => act(() => task.getByLabel("Name").fill(name))
const submit = ({ task }: AtWork) => act(() => task.getByRole("button", { name: "Submit" }).click())

/** Without `waitForFunction`, which the pages' policy rightly forbids. */
const eventually = (page: Page, expression: string, value: unknown) =>
  act(() => expect.poll(() => page.evaluate(expression), { timeout: 5000 }).toBe(value))

/** Statuses that the server has by and by, for what a page says as it goes away. */
const statusesBecome = (run: RunId, statuses: ReadonlyArray<string>) =>
  chromium.becomes(
    Effect.map(agentsOf(run), (agents) => agents.map(({ status }): string => status)),
    statuses
  )

share(live(), { excludeTestServices: true })("a worker's pages", (it) => {
  it.scoped("lead by keyboard alone from the lobby to the thanks, with the focus where the work is", () =>
    Effect.gen(function* () {
      const title = "By keyboard"
      const run = yield* offered({ template, rows: twoRows, task: { title } })
      const page = yield* visit("/")
      const link = page.getByRole("link", { name: `View ${title}` })
      yield* act(() => link.waitFor())
      yield* act(() => link.focus())
      yield* act(() => page.keyboard.press("Enter"))
      yield* heading(page, title)
      yield* eventually(page, "document.activeElement?.tagName", "H1")
      expect(yield* act(() => page.title())).toBe(title)
      yield* act(() => page.keyboard.press("Tab"))
      yield* act(() => page.keyboard.press("Enter"))
      yield* act(() => page.getByRole("timer").waitFor())
      yield* eventually(page, "document.activeElement?.tagName", "IFRAME")
      yield* act(() => page.keyboard.press("Tab"))
      yield* act(() => page.keyboard.type("spanner"))
      yield* act(() => page.keyboard.press("Enter"))
      yield* heading(page, "Thank you")
      yield* eventually(page, "document.activeElement?.tagName", "H1")
      yield* act(() => page.keyboard.press("Tab"))
      yield* act(() => page.keyboard.press("Enter"))
      yield* act(() => page.frameLocator("iframe").getByText("a hammer").waitFor())
      expect(yield* submitted(run.id)).toEqual([{ name: "spanner" }])
    })
  )

  it.scoped("ask before a unit is given back, take it again, and say when nothing is left", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template })
      const first = yield* working(run)
      yield* press(first.page, "Give it back")
      yield* act(() => first.page.getByRole("dialog", { name: "Give this back?" }).waitFor())
      yield* press(first.page, "Go on with it")
      expect((yield* agentsOf(run.id)).map(({ status }) => status)).toEqual(["in_task"])
      yield* press(first.page, "Give it back")
      yield* press(first.page, "Yes, give back")
      yield* heading(first.page, "Given back")
      yield* press(first.page, "Next one")
      yield* act(() => first.page.getByRole("timer").waitFor())
      yield* answer(first, "spanner")
      yield* submit(first)
      yield* thanked(first)
      yield* says(first.page, "There is no more of this for you just now.")
      expect(yield* act(() => first.page.getByRole("button").count())).toBe(0)
      expect((yield* agentsOf(run.id)).map(({ status }) => status)).toEqual(["returned", "completed"])
    })
  )

  it.scoped("send a submission once, however often and fast it is sent", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template })
      const atWork = yield* working(run)
      const sent: Array<string> = []
      atWork.page.on("request", (request) => {
        if (request.url().endsWith("/answers")) sent.push(request.url())
      })
      yield* answer(atWork, "once")
      yield* act(() => atWork.task.getByRole("button", { name: "Submit" }).dblclick({ noWaitAfter: true }))
      yield* thanked(atWork)
      expect(sent).toHaveLength(1)
      expect(yield* submitted(run.id)).toEqual([{ name: "once" }])
    })
  )

  it.scoped("keep a submission while the network is gone, and send it when it is back", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template })
      const atWork = yield* working(run)
      yield* answer(atWork, "patient")
      yield* act(() => atWork.page.context().setOffline(true))
      yield* submit(atWork)
      yield* says(atWork.page, "Your answers are kept on this page")
      expect(yield* act(() => atWork.task.getByLabel("Name").inputValue())).toBe("patient")
      yield* act(() => atWork.page.context().setOffline(false))
      yield* thanked(atWork)
      expect(yield* submitted(run.id)).toEqual([{ name: "patient" }])
    })
  )

  it.scoped("keep what was typed when the tab is closed, until it is submitted", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template, rows: twoRows })
      const { page, task } = yield* working(run)
      const kept = "Object.keys(localStorage).filter((key) => key.startsWith('crowd:draft:')).length"
      yield* act(() => task.getByLabel("Name").fill("half a spa"))
      yield* eventually(page, kept, 1)
      yield* act(() => page.close({ runBeforeUnload: true }))
      const again = yield* act(() => page.context().newPage())
      const to = yield* address(`/task/${run.id}`)
      yield* act(() => again.goto(to))
      const field = again.frameLocator("iframe").getByLabel("Name")
      yield* act(() => expect.poll(() => field.inputValue()).toBe("half a spa"))
      yield* act(() => field.press("Enter"))
      yield* heading(again, "Thank you")
      yield* eventually(again, kept, 0)
      expect(yield* submitted(run.id)).toEqual([{ name: "half a spa" }])
    })
  )

  it.scoped("keep what was typed until it is given back, and nothing too large", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template })
      const { page, task } = yield* working(run)
      const kept =
        "Object.entries(localStorage).filter(([key]) => key.startsWith('crowd:draft:')).map(([, text]) => text.length > 1000)"
      yield* act(() => task.getByLabel("Name").fill("half a spa"))
      yield* eventually(page, `String(${kept})`, "false")
      yield* act(() => task.getByLabel("Name").fill("much".repeat(100_000)))
      yield* act(() => task.getByLabel("Name").fill("a spanner"))
      yield* eventually(page, `Object.values(localStorage).some((text) => text.includes("a spanner"))`, true)
      yield* press(page, "Give it back")
      yield* press(page, "Yes, give back")
      yield* heading(page, "Given back")
      yield* eventually(page, `String(${kept})`, "")
    })
  )

  it.scoped("have what was typed again after the page was loaded anew, and tell the server who is there", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template })
      const { page, task } = yield* working(run)
      yield* statusesBecome(run.id, ["in_task"])
      yield* act(() => task.getByLabel("Name").fill("half a spa"))
      yield* eventually(page, "localStorage.length", 1)
      yield* act(() => page.reload())
      yield* act(() => expect.poll(() => task.getByLabel("Name").inputValue()).toBe("half a spa"))
      yield* statusesBecome(run.id, ["in_task"])
      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome(run.id, ["disconnected"])
    })
  )

  it.scoped("say that their worker is there for as long as they are open, also behind others", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template })
      const page = yield* chromium.page()
      yield* act(() => page.clock.install())
      const said: Array<string> = []
      page.on("request", (request) => {
        const what = request.url().split("/").pop()
        if (what === "heartbeat" || what === "disconnect") said.push(what)
      })
      const to = yield* address(`/task/${run.id}`)
      yield* act(() => page.goto(to))
      yield* press(page, "Accept")
      yield* act(() => page.getByRole("timer").waitFor())
      yield* act(() => expect.poll(() => said).toEqual(["heartbeat"]))
      yield* act(() => page.evaluate("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })"))
      yield* act(() => page.clock.runFor("01:01"))
      yield* act(() => expect.poll(() => said).toEqual(["heartbeat", "heartbeat", "heartbeat"]))
      yield* statusesBecome(run.id, ["in_task"])
      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome(run.id, ["disconnected"])
    })
  )

  it.scoped("warn before the time is over, say so at the moment it is, and then take no more input", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template, task: { duration: Duration.minutes(10) } })
      const page = yield* chromium.page()
      yield* act(() => page.clock.install())
      const to = yield* address(`/task/${run.id}`)
      yield* act(() => page.goto(to))
      yield* press(page, "Accept")
      yield* act(() => page.getByRole("timer").waitFor())
      expect(yield* act(() => page.getByText("left.").count())).toBe(0)
      yield* act(() => page.clock.fastForward("05:30"))
      yield* says(page, "Less than five minutes left.")
      yield* act(() => page.clock.fastForward("04:00"))
      yield* says(page, "Less than one minute left.")
      yield* act(() => page.clock.fastForward("01:00"))
      yield* says(page, "The time is over. This piece was not submitted in time")
      expect(yield* act(() => page.evaluate("document.querySelector('iframe')?.inert"))).toBe(true)
      expect(yield* act(() => page.getByRole("button").count())).toBe(0)
      yield* act(() => page.getByRole("link", { name: "See all tasks" }).waitFor())
      const sent: Array<string> = []
      page.on("request", (request) => sent.push(request.url()))
      yield* act(async () => page.frames()[1]?.evaluate("document.forms[0].requestSubmit()"))
      yield* act(() => page.clock.runFor("02:00"))
      expect(sent).toEqual([])
    })
  )

  it.scoped("say so when a unit is no more theirs", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template })
      const { page, task } = yield* working(run)
      const agents = yield* Agents
      const [agent] = yield* agentsOf(run.id)
      if (agent !== undefined) yield* agents.return(agent.id)
      yield* act(() => task.getByLabel("Name").fill("late"))
      yield* act(() => task.getByRole("button", { name: "Submit" }).click())
      yield* says(page, "Somebody else can have it now.")
      yield* act(() => page.getByRole("link", { name: "See all tasks" }).waitFor())
    })
  )

  it.scoped("go on to the next one by themselves for who wants it so, also another day", () =>
    Effect.gen(function* () {
      const rows = ["a spanner", "a hammer", "a saw"].map((product) => ({ product }))
      const run = yield* offered({ template, rows })
      const first = yield* working(run)
      yield* act(() => first.page.getByRole("switch", { name: "Go on to the next one by itself" }).check())
      yield* answer(first, "spanner")
      yield* submit(first)
      yield* act(() => first.task.getByText("a hammer").waitFor())
      yield* says(first.page, "Received. This is the next one.")
      yield* eventually(first.page, "document.activeElement?.tagName", "IFRAME")
      yield* act(() => first.page.reload())
      yield* act(() => expect.poll(() => first.page.getByRole("switch").isChecked()).toBe(true))
      yield* answer(first, "hammer")
      yield* submit(first)
      yield* act(() => first.task.getByText("a saw").waitFor())
      yield* answer(first, "saw")
      yield* submit(first)
      yield* thanked(first)
      expect(yield* submitted(run.id)).toEqual([{ name: "spanner" }, { name: "hammer" }, { name: "saw" }])
    })
  )

  it.scoped("put one back for another at a key, ask before what was typed goes, and say where there is no other", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template, rows: twoRows })
      const { page, task } = yield* working(run)
      yield* act(() => task.getByText("a spanner").waitFor())
      yield* press(page, "Skip")
      yield* act(() => task.getByText("a hammer").waitFor())
      yield* says(page, "Put back. This is another one.")
      yield* act(() => task.getByLabel("Name").fill("half a ham"))
      yield* eventually(page, "Object.keys(localStorage).some((key) => key.startsWith('crowd:draft:'))", true)
      yield* press(page, "Skip")
      yield* act(() => page.getByRole("dialog", { name: "Put this back for another?" }).waitFor())
      yield* press(page, "Yes, another one")
      yield* act(() => task.getByText("a spanner").waitFor())

      const agents = yield* Agents
      yield* agents.register(run.id, { worker: "somebody else" })
      yield* press(page, "Skip")
      yield* says(page, "There is no other one for you just now.")
      const statuses = (yield* agentsOf(run.id)).map(({ status }) => status)
      expect(statuses).toEqual(["returned", "returned", "in_task", "accepted"])
    })
  )

  it.scoped("say how many one may still do, what one has done of how many and what it earned, by run", () =>
    Effect.gen(function* () {
      const title = "Figures"
      const task = { title, unitsPerAssignment: 2, maxUnitsPerWorker: Option.some(3) }
      const rows = ["a", "b", "c", "d"].map((product) => ({ product }))
      const run = yield* offered({ template, rows, task })
      const first = yield* working(run)
      yield* answer(first, "one")
      yield* submit(first)
      yield* thanked(first)
      yield* says(first.page, "1 of 3 done · $0.05 waiting for review")
      const [agent] = yield* agentsOf(run.id)
      const agents = yield* Agents
      if (agent !== undefined) yield* agents.approve(agent.id)
      yield* press(first.page, "Next one")
      yield* act(() => first.page.getByRole("timer").waitFor())
      const { page } = first
      yield* act(() => page.getByRole("link", { name: "Tasks", exact: true }).click())
      const offer = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "Continue" }) })
      yield* act(() => offer.getByText("1 more for you after this one").waitFor())
      yield* act(() => offer.getByText("1 of 3 done · $0.05 earned").waitFor())
      const past = page.getByRole("region", { name: "Your work" }).getByRole("listitem").filter({ hasText: title })
      yield* act(() => past.getByText("1 done · $0.05 earned").waitFor())
      yield* act(() => past.getByText("In progress").waitFor())
    })
  )

  it.scoped("show what became of one's work, with the requester's words as text", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template, task: { title: "Reviewed work" } })
      const atWork = yield* working(run)
      yield* answer(atWork, "one")
      yield* submit(atWork)
      yield* thanked(atWork)
      const [agent] = yield* agentsOf(run.id)
      const agents = yield* Agents
      if (agent !== undefined) yield* agents.reject(agent.id, "Empty. <img src=x onerror=alert(1)>")
      const page = yield* visit("/")
      const past = page.getByRole("listitem").filter({ hasText: "Reviewed work" })
      yield* act(() => past.getByText("Rejected").waitFor())
      yield* act(() => past.getByText("Empty. <img src=x onerror=alert(1)>").waitFor())
    })
  )

  it.scoped("tell two people behind one address apart, and let somebody say that it is them", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template, rows: twoRows, task: { title: "Shared" } })
      const one = yield* working(run)
      yield* answer(one, "kept")
      const other = yield* visit(`/task/${run.id}`)
      const claim = other.getByRole("button", { name: "That is me, continue here" })
      yield* act(() => claim.waitFor())
      yield* says(other, "This address has held one of these tasks since")
      yield* act(() => other.reload())
      yield* act(() => claim.click())
      yield* act(() => other.getByRole("timer").waitFor())
      yield* act(() => other.reload())
      yield* act(() => other.getByRole("timer").waitFor())
      yield* submit(one)
      yield* thanked(one)
      expect((yield* agentsOf(run.id)).map(({ status }) => status)).toEqual(["completed"])
    })
  )

  it.scoped("let somebody say by keyboard alone that it is them, with the focus where they are told", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template, rows: twoRows, task: { title: "Shared, by keyboard" } })
      yield* working(run)
      const page = yield* visit(`/task/${run.id}`)
      yield* act(() => page.getByRole("button", { name: "That is me, continue here" }).waitFor())
      const focused = "document.activeElement?.textContent"
      for (let n = 0; n < 10 && (yield* act(() => page.evaluate(focused))) !== "That is me, continue here"; n++) {
        yield* act(() => page.keyboard.press("Tab"))
      }
      yield* eventually(page, focused, "That is me, continue here")
      yield* eventually(page, "document.activeElement?.matches(':focus-visible')", true)
      yield* act(() => page.keyboard.press("Enter"))
      yield* act(() => page.getByRole("timer").waitFor())
      yield* eventually(page, "document.activeElement?.tagName", "IFRAME")
      yield* act(() => page.keyboard.press("Tab"))
      yield* act(() => page.keyboard.type("mine"))
      yield* act(() => page.keyboard.press("Enter"))
      yield* heading(page, "Thank you")
      expect(yield* submitted(run.id)).toEqual([{ name: "mine" }])
    })
  )

  it.scoped("say that a task is not on offer, look for it again soon, then seldom, and never unseen", () =>
    Effect.gen(function* () {
      const page = yield* chromium.page()
      let looks = 0
      page.on("request", (request) => {
        if (request.url().endsWith("/api/work/lobby")) looks++
      })
      const become = (visibility: string) =>
        act(() =>
          page.evaluate(`
            Object.defineProperty(document, "visibilityState", { value: "${visibility}", configurable: true })
            document.dispatchEvent(new Event("visibilitychange"))
          `)
        )
      const after = (seconds: number, wanted: number) =>
        act(async () => {
          await page.clock.runFor(seconds * 1_000)
          await expect.poll(() => looks, { timeout: 5_000 }).toBe(wanted)
        })
      yield* act(() => page.clock.install())
      const to = yield* address("/task/run_nowhere")
      yield* act(() => page.goto(to))
      yield* says(page, "This task is not on offer")
      yield* after(2, 2)
      yield* after(15, 2)
      yield* after(6, 3)
      yield* become("hidden")
      yield* after(120, 3)
      yield* become("visible")
      yield* after(0, 4)
    })
  )

  it.scoped("fit a telephone: nothing sticks out at 360 pixels", () =>
    Effect.gen(function* () {
      const long = `<p>${"long".repeat(60)}</p>`
      const run = yield* offered({ template: `${long}${template}`, task: { title: "Wide".repeat(30) } })
      const size = { viewport: { width: 360, height: 640 } }
      const { page } = yield* working(run, size)
      const lobby = yield* visit("/", size)
      yield* heading(lobby, "Tasks for you")
      for (const narrow of [page, lobby]) {
        expect(yield* act(() => narrow.evaluate("document.documentElement.scrollWidth"))).toBe(360)
      }
    })
  )

  it.scoped("fit a telephone also with a bonus in the lobby, however long its words and its amount", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template, task: { title: "Generous".repeat(25) } })
      const atWork = yield* working(run, { viewport: { width: 360, height: 640 } })
      yield* answer(atWork, "one")
      yield* submit(atWork)
      yield* thanked(atWork)
      const [agent] = yield* agentsOf(run.id)
      const workers = yield* Workers
      const amount = Money.make(123_456_789)
      if (agent !== undefined) {
        yield* workers.bonus({ worker: agent.worker, unit: agent.unit, amount, reason: "thorough".repeat(40) })
      }
      const { page } = atWork
      yield* act(() => page.getByRole("link", { name: "Tasks", exact: true }).click())
      const bonuses = page.getByRole("region", { name: "Your bonuses" })
      yield* act(() => bonuses.getByText("1,234,567.89").waitFor())
      expect(yield* act(() => page.evaluate("document.documentElement.scrollWidth"))).toBe(360)
      for (const part of [bonuses.getByText("1,234,567.89"), bonuses.getByText("thorough")]) {
        const box = yield* act(() => part.boundingBox())
        expect((box?.x ?? 360) + (box?.width ?? 0)).toBeLessThanOrEqual(360)
      }
    })
  )
})
