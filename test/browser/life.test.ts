/** A whole run as people live through it: two workers and a requester in Chromium, around the command. */
import * as fs from "node:fs"
import * as path from "node:path"
import { expect, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Page } from "playwright-core"
import { type Served, served } from "../cli/served.js"
import { folder, summaryOf, taskJson, writeBatch } from "../cli/support.js"
import * as clocks from "../support/clocks.js"
import * as chromium from "./support/chromium.js"

const { act } = chromium

const title = "What is it?"

const duration = "10 minutes"

const batch = (dir: string) =>
  writeBatch(path.join(dir, "things"), {
    "task.json": taskJson({ title, unitsPerAssignment: 2, duration }),
    "task.html": "<p>${thing}</p> <label>It is <input name=kind required></label>",
    "data.csv": "thing\na spanner\na hammer\n"
  })

/** People have their addresses from the proxy before the server. */
const person = (address: string) => chromium.page({ extraHTTPHeaders: { "x-forwarded-for": address } })

const go = (page: Page, { port }: Served, to: string) => act(() => page.goto(`http://127.0.0.1:${port}${to}`))
const press = (page: Page, name: string) => act(() => page.getByRole("button", { name, exact: true }).click())
const sees = (page: Page, text: string | RegExp) => act(() => page.getByText(text).first().waitFor())
const task = (page: Page) => page.frameLocator("iframe")

/** From the list of tasks over the preview to a unit in the hands of this person. */
const accepts = (page: Page, crowd: Served) =>
  Effect.gen(function* () {
    yield* go(page, crowd, "/")
    yield* act(() => page.getByRole("link", { name: `View ${title}` }).click())
    yield* act(() => task(page).getByText("a spanner").waitFor())
    expect(yield* act(() => task(page).getByRole("button", { name: "Submit" }).isDisabled())).toBe(true)
    yield* press(page, "Accept")
    yield* act(() => page.getByRole("timer").waitFor())
  })

const answers = (page: Page, thing: string, kind: string) =>
  Effect.gen(function* () {
    yield* act(() => task(page).getByText(thing).waitFor())
    yield* act(() => task(page).getByLabel("It is").fill(kind))
    yield* act(() => task(page).getByRole("button", { name: "Submit" }).click())
    yield* act(() => page.getByRole("heading", { name: "Thank you" }).waitFor())
  })

/** Gives a unit back, then does one of each assignment, until there is nothing more for them. */
const worksThrough = (page: Page, crowd: Served) =>
  Effect.gen(function* () {
    yield* accepts(page, crowd)
    yield* press(page, "Give it back")
    yield* press(page, "Yes, give back")
    yield* act(() => page.getByRole("heading", { name: "Given back" }).waitFor())
    yield* press(page, "Next one")
    yield* answers(page, "a spanner", "wrench")
    yield* press(page, "Next one")
    yield* answers(page, "a hammer", "tool")
    yield* sees(page, "There is no more of this for you just now.")
  })

/** Lets the time of a unit run out, then takes what there is. */
const comesBack = (page: Page, crowd: Served) =>
  Effect.gen(function* () {
    yield* Effect.flatMap(clocks.Forward, (forward) => forward(duration))
    yield* act(() => page.clock.fastForward(Duration.toMillis(duration)))
    yield* sees(page, "The time is over")
    yield* go(page, crowd, "/")
    const hasRunOut = async () => {
      await page.reload()
      await page.getByRole("link", { name: /View|Continue/ }).waitFor()
      return page.getByText("Time ran out").count()
    }
    yield* act(() => expect.poll(hasRunOut, { timeout: 10_000 }).toBe(1))
    yield* act(() => page.getByRole("link", { name: `View ${title}` }).click())
    yield* press(page, "Accept")
    yield* answers(page, "a hammer", "weapon")
    yield* press(page, "Next one")
    yield* answers(page, "a spanner", "<img src=x onerror=alert(1)>")
  })

