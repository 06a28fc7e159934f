/** The requester's console in a real browser, by keyboard, and with workers who mean no good. */
import { setTimeout } from "node:timers/promises"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Page } from "playwright-core"
import { type Agent, Agents } from "../../src/Agents.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import * as consoleClient from "../server/consoleClient.js"
import * as breaking from "../support/breakingStore.js"
import * as clocks from "../support/clocks.js"
import * as server from "../support/server.js"
import { accept, visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"
import { isThere, press, requester, reviewing, token } from "./support/requester.js"

const { act } = chromium
const { launched, submitted } = consoleClient

const statuses = (agents: ReadonlyArray<Agent>) =>
  Effect.flatMap(Agents, ({ get }) => Effect.forEach(agents, ({ id }) => Effect.map(get(id), ({ status }) => status)))

const statusesBecome = (agents: ReadonlyArray<Agent>, wanted: ReadonlyArray<string>) =>
  chromium.becomes(statuses(agents), wanted)

const focused = (page: Page) => act(() => page.evaluate<string>("document.activeElement?.textContent ?? ''"))

/** Fills in the dialog that has come up, as it is there to be typed into. */
const answer = (page: Page, ...texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    yield* act(() => page.getByRole("dialog").waitFor())
    for (const [index, text] of texts.entries()) {
      if (index > 0) yield* press(page, "Tab")
      yield* act(() => page.keyboard.type(text))
    }
    yield* press(page, "Control+Enter")
    yield* act(() => page.getByRole("dialog").waitFor({ state: "detached" }))
  })

/** Pages know the server's clock to the second: what was submitted in this one is not surely before they came. */
const nextSecond = act(() => setTimeout(1_000 - (Date.now() % 1_000)))

/** For so many milliseconds a decision is held back. */
const holdFor = 6_000

/** Decisions stay held back, as if everything below were done within seconds. */
const holdingLong = `{
  const real = setTimeout
  window.setTimeout = (run, after) => real(run, after >= 5_000 ? 600_000 : after)
}`

/** What is held back is sent at once. */
const holdingNothing = `{
  const real = setTimeout
  window.setTimeout = (run, after) => real(run, after >= 5_000 ? 0 : after)
}`

/** What is looked at again now and then is looked at again at once. */
const lookingOften = `{
  const real = setInterval
  window.setInterval = (run, every) => real(run, every >= 5_000 ? 100 : every)
}`

/** What failed is asked for again at once. */
const askingOften = `{
  const real = setTimeout
  window.setTimeout = (run, after) => real(run, after === 3_000 ? 100 : after)
}`

const focusGoesTo = (page: Page, text: RegExp) =>
  act(() => expect.poll(() => Effect.runPromise(focused(page)), { timeout: 5_000 }).toMatch(text))

const follow = (page: Page, name: string) => act(() => page.getByRole("link", { name, exact: true }).click())

/** From a page of a run. */
const showsWorkers = (page: Page) =>
  Effect.zipRight(
    follow(page, "Workers"),
    act(() => page.getByRole("cell").first().waitFor())
  )

const showsRuns = (page: Page) =>
  Effect.zipRight(
    follow(page, "Console"),
    act(() => page.getByRole("listitem").first().waitFor())
  )

const store = breaking.make(sqlite.layer())

/** A server that looks ten times as often whether there is something new. */
const restless = Layer.provideMerge(consoleClient.over(store.layer), clocks.restlessLayer(10))

const live = Layer.merge(restless, chromium.layer)

