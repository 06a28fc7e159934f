/** Prolific in Chromium: participants come by the study's link and leave by its completion; the requester reviews. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, layer as share } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Page } from "playwright-core"
import { Agents } from "../../src/Agents.js"
import type { RunId } from "../../src/Ids.js"
import * as Money from "../../src/Money.js"
import * as Prolific from "../../src/Prolific.js"
import * as Server from "../../src/server/Server.js"
import { Units } from "../../src/Units.js"
import * as clocks from "../support/clocks.js"
import { freePort } from "../support/freePort.js"
import { type Double, makeDouble } from "../support/prolific/double.js"
import { secret, token } from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"
import { isThere, press, reviewing } from "./support/requester.js"
import { agentsOf, offered, Regular, regular, submitted } from "./support/tasks.js"

const { act } = chromium

class Market extends Context.Tag("test/browser/Market")<Market, Double>() {}

/** A study's link has to say where our pages are before they are there. */
const live = Layer.unwrapEffect(
  Effect.gen(function* () {
    const port = yield* act(freePort)
    const over = ({ token, url }: Double) =>
      Prolific.layer({ token: Redacted.make(token), url, pages: `http://127.0.0.1:${port}`, live: true })
    return Server.layer({ secret, token }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port, host: "127.0.0.1" })),
      Layer.provideMerge(Layer.unwrapEffect(Effect.map(Market, over))),
      Layer.provideMerge(Layer.scoped(Market, makeDouble())),
      Layer.provide(sqlite.layer()),
      Layer.provideMerge(clocks.forwardLayer)
    )
  })
).pipe(Layer.merge(Layer.provideMerge(regular, chromium.layer)))

const template = "<p>Which mood? ${product}</p><label>Name <input name=name></label>"
const reward = Money.make(60, Money.Currency.make("GBP"))

/** A run on offer, and its study. */
const published = Effect.gen(function* () {
  const { id } = yield* offered({ template, task: { reward } })
  const { world } = yield* Market
  const study = [...world.studies.values()].find(({ fields }) => fields.internal_name?.includes(id))
  return study === undefined ? yield* Effect.dieMessage("no study") : { run: id, study }
})

/** Somebody new presses the study's button at Prolific. */
const opens = (study: string) =>
  Effect.gen(function* () {
    const { people, url } = yield* Market
    const participant = people.join()
    const page = yield* Regular
    yield* act(() => page.goto(`${url}/studies/${study}?participant=${participant}`))
    return { page, participant }
  })

const works = (page: Page) =>
  Effect.gen(function* () {
    const task = page.frameLocator("iframe")
    yield* act(() => task.getByLabel("Name").fill("cheerful"))
    yield* act(() => task.getByRole("button", { name: "Submit" }).click())
  })

/** Our pages have the answers, and Prolific the submission. */
const finished = (run: RunId, study: string) =>
  Effect.gen(function* () {
    const { page } = yield* opens(study)
    yield* works(page)
    yield* isThere(page, "Submission received")
    yield* Effect.flatMap(Units, (units) => units.sync(run))
  })

/** What is held back is sent at once. */
const holdingNothing = `{
  const real = setTimeout
  window.setTimeout = (run, after) => real(run, after >= 5_000 ? 0 : after)
}`

const reviews = (run: RunId) => Effect.tap(reviewing(run), (page) => act(() => page.evaluate(holdingNothing)))

/** What Prolific has of everybody who took part. */
const statusesAt = (study: string) =>
  Effect.map(Market, ({ world }) =>
    [...world.submissions.values()].filter((one) => one.study.id === study).map(({ status }) => status)
  )

const statuses = (run: RunId) => Effect.map(agentsOf(run), (agents) => agents.map(({ status }) => status))