/** A question has the focus a moment after it was asked for. */
const opened = (page: Page) => act(() => page.locator("dialog :focus").waitFor())

/** The reason and the amount of their bonus are shown to the worker who got it. */
const isTold = (page: Page, crowd: Served) =>
  Effect.gen(function* () {
    yield* go(page, crowd, "/")
    const bonuses = page.getByRole("region", { name: "Your bonuses" })
    yield* act(() => bonuses.getByText("thorough").waitFor())
    expect(yield* act(() => bonuses.textContent())).toContain("0.25")
  })

/** Decides by key: two of the first worker approved at once, one of the second rejected and the other approved. */
const reviews = (page: Page, crowd: Served, paid: Page) =>
  Effect.gen(function* () {
    yield* go(page, crowd, `/console#${crowd.token}`)
    yield* act(() => page.getByRole("link", { name: title }).click())
    yield* act(() => page.getByRole("article").first().waitFor())
    yield* sees(page, "10.0.0.1")
    yield* act(() => page.keyboard.press("b"))
    yield* opened(page)
    yield* act(() => page.keyboard.type("0.25"))
    yield* act(() => page.keyboard.press("Tab"))
    yield* act(() => page.keyboard.type("thorough"))
    yield* act(() => page.keyboard.press("Control+Enter"))
    yield* sees(page, "0.25 USD paid to 10.0.0.1")
    yield* isTold(paid, crowd)
    yield* act(() => page.keyboard.press("A"))
    yield* sees(page, "10.0.0.2")
    yield* act(() => page.keyboard.press("r"))
    yield* opened(page)
    yield* act(() => page.keyboard.type("A hammer is a tool."))
    yield* act(() => page.keyboard.press("Control+Enter"))
    yield* sees(page, "<img src=x onerror=alert(1)>")
    yield* act(() => page.keyboard.press("a"))
    yield* act(() => page.getByRole("heading", { name: "Nothing to review" }).waitFor())
  })

const downloaded = (page: Page) =>
  Effect.gen(function* () {
    const [download] = yield* act(() =>
      Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Results as CSV" }).click()])
    )
    return fs.readFileSync(yield* act(() => download.path()), "utf8")
  })

layer(Layer.merge(chromium.layer, clocks.forwardLayer), { excludeTestServices: true })(
  "a run on Local, lived through in browsers",
  (it) => {
    it.scoped(
      "is accepted, given back, timed out, submitted, reviewed, paid on top of and exported",
      () =>
        Effect.gen(function* () {
          const dir = yield* folder
          const out = path.join(dir, "results.csv")
          const words = ["--provider", "local", "--db", path.join(dir, "crowd.db"), "--proxy", "127.0.0.1"]
          const crowd = yield* served(["run", yield* batch(dir), "--json", "--out", out, ...words])
          const [ada, bob] = [yield* person("10.0.0.1"), yield* person("10.0.0.2")]
          yield* act(() => bob.clock.install())
          yield* accepts(bob, crowd)
          yield* worksThrough(ada, crowd)
          yield* comesBack(bob, crowd)

          const requester = yield* chromium.page()
          yield* reviews(requester, crowd, ada)
          const csv = yield* downloaded(requester)
          expect(csv.trimEnd().split("\n")).toHaveLength(5)
          yield* act(() => requester.close({ runBeforeUnload: true }))

          const ended = yield* crowd.ended
          expect(summaryOf(ended)).toMatchObject({
            units: { accepted: 3, rejected: 1 },
            workers: 2,
            cost: { rewards: 15, bonuses: 25, fees: 0, total: 40 }
          })
          const results = fs.readFileSync(out, "utf8")
          expect(results).toContain("<img src=x onerror=alert(1)>")
          expect(results).toContain("A hammer is a tool.")
          for (const worker of ["10.0.0.1", "10.0.0.2"]) expect(results.split(worker)).toHaveLength(3)
        }),
      90_000
    )
  }
)
