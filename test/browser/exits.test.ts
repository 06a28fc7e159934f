/** The pages of a crowd that people are sent by, and go on to: by which door they come, and by which they leave. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, layer as share } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Page } from "playwright-core"
import { Agents } from "../../src/Agents.js"
import type { RunId } from "../../src/Ids.js"
import type { RemoteAgentStatus } from "../../src/States.js"
import * as Server from "../../src/server/Server.js"
import { Units } from "../../src/Units.js"
import { Workers } from "../../src/Workers.js"
import * as clocks from "../support/clocks.js"
import * as exitsCrowd from "../support/exitsCrowd.js"
import { secret, token } from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"
import { agentsOf, offered, opening, Regular, regular, submitted } from "./support/tasks.js"

const { act } = chromium

const crowd = exitsCrowd.make()

const live = regular.pipe(
  Layer.provideMerge(chromium.layer),
  Layer.merge(
    Server.layer({ secret, token }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })),
      Layer.provideMerge(crowd.layer),
      Layer.provide(sqlite.layer()),
      Layer.provideMerge(clocks.forwardLayer)
    )
  )
)

/** Where people go on to; whoever comes there finds nothing but its address. */
const app = "https://crowd.example"
const done = `${app}/done?code=C0DE-DONE`

const redirect = (path: string) => ({ _tag: "Redirect", url: `${app}${path}` }) as const

/** What the crowd says, as it is at the beginning of each sentence. */
const usual = Effect.sync(() => {
  const { says } = crowd
  says.isDown = false
  says.strangers.clear()
  says.seen.length = 0
  says.exits.clear()
  says.exits.set("completed", redirect("/done?code=C0DE-DONE"))
  says.exits.set("noWork", redirect("/return"))
})

const template = "<p>${product}</p><label>Name <input name=name></label>"

const heading = (page: Page, name: string) => act(() => page.getByRole("heading", { name, level: 1 }).waitFor())
const says = (page: Page, text: string | RegExp) => act(() => page.getByText(text).first().waitFor())
const press = (page: Page, name: string) => act(() => page.getByRole("button", { name }).click())
const link = (page: Page) => page.getByRole("link", { name: "Go to Acme" })
const leadsTo = (page: Page, url: string) =>
  Effect.map(
    act(() => link(page).getAttribute("href")),
    (href) => expect(href).toBe(url)
  )

const field = (page: Page) => page.frameLocator("iframe").getByLabel("Name")
const fills = (page: Page, name = "spanner") => act(() => field(page).fill(name))

/** And this browser keeps it. */
const fillsToBeKept = (page: Page) =>
  Effect.gen(function* () {
    yield* act(() => page.evaluate("localStorage.clear()"))
    yield* fills(page)
    const kept = "Object.values(localStorage).some((text) => text.includes('spanner'))"
    yield* act(() => expect.poll(() => page.evaluate(kept)).toBe(true))
  })

const submits = (page: Page) => act(() => page.frameLocator("iframe").getByRole("button", { name: "Submit" }).click())

const linkOf = (run: RunId, visit: string) => `/task/${run}?worker=ada&agent=${visit}`

/** Somebody comes by the crowd's link. */
const comes = (run: RunId, visit: string) =>
  Effect.tap(opening(linkOf(run, visit)), (page) => act(() => page.getByRole("timer").waitFor()))

/** The crowd's own pages, which nobody reaches from here. */
const leaves = (page: Page) =>
  Effect.acquireRelease(
    act(() =>
      page.route(`${app}/**`, (route) => route.fulfill({ contentType: "text/html", body: "the crowd's page" }))
    ),
    () => act(() => page.unroute(`${app}/**`))
  )

const statuses = (run: RunId) => Effect.map(agentsOf(run), (agents) => agents.map(({ status }) => status))

/** The crowd says this of a visit. */
const tells = (run: RunId, visit: string, status: RemoteAgentStatus) =>
  Effect.gen(function* () {
    const at = yield* DateTime.now
    crowd.says.seen.push({ _tag: "Agent", workerName: "ada", remoteAgent: visit, status, answers: Option.none(), at })
    yield* (yield* Units).sync(run)
  })

const timesOut = (run: RunId) =>
  Effect.gen(function* () {
    yield* (yield* clocks.Forward)("1 hour")
    yield* (yield* Agents).endOverdue(run)
  })