share(live, { excludeTestServices: true })("a participant of Prolific", (it) => {
  it.scoped("comes by the study's link, works, and leaves by the completion redirect", () =>
    Effect.gen(function* () {
      const { run, study } = yield* published
      const { page, participant } = yield* opens(study.id)
      const sent: Array<Promise<string>> = []
      page.on("response", (response) => sent.push(response.text().catch(() => "")))
      yield* act(() => page.reload())
      yield* act(() => page.getByRole("timer").waitFor())
      expect((yield* agentsOf(run)).map(({ workerName }) => workerName)).toEqual([participant])
      const codes = (study.fields.completion_codes ?? []).flatMap(({ code }) => (code === null ? [] : [code]))
      expect(codes.length).toBeGreaterThan(1)
      const before = yield* act(() => Promise.all([...sent, page.content()]))
      expect(before.filter((text) => codes.some((code) => code !== undefined && text.includes(code)))).toEqual([])
      page.removeAllListeners("response")
      yield* works(page)
      yield* isThere(page, "Your submission is AWAITING REVIEW.")
      expect(yield* submitted(run)).toEqual([{ name: "cheerful" }])
      expect(new URL(page.url()).searchParams.get("cc")).toBe(codes[0])
    })
  )

  it.scoped("is sent away kindly where nothing is left, and Prolific asks them to return it", () =>
    Effect.gen(function* () {
      const { run, study } = yield* published
      const { people, world } = yield* Market
      const { link } = people.arrive(study.id)
      const page = yield* Regular
      yield* Effect.flatMap(Units, (units) => units.expireAll(run))
      yield* act(() => page.goto(link))
      yield* act(() => page.getByRole("heading", { name: "There is nothing left to do" }).waitFor())
      const way = yield* act(() => page.getByRole("link", { name: "Go to Prolific" }).getAttribute("href"))
      const [submission] = [...world.submissions.values()].filter((one) => one.study === study)
      people.submit(submission?.id ?? "", new URL(way ?? "").searchParams.get("cc") ?? "")
      expect(submission?.returnRequested).toBeDefined()
      expect(yield* statuses(run)).toEqual([])
    })
  )

  it.scoped("is let in to nothing by ids that Prolific does not know, or that are of another study", () =>
    Effect.gen(function* () {
      const [{ run, study }, other] = [yield* published, yield* published]
      const { people } = yield* Market
      const stranger = new URL(people.arrive(other.study.id).link)
      const { pathname } = new URL(study.fields.external_study_url ?? "")
      const made = new URL(stranger)
      made.pathname = pathname
      const madeUp = new URL(made)
      madeUp.searchParams.set("STUDY_ID", study.id)
      madeUp.searchParams.set("SESSION_ID", "6a5b4c3d2e1f0a9b8c7d6e5f")
      const page = yield* Regular
      for (const link of [made, madeUp]) {
        yield* act(() => page.goto(link.href))
        yield* isThere(page, "This link does not work")
      }
      yield* act(() => page.goto(study.fields.external_study_url ?? ""))
      yield* isThere(page, "This is a preview")
      expect(yield* statuses(run)).toEqual([])
    })
  )

  it.scoped("is told to return it at Prolific, too, when they give it back", () =>
    Effect.gen(function* () {
      const { study } = yield* published
      const { page } = yield* opens(study.id)
      yield* act(() => page.getByRole("button", { name: "Give it back" }).click())
      yield* act(() => page.getByRole("button", { name: "Yes, give back" }).click())
      yield* isThere(page, "Return it at Prolific, too")
      const { url } = yield* Market
      expect(yield* act(() => page.getByRole("link", { name: "Go to Prolific" }).getAttribute("href"))).toBe(`${url}/`)
    })
  )

  it.scoped("submits late after TIMED-OUT, which is not the end", () =>
    Effect.gen(function* () {
      const { run, study } = yield* published
      const { advance } = yield* Market
      const { page } = yield* opens(study.id)
      yield* act(() => page.getByRole("timer").waitFor())
      advance(Duration.toMillis("10 minutes"))
      yield* Effect.flatMap(Units, (units) => units.sync(run))
      expect(yield* statusesAt(study.id)).toEqual(["TIMED-OUT"])
      expect(yield* statuses(run)).toEqual(["expired"])
      yield* act(() => page.reload())
      yield* act(() => page.getByRole("button", { name: "Go on with the task" }).click())
      yield* works(page)
      yield* isThere(page, "Your submission is AWAITING REVIEW.")
      yield* Effect.flatMap(Units, (units) => units.sync(run))
      expect(yield* submitted(run)).toEqual([{ name: "cheerful" }])
      expect(yield* statuses(run)).toEqual(["completed"])
    })
  )

  it.scoped("is paid once the requester approves in the console", () =>
    Effect.gen(function* () {
      const { run, study } = yield* published
      yield* finished(run, study.id)
      const page = yield* reviews(run)
      yield* isThere(page, "cheerful")
      yield* press(page, "a")
      yield* chromium.becomes(statusesAt(study.id), ["APPROVED"])
      yield* chromium.becomes(statuses(run), ["approved"])
    })
  )

  it.scoped("is rejected with a category and a hundred characters, which the console asks for", () =>
    Effect.gen(function* () {
      const { run, study } = yield* published
      yield* finished(run, study.id)
      const page = yield* reviews(run)
      yield* press(page, "r")
      const dialog = page.getByRole("dialog")
      yield* act(() => dialog.getByText("100 characters at least; 0 so far").waitFor())
      yield* act(() => page.keyboard.type("Too short"))
      yield* press(page, "Tab")
      yield* act(() => dialog.getByLabel("Category").selectOption({ label: "Low effort" }))
      yield* press(page, "Control+Enter")
      yield* act(() => dialog.getByRole("alert").getByText("at least 100 characters").waitFor())
      const why = `You answered with one word only. ${"We asked for a whole sentence. ".repeat(3)}`
      yield* act(() => dialog.getByLabel("Why? The worker reads this.").fill(why))
      yield* press(page, "Control+Enter")
      yield* act(() => dialog.waitFor({ state: "detached" }))
      yield* chromium.becomes(statusesAt(study.id), ["REJECTED"])
      const [agent] = yield* agentsOf(run)
      expect(agent).toMatchObject({ category: Option.some("LOW_EFFORT"), feedback: Option.some(why.trim()) })
    })
  )

  it.scoped("who handed in NOCODE is shown to have no answers, is approved by nobody but a person", () =>
    Effect.gen(function* () {
      const { run, study } = yield* published
      const { people } = yield* Market
      people.submit(people.arrive(study.id).submission, "NOCODE")
      yield* Effect.flatMap(Units, (units) => units.sync(run))
      const page = yield* reviews(run)
      yield* isThere(page, "No answers came.")
      yield* isThere(page, "no answers")
      yield* Effect.flatMap(Agents, (agents) => Stream.runDrain(agents.approveAll(run)))
      expect(yield* statusesAt(study.id)).toEqual(["AWAITING REVIEW"])
      yield* press(page, "a")
      yield* chromium.becomes(statusesAt(study.id), ["APPROVED"])
    })
  )
})