layer(live, { excludeTestServices: true })("The console", (it) => {
  it.scoped("lets in who has the token, by address or typed, and keeps it out of the address bar", () =>
    Effect.gen(function* () {
      yield* launched("Signing in", 1)
      const page = yield* requester()
      yield* isThere(page, "Signing in")
      expect(page.url()).not.toContain("#")
      yield* act(() => page.getByRole("button", { name: "Sign out" }).click())
      const input = page.getByLabel("Token")
      yield* act(() => input.fill("guess"))
      yield* press(page, "Enter")
      yield* isThere(page, "This is not the token of this server.")
      yield* act(() => input.fill(token))
      yield* press(page, "Enter")
      yield* isThere(page, "Signing in")
    })
  )

  it.scoped("shows of a run its batch, its crowd and its id, and all runs where there is no such run", () =>
    Effect.gen(function* () {
      const run = yield* launched("Told apart", 1)
      const page = yield* requester()
      yield* isThere(page, `${run.name} · ${run.provider} · ${run.id}`)
      yield* act(() => page.getByRole("link", { name: "Told apart" }).click())
      yield* isThere(page, `${run.name} · ${run.provider} · ${run.id}`)
      yield* act(() => page.goto(new URL("/console/runs/run_1", page.url()).href))
      yield* isThere(page, "There is no such run here.")
      yield* act(() => page.getByRole("link", { name: "See all runs" }).click())
      yield* isThere(page, "Told apart")
    })
  )

  it.scoped("asks for the token where the address has none that can be read", () =>
    Effect.gen(function* () {
      const page = yield* chromium.page()
      const base = yield* consoleClient.baseUrl
      yield* act(() => page.goto(`${base}/console#%`))
      yield* act(() => page.getByLabel("Token").waitFor())
      expect(page.url()).not.toContain("#")
    })
  )

  it.scoped("says that a token in the address is wrong, and asks for the right one", () =>
    Effect.gen(function* () {
      const page = yield* chromium.page()
      const base = `http://127.0.0.1:${yield* server.port}`
      yield* act(() => page.goto(`${base}/console#yesterdays`))
      yield* isThere(page, "What the address has after # is not the token of this server.")
      yield* act(() => page.getByLabel("Token").fill(token))
      yield* press(page, "Enter")
      yield* act(() => page.getByRole("heading", { name: "Runs" }).waitFor())
    })
  )

  it.scoped("says that a token is old at the moment it counts no more, and goes on with the new one", () =>
    Effect.gen(function* () {
      const run = yield* launched("Old token", 1)
      const page = yield* requester(`/runs/${run.id}`)
      yield* isThere(page, "Old token")
      const cookies = yield* act(() => page.context().cookies())
      const old = cookies.map((cookie) => ({ ...cookie, value: "of.another.token" }))
      yield* act(() => page.context().addCookies(old))
      yield* act(() => page.getByRole("link", { name: "Workers" }).click())
      yield* isThere(page, "You are signed in no more")
      yield* act(() => page.getByLabel("Token").fill(token))
      yield* press(page, "Enter")
      yield* isThere(page, "Nobody has taken a unit yet.")
      yield* act(() => page.context().addCookies(old))
      yield* act(() => page.reload())
      yield* isThere(page, "You are signed in no more")
    })
  )

  it.scoped("counts a decision that is held back once and the same everywhere", () =>
    Effect.gen(function* () {
      const run = yield* launched("Counted", 2)
      const agents = [yield* submitted(run.id, "ann"), yield* submitted(run.id, "bob")]
      const page = yield* reviewing(run.id)
      yield* act(() => page.evaluate(holdingLong))
      const toReview = page.getByRole("button", { name: /^To review/ })
      const approved = page.getByRole("button", { name: /^Approved/ })
      const counts = (review: string, done: string) =>
        Effect.gen(function* () {
          yield* act(() => expect.poll(() => toReview.textContent()).toBe(`To review ${review}`))
          yield* act(() => expect.poll(() => approved.textContent()).toBe(`Approved ${done}`))
        })
      yield* counts("2", "0")
      yield* press(page, "a")
      yield* counts("1", "1")
      yield* isThere(page, "1 of 1")
      yield* act(() => page.getByRole("region", { name: "Run" }).getByText("1 approved").waitFor())
      yield* act(() => page.getByRole("link", { name: "Console" }).click())
      const card = page.getByRole("listitem").filter({ hasText: run.id })
      yield* act(() => card.getByText("1 submission to review").waitFor())
      yield* act(() => page.goBack())
      yield* counts("1", "1")
      yield* act(() => page.getByRole("article").waitFor())
      yield* press(page, "u")
      yield* counts("2", "0")
      expect(yield* statuses(agents)).toEqual(["completed", "completed"])
      yield* act(() => page.evaluate("dispatchEvent(new Event('pagehide'))"))
      yield* counts("2", "0")
    })
  )

  it.scoped("has a run reviewed by keyboard alone", () =>
    Effect.gen(function* () {
      const run = yield* launched("By keyboard", 8)
      const names = ["ann", "ann", "ann", "bob", "bob", "cyd"]
      const agents = yield* Effect.forEach(names, (name) => submitted(run.id, name))
      const page = yield* requester()
      yield* isThere(page, "By keyboard")
      for (let n = 0; n < 20 && !(yield* focused(page)).startsWith("By keyboard"); n++) yield* press(page, "Tab")
      yield* press(page, "Enter")
      yield* act(() => page.getByRole("article").waitFor())

      yield* press(page, "a")
      yield* focusGoesTo(page, /^ann/)
      yield* press(page, "r")
      yield* answer(page, "Not what was asked. a r s")
      yield* press(page, "s")
      yield* focusGoesTo(page, /^bob/)
      yield* press(page, "A")
      yield* focusGoesTo(page, /^cyd/)
      yield* press(page, "b")
      yield* answer(page, "0.50", "thorough")
      yield* isThere(page, "0.50 USD paid to cyd")
      yield* press(page, "a")
      yield* act(() => page.getByRole("heading", { name: "Nothing to review" }).waitFor())
      yield* focusGoesTo(page, /^Nothing to review/)

      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome(agents, ["approved", "rejected", "soft_rejected", "approved", "approved", "approved"])
      const { cost } = yield* Effect.flatMap(TaskRuns, (runs) => runs.summary(run.id))
      expect([cost.rewards, cost.bonuses]).toEqual([25, 50])
    })
  )

  it.scoped("takes a decision back until it is sent, and sends the rest on leaving the page", () =>
    Effect.gen(function* () {
      const run = yield* launched("Undo", 3)
      const agents = yield* Effect.forEach(["ann", "bob", "cyd"], (name) => submitted(run.id, name))
      const page = yield* reviewing(run.id)
      yield* press(page, "a", "a")
      yield* focusGoesTo(page, /^cyd/)
      yield* press(page, "u")
      yield* focusGoesTo(page, /^bob/)
      yield* press(page, "s", "u", "j", "k")
      yield* focusGoesTo(page, /^bob/)
      expect(yield* statuses(agents)).toEqual(["completed", "completed", "completed"])
      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome(agents, ["approved", "completed", "completed"])
    })
  )

  it.scoped("decides on all of a worker, also on what is not loaded yet", () =>
    Effect.gen(function* () {
      const run = yield* launched("Many", 62)
      const agents = yield* Effect.forEach(Array.from({ length: 60 }), () => submitted(run.id, "ann"))
      const other = yield* submitted(run.id, "bob")
      yield* nextSecond
      const page = yield* reviewing(run.id)
      yield* press(page, "A")
      yield* focusGoesTo(page, /^bob/)
      expect(
        yield* act(() => page.getByRole("navigation", { name: "Submissions by worker" }).textContent())
      ).not.toContain("ann")
      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome([...agents, other], [...agents.map(() => "approved"), "completed"])
    })
  )

  it.scoped("decides on nothing of a worker that came after the key was pressed", () =>
    Effect.gen(function* () {
      const run = yield* launched("Too late", 3)
      const seen = yield* Effect.forEach(["ann", "ann"], (name) => submitted(run.id, name))
      const page = yield* reviewing(run.id)
      yield* press(page, "A")
      yield* isThere(page, "Approved all of ann")
      const late = yield* submitted(run.id, "ann")
      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome([...seen, late], ["approved", "approved", "completed"])
    })
  )

  it.scoped("sends everything on leaving the page, however much was written", () =>
    Effect.gen(function* () {
      // Browsers send 64 KB of a page that goes away.
      const run = yield* launched("Much written", 24)
      const agents = yield* Effect.forEach(Array.from({ length: 24 }), () => submitted(run.id, "ann"))
      const page = yield* reviewing(run.id)
      yield* act(() => page.evaluate(holdingLong))
      for (const index of agents.keys()) {
        yield* press(page, "r")
        yield* act(() => page.getByLabel("Why? The worker reads this.").fill(`${index} ${"€".repeat(990)}`))
        yield* press(page, "Control+Enter")
        yield* act(() => page.getByRole("dialog").waitFor({ state: "detached" }))
      }
      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome(
        agents,
        agents.map(() => "rejected")
      )
    })
  )

  it.scoped("rejects in a category, where one is named", () =>
    Effect.gen(function* () {
      const run = yield* launched("Category", 2)
      const agents = yield* Effect.forEach(["ann", "bob"], (name) => submitted(run.id, name))
      const page = yield* reviewing(run.id)
      yield* act(() => page.evaluate(holdingNothing))
      yield* press(page, "r")
      yield* answer(page, "Made up", "FAKE_DATA")
      yield* focusGoesTo(page, /^bob/)
      yield* press(page, "r")
      yield* act(() => page.getByLabel("Category, if this crowd wants one").fill(""))
      yield* press(page, "Enter")
      yield* statusesBecome(agents, ["rejected", "rejected"])
      const found = yield* Effect.flatMap(Agents, ({ get }) => Effect.forEach(agents, ({ id }) => get(id)))
      expect(found.map(({ category, feedback }) => [feedback, category].map(Option.getOrNull))).toEqual([
        ["Made up", "FAKE_DATA"],
        ["Made up", null]
      ])
    })
  )

  it.scoped(
    "says of what somebody else decided that it was rejected before, or paid before, and the first feedback stands",
    () =>
      Effect.gen(function* () {
        const run = yield* launched("Twice", 3)
        const [ann, bob] = yield* Effect.all([submitted(run.id, "ann"), submitted(run.id, "bob")])
        yield* submitted(run.id, "cyd")
        const agents = yield* Agents
        const page = yield* reviewing(run.id)
        yield* act(() => page.evaluate(holdingNothing))
        yield* agents.reject(ann.id, "the first")
        yield* agents.approve(bob.id)
        yield* press(page, "r")
        yield* answer(page, "the second")
        yield* isThere(page, "1 submission was rejected before; the first feedback stands.")
        yield* focusGoesTo(page, /^bob/)
        yield* press(page, "a")
        yield* isThere(page, "1 submission was paid before; the first feedback stands.")
        expect((yield* agents.get(ann.id)).feedback).toEqual(Option.some("the first"))
        yield* act(() => page.getByRole("button", { name: "Dismiss" }).click())
        expect(yield* act(() => page.getByText("the first feedback stands").count())).toBe(0)
      })
  )

  it.scoped("looks back at what was decided, and approves after all what was rejected", () =>
    Effect.gen(function* () {
      const run = yield* launched("Looking back", 2)
      const agents = yield* Effect.forEach(["ann", "bob"], (name) => submitted(run.id, name))
      const page = yield* reviewing(run.id)
      yield* act(() => page.clock.install())
      yield* press(page, "a", "r")
      yield* answer(page, "Too short")
      yield* act(() => page.clock.fastForward(holdFor))
      yield* statusesBecome(agents, ["approved", "rejected"])
      yield* act(() => page.getByRole("button", { name: "Approved 1" }).click())
      yield* act(() => page.getByRole("heading", { name: "ann" }).last().waitFor())
      yield* act(() => page.getByRole("button", { name: "Rejected 1" }).click())
      yield* isThere(page, "Feedback: Too short")
      yield* press(page, "a")
      yield* isThere(page, "Nothing here")
      yield* act(() => page.goto("about:blank"))
      yield* statusesBecome(agents, ["approved", "approved"])
    })
  )

  it.scoped("shows what is new without being asked", () =>
    Effect.gen(function* () {
      const run = yield* launched("Live", 4)
      const overview = yield* requester()
      yield* isThere(overview, "Live")
      yield* launched("Begun later", 1)
      const page = yield* requester(`/runs/${run.id}`)
      yield* isThere(page, "Nothing to review")
      yield* submitted(run.id, "ann", { label: "hello" })
      yield* act(() => page.getByRole("article").waitFor())
      yield* isThere(page, "hello")
      yield* isThere(overview, "1 submission to review")
      yield* isThere(overview, "Begun later")
    })
  )

  it.scoped("says what went wrong, and shows the submission again", () =>
    Effect.gen(function* () {
      const run = yield* launched("Trouble", 2)
      yield* submitted(run.id, "ann")
      const page = yield* reviewing(run.id)
      yield* act(() => page.clock.install())
      yield* act(() => page.context().setOffline(true))
      yield* press(page, "a")
      yield* isThere(page, "Nothing to review")
      yield* act(() => page.clock.fastForward(holdFor))
      yield* isThere(page, "The server does not answer.")
      yield* act(() => page.getByRole("article").waitFor())
    })
  )

  it.scoped("says of a worker at work that they are disconnected, until they are there again", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched("Silent", 3)
      const ann = yield* agents.register(run.id, { worker: "ann" })
      yield* agents.register(run.id, { worker: "bob" })
      yield* agents.disconnect(ann.id)
      const page = yield* requester(`/runs/${run.id}/workers`)
      yield* act(() => page.evaluate(lookingOften))
      yield* isThere(page, "Silent")
      yield* act(() => page.getByRole("link", { name: "Submissions" }).click())
      yield* act(() => page.getByRole("link", { name: "Workers" }).click())
      const inWork = (name: string) => page.getByRole("row").filter({ hasText: name }).getByRole("cell").nth(1)
      const shows = (name: string, text: string) =>
        act(() => expect.poll(() => inWork(name).textContent(), { timeout: 5_000 }).toBe(text))
      yield* shows("ann", "disconnected 1")
      yield* shows("bob", " 1")
      yield* agents.start(ann.id)
      yield* shows("ann", " 1")
    })
  )

  it.scoped("shows what workers write as text, never as markup", () =>
    Effect.gen(function* () {
      const attack = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
      const run = yield* server.launched(
        consoleClient.task(`Attack ${attack}`),
        1,
        "<p>${text}</p><textarea name=note>"
      )
      yield* submitted(run.id, attack, {
        [attack]: attack,
        nested: { [attack]: [attack] },
        note: `</textarea>${attack}`
      })
      const page = yield* reviewing(run.id)
      const article = page.getByRole("article")
      expect(yield* act(() => article.textContent())).toContain(attack)
      for (const shows of [showsWorkers, showsRuns]) {
        yield* shows(page)
        yield* isThere(page, attack)
        expect(yield* act(() => page.locator("img, main script").count())).toBe(0)
        expect(yield* act(() => page.title())).not.toBe("owned")
      }
    })
  )

  it.scoped("keeps the task's page in its frame from the console and its cookie", () =>
    Effect.gen(function* () {
      const spy = `<p id=out></p><script>
        const tries = {
          cookie: () => document.cookie,
          parent: () => parent.document.title,
          storage: () => localStorage.length
        }
        const seen = Object.entries(tries).map(([name, look]) => {
          try { return name + "=" + look() } catch (error) { return name + " refused" }
        })
        fetch("/api/console/runs", { credentials: "include" }).then((r) => "api " + r.status, () => "api refused").then((api) => {
          document.getElementById("out").textContent = [...seen, api].join(", ")
        })
      </script><input name=label>`
      const run = yield* server.launched(consoleClient.task("Spy"), 1, spy)
      yield* submitted(run.id, "ann")
      const page = yield* reviewing(run.id)
      const out = page.frameLocator("iframe").locator("#out")
      yield* act(() => out.filter({ hasText: "api" }).waitFor())
      expect(yield* act(() => out.textContent())).toBe("cookie refused, parent refused, storage=0, api refused")
    })
  )

  it.scoped("fits a phone: nothing to scroll sideways, and everything to press large enough", () =>
    Effect.gen(function* () {
      const run = yield* launched("Small", 2)
      yield* submitted(run.id, "a-worker-with-a-long-name-and-no-spaces-in-it.example.org")
      const page = yield* reviewing(run.id, { viewport: { width: 360, height: 740 } })
      const fits = Effect.gen(function* () {
        expect(yield* act(() => page.evaluate("document.documentElement.scrollWidth"))).toBe(360)
        const heights = yield* act(() =>
          page.getByRole("button").evaluateAll((all) => all.map((button) => button.getBoundingClientRect().height))
        )
        expect(Math.min(...heights.filter((height) => height > 0))).toBeGreaterThanOrEqual(36)
      })
      yield* fits
      yield* showsWorkers(page)
      yield* fits
      const block = yield* act(() => page.getByRole("button", { name: /^Block/ }).boundingBox())
      const pay = yield* act(() => page.getByRole("button", { name: /^Bonus/ }).boundingBox())
      for (const box of [block, pay]) {
        expect(box?.x).toBeGreaterThanOrEqual(0)
        expect((box?.x ?? 360) + (box?.width ?? 0)).toBeLessThanOrEqual(360)
      }
      yield* showsRuns(page)
      yield* isThere(page, "Small")
      yield* fits
    })
  )

  it.scoped("says until when a run is on offer, and nothing of that where nothing is", () =>
    Effect.gen(function* () {
      const run = yield* launched("Taken back", 1)
      const page = yield* requester(`/runs/${run.id}`)
      yield* isThere(page, /^Begun .+, on offer until .+/)
      yield* Effect.flatMap(Units, (units) => units.expireAll(run.id))
      yield* act(() => page.getByText("on offer until").waitFor({ state: "detached" }))
      yield* isThere(page, /^Begun /)
    })
  )

  it.scoped("shows that the store fails although only workers have met it, until it keeps again what they send", () =>
    Effect.gen(function* () {
      const run = yield* launched("Full", 2)
      const page = yield* requester()
      yield* isThere(page, "Full")
      const ann = yield* visitor(yield* server.port, "127.0.5.1")
      yield* store.broken("full")
      yield* accept(ann, run.id)
      const notice = page.getByRole("alert")
      yield* isThere(page, breaking.full.message)
      expect(yield* act(() => notice.textContent())).toMatch(/Since .+ not everything can be read or kept/)
      yield* act(() => page.getByRole("button", { name: "Dismiss" }).click())
      yield* act(() => notice.waitFor({ state: "detached" }))
      yield* act(() => page.reload())
      yield* isThere(page, breaking.full.message)
      yield* store.mended
      yield* accept(ann, run.id)
      yield* act(() => notice.waitFor({ state: "detached" }))
    })
  )

  it.scoped("fits a phone also while it says that the store fails, which can be dismissed there by keyboard", () =>
    Effect.gen(function* () {
      yield* launched("Full and small", 1)
      const page = yield* requester("", { viewport: { width: 360, height: 740 } })
      yield* isThere(page, "Full and small")
      yield* store.broken("gone")
      yield* isThere(page, breaking.gone.message)
      expect(yield* act(() => page.evaluate("document.documentElement.scrollWidth"))).toBe(360)
      const dismiss = page.getByRole("button", { name: "Dismiss" })
      const box = yield* act(() => dismiss.boundingBox())
      expect(box?.height).toBeGreaterThanOrEqual(36)
      expect((box?.x ?? 360) + (box?.width ?? 0)).toBeLessThanOrEqual(360)
      yield* act(() => dismiss.focus())
      yield* press(page, "Enter")
      yield* act(() => page.getByRole("alert").waitFor({ state: "detached" }))
      yield* store.mended
    }).pipe(Effect.ensuring(store.mended))
  )

  it.scoped("shows that the store is gone, also to whoever comes just then, and goes on once it is back", () =>
    Effect.gen(function* () {
      yield* launched("Back again", 1)
      const page = yield* requester()
      yield* isThere(page, "Back again")
      yield* store.broken("gone")
      yield* isThere(page, breaking.gone.message)
      yield* act(() => page.addInitScript(askingOften))
      yield* act(() => page.reload())
      yield* isThere(page, breaking.gone.message)
      yield* store.mended
      yield* isThere(page, "Back again")
      yield* act(() => page.getByRole("alert").waitFor({ state: "detached" }))
    })
  )
})