share(live, { excludeTestServices: true })("somebody whom a crowd's link has sent here", (it) => {
  it.scoped("has a unit at once, works, and is taken on to the crowd once their answers are kept, and no sooner", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* Regular
      yield* leaves(page)
      const seen: Array<Promise<string>> = []
      page.on("response", (response) => seen.push(response.text().catch(() => "")))
      yield* comes(run.id, "v1")
      yield* chromium.becomes(statuses(run.id), ["in_task"])
      expect(yield* act(() => page.getByRole("link").count())).toBe(0)
      const before = yield* act(() => Promise.all([...seen, page.content()]))
      expect(before.length).toBeGreaterThan(4)
      expect(before.filter((text) => text.includes("C0DE"))).toEqual([])
      yield* fills(page)
      const going = page.waitForURL(done)
      yield* submits(page)
      yield* act(() => going)
      expect(yield* submitted(run.id)).toEqual([{ name: "spanner" }])
      page.removeAllListeners("response")
    })
  )

  it.scoped("comes again by the same link, and finds the same way out, which takes nobody along by itself", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* fills(page)
      yield* comes(run.id, "v1")
      yield* leaves(page)
      yield* fills(page, "hammer")
      const going = page.waitForURL(done)
      yield* submits(page)
      yield* act(() => going)
      yield* opening(linkOf(run.id, "v1"))
      yield* heading(page, "Thank you")
      yield* leadsTo(page, done)
      expect(page.url()).toContain("/task/")
      yield* act(() => link(page).focus())
      yield* act(() => Promise.all([page.waitForURL(done), page.keyboard.press("Enter")]))
      expect(yield* submitted(run.id)).toEqual([{ name: "hammer" }])
    })
  )

  it.scoped("copies a code, where the crowd wants one", () =>
    Effect.gen(function* () {
      yield* usual
      crowd.says.exits.set("completed", { _tag: "Code", code: "C0DE-42" })
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* act(() => page.context().grantPermissions(["clipboard-read", "clipboard-write"]))
      yield* fills(page)
      yield* submits(page)
      yield* says(page, "Enter this code at Acme:")
      yield* says(page, "C0DE-42")
      yield* act(() => page.getByRole("button", { name: "Copy the code" }).focus())
      yield* act(() => page.keyboard.press("Enter"))
      yield* says(page, "Copied")
      expect(yield* act(() => page.evaluate("navigator.clipboard.readText()"))).toBe("C0DE-42")
      expect(yield* act(() => page.getByRole("link").count())).toBe(0)
    })
  )

  it.scoped("is told to return it there, too, when they give it back, and how it ended when they come again", () =>
    Effect.gen(function* () {
      yield* usual
      crowd.says.exits.set("returned", redirect("/"))
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* press(page, "Give it back")
      yield* says(page, "Return it at Acme afterwards, too.")
      yield* press(page, "Yes, give back")
      yield* heading(page, "Given back")
      yield* says(page, "Return it at Acme, too")
      yield* leadsTo(page, `${app}/`)
      yield* opening(linkOf(run.id, "v1"))
      yield* heading(page, "Given back")
      expect(yield* act(() => page.getByRole("button").count())).toBe(0)
      expect(yield* statuses(run.id)).toEqual(["returned"])
    })
  )

  it.scoped("can submit what they have when the time is over, as long as nobody else has it", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* leaves(page)
      yield* fills(page)
      yield* timesOut(run.id)
      yield* act(() => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))"))
      yield* says(page, "The time is over")
      expect(yield* act(() => page.getByRole("button", { name: "Give it back" }).count())).toBe(0)
      const going = page.waitForURL(done)
      yield* submits(page)
      yield* act(() => going)
      expect(yield* statuses(run.id)).toEqual(["completed"])
    })
  )

  it.scoped("goes on with it when they come again after the time is over, as long as nobody else has it", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* fillsToBeKept(page)
      yield* timesOut(run.id)
      yield* opening(linkOf(run.id, "v1"))
      yield* heading(page, "The time is over")
      yield* says(page, "you can still go on and submit it")
      yield* press(page, "Go on with the task")
      yield* says(page, "You can still submit what you have")
      yield* act(() => expect.poll(() => field(page).inputValue()).toBe("spanner"))
      yield* leaves(page)
      const going = page.waitForURL(done)
      yield* submits(page)
      yield* act(() => going)
    })
  )

  it.scoped("is told that somebody else has it where they submit too late", () =>
    Effect.gen(function* () {
      yield* usual
      crowd.says.exits.set("timedOut", redirect("/"))
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* fills(page)
      yield* timesOut(run.id)
      const agents = yield* Agents
      yield* agents.register(run.id, { worker: "grace", agent: "v2" })
      yield* submits(page)
      yield* heading(page, "The time is over")
      yield* says(page, "somebody else has it now")
      yield* leadsTo(page, `${app}/`)
      expect(yield* act(() => page.getByRole("button").count())).toBe(0)
      expect(yield* submitted(run.id)).toEqual([])
    })
  )

  it.scoped("submits here, too, after they have told the crowd that they are done (NOCODE)", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* fillsToBeKept(page)
      yield* tells(run.id, "v1", "submitted")
      yield* opening(linkOf(run.id, "v1"))
      yield* heading(page, "Your answers are missing")
      expect(yield* act(() => page.getByRole("link").count())).toBe(0)
      yield* press(page, "Go on with the task")
      yield* says(page, "Submit your answers here, too")
      yield* act(() => expect.poll(() => field(page).inputValue()).toBe("spanner"))
      yield* submits(page)
      yield* says(page, "you have told Acme before that you are done")
      expect(yield* submitted(run.id)).toEqual([{ name: "spanner" }])
      expect(yield* act(() => page.getByRole("link").count())).toBe(0)
    })
  )

  it.scoped("is told that they have left where the crowd says so while they are at work", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* tells(run.id, "v1", "returned")
      yield* act(() => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))"))
      yield* heading(page, "Given back")
    })
  )

  it.scoped("is sent away kindly where nothing is left, and can look again", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const agents = yield* Agents
      const grace = yield* agents.register(run.id, { worker: "grace", agent: "v2" })
      const page = yield* opening(linkOf(run.id, "v1"))
      yield* heading(page, "There is nothing left to do")
      yield* leadsTo(page, `${app}/return`)
      yield* agents.return(grace.id)
      yield* press(page, "Look again")
      yield* act(() => page.getByRole("timer").waitFor())
    })
  )

  it.scoped("is not let in where they are blocked, and told where to go", () =>
    Effect.gen(function* () {
      yield* usual
      crowd.says.exits.set("notAllowed", redirect("/not-for-you"))
      const run = yield* offered({ template, rows: [{ product: "a spanner" }, { product: "a hammer" }] })
      const agents = yield* Agents
      const alan = yield* agents.register(run.id, { worker: "alan", agent: "v2" })
      const workers = yield* Workers
      yield* workers.block(alan.worker, { requester: run.requester }, "Spam")
      const page = yield* opening(`/task/${run.id}?worker=alan&agent=v3`)
      yield* heading(page, "You cannot take part in this")
      yield* leadsTo(page, `${app}/not-for-you`)
    })
  )

  it.scoped("is not let in by a link that the crowd does not stand by", () =>
    Effect.gen(function* () {
      yield* usual
      crowd.says.strangers.add("v9")
      const run = yield* offered({ template })
      const page = yield* opening(linkOf(run.id, "v9"))
      yield* says(page, "This link does not work")
      expect(yield* act(() => page.locator("iframe").count())).toBe(0)
      expect(yield* statuses(run.id)).toEqual([])
    })
  )

  it.scoped("tries again where the crowd cannot be asked whether they are who they say", () =>
    Effect.gen(function* () {
      yield* usual
      crowd.says.isDown = true
      const run = yield* offered({ template })
      const page = yield* opening(linkOf(run.id, "v1"))
      yield* says(page, "Acme cannot be reached just now")
      crowd.says.isDown = false
      yield* press(page, "Try again")
      yield* act(() => page.getByRole("timer").waitFor())
    })
  )

  it.scoped("waits for the way out where it cannot be asked for just now: their answers are kept", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* comes(run.id, "v1")
      yield* leaves(page)
      yield* fills(page)
      crowd.says.isDown = true
      yield* submits(page)
      yield* heading(page, "Thank you")
      yield* says(page, "Your answers are safe here")
      expect(yield* submitted(run.id)).toEqual([{ name: "spanner" }])
      crowd.says.isDown = false
      yield* act(() => page.waitForURL(done))
    })
  )

  it.scoped("is shown a preview where the link does not say who they are, and no list of tasks anywhere", () =>
    Effect.gen(function* () {
      yield* usual
      const run = yield* offered({ template })
      const page = yield* opening(`/task/${run.id}`)
      yield* says(page, "open the task at Acme")
      yield* act(() => page.frameLocator("iframe").getByText("a spanner").waitFor())
      expect(yield* act(() => page.getByRole("link").count())).toBe(0)
      yield* opening("/")
      yield* says(page, "There is no list of tasks here")
      expect(yield* act(() => page.getByText("Name things").count())).toBe(0)
    })
  )

  it.scoped("has nothing that sticks out at 360 pixels, however long the name of the crowd's code", () =>
    Effect.gen(function* () {
      yield* usual
      crowd.says.exits.set("completed", { _tag: "Code", code: "C0DE".repeat(40) })
      const run = yield* offered({ template, task: { title: "Wide".repeat(30) } })
      const page = yield* comes(run.id, "v1")
      yield* act(() => page.setViewportSize({ width: 360, height: 640 }))
      yield* fills(page)
      yield* submits(page)
      yield* says(page, "Enter this code at Acme:")
      expect(yield* act(() => page.evaluate("document.documentElement.scrollWidth"))).toBe(360)
    })
  )
})
