/** Panels in Chromium: people come by a link, and leave by the exit of how it ended, and by no other. */
import { createHmac } from "node:crypto"
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Page } from "playwright-core"
import { Agents, type Answers } from "../../src/Agents.js"
import type { RunId } from "../../src/Ids.js"
import * as Panel from "../../src/Panel.js"
import * as PanelSettings from "../../src/PanelSettings.js"
import type { Outcome } from "../../src/States.js"
import * as Server from "../../src/server/Server.js"
import * as clocks from "../support/clocks.js"
import { secret as panelSecret } from "../support/panel.js"
import { secret, token } from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"
import { type Leads, type PanelCase, panels } from "./support/panels.js"
import { agentsOf, offered, opening, Regular, regular, submitted, visit } from "./support/tasks.js"

const { act } = chromium

const live = regular.pipe(
  Layer.provideMerge(chromium.layer),
  Layer.merge(
    Server.layer({ secret, token }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })),
      Layer.provideMerge(Panel.layer({ secret: panelSecret })),
      Layer.provide(sqlite.layer()),
      Layer.provideMerge(clocks.forwardLayer)
    )
  )
)

const template = `<p>\${product}</p><label>Name <input name=name required></label>
  <button formnovalidate name=crowd_outcome value=screenedOut>Not for me</button> <button>Send</button>`

const launched = (given: PanelSettings.Given) =>
  offered({ template, task: { panel: Option.some(Either.getOrThrow(PanelSettings.decode(given))) } })

const heading = (page: Page, name: string) => act(() => page.getByRole("heading", { name, level: 1 }).waitFor())
const says = (page: Page, text: string | RegExp) => act(() => page.getByText(text).first().waitFor())
const atWork = (page: Page) => act(() => page.getByRole("timer").waitFor())
const pressed = (page: Page, name: string) =>
  act(() => page.frameLocator("iframe").getByRole("button", { name }).click())

const works = (page: Page) =>
  Effect.zipRight(
    act(() => page.frameLocator("iframe").getByLabel("Name").fill("spanner")),
    pressed(page, "Send")
  )

const opens = (run: RunId, query: string) => opening(`/task/${run}${query}`)

/** The panels' own pages, which nobody reaches from here. */
const outside = Effect.flatMap(Regular, (page) =>
  Effect.acquireRelease(
    act(() =>
      page.route(/^https:/, (route) => route.fulfill({ contentType: "text/html", body: "the panel's own page" }))
    ),
    () => act(() => page.unroute(/^https:/))
  )
)

/** All that this page gets of the server from now on. */
const listening = (page: Page) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const bodies: Array<Promise<string>> = []
        page.on("response", (response) => bodies.push(response.text().catch(() => "")))
        return bodies
      }),
      () => Effect.sync(() => page.removeAllListeners("response"))
    ),
    (bodies) => Effect.suspend(() => act(() => Promise.all([...bodies, page.content()])))
  )

const isCodeOf = (run: RunId, code: string, outcome: Outcome) =>
  expect(Panel.verify({ secret: panelSecret, run, code })).toMatchObject(Option.some({ outcome }))

/** The page shows this way out, and no other. */
const shows = (page: Page, run: RunId, outcome: Outcome, leads: Leads) =>
  Effect.gen(function* () {
    const code = page.locator(".code")
    const link = page.getByRole("main").getByRole("link")
    if (leads._tag === "None") yield* says(page, "You can close this page.")
    else yield* act(() => (leads._tag === "To" ? link : code).first().waitFor())
    const codes = yield* act(() => code.allInnerTexts())
    const addresses = yield* act(() => link.evaluateAll((links) => links.map((one) => one.getAttribute("href"))))
    expect(addresses).toEqual(leads._tag === "To" ? [leads.url] : [])
    if (leads._tag === "Each") isCodeOf(run, codes.join(), outcome)
    else expect(codes).toEqual(leads._tag === "Code" ? [leads.code] : [])
    return codes
  })

/** They were sent on by themselves, or are shown the code. */
const leaves = (page: Page, run: RunId, outcome: Outcome, leads: Leads) =>
  leads._tag === "To" ? act(() => page.waitForURL(leads.url)) : shows(page, run, outcome, leads)

const registered = (run: RunId, query: string) => Effect.flatMap(Agents, (agents) => agents.register(run, { query }))

const answered = (run: RunId, query: string, answers: Answers) =>
  Effect.gen(function* () {
    const { id, worker } = yield* registered(run, query)
    return yield* (yield* Agents).submit({ agent: id, worker, answers })
  })

const timesOut = (run: RunId) =>
  Effect.gen(function* () {
    yield* (yield* clocks.Forward)("1 hour")
    yield* (yield* Agents).endOverdue(run)
  })

const names = (run: RunId) => Effect.map(agentsOf(run), (agents) => agents.map(({ workerName }) => workerName))

const me = "1234"

/** What has to stay here until answers are kept; what is their own is not yet known. */
const secretsOf = ({ exits }: PanelCase): ReadonlyArray<string> =>
  Object.values(exits).flatMap((exit) => ("redirect" in exit ? [exit.redirect.slice(0, 30)] : []))

const scenes = ({ exits, leads, link, preset }: PanelCase) => {
  const settings = { preset, exits }

  return {
    "comes, works, and leaves by the completed exit, which was nowhere before, and is the same when they come again":
      Effect.gen(function* () {
        yield* outside
        const run = yield* launched(settings)
        const page = yield* Regular
        const heard = yield* listening(page)
        yield* opens(run.id, link(me, "v1"))
        yield* atWork(page)
        const before = yield* heard
        const hidden = [...secretsOf({ exits, leads, link, preset }), "C0MPLETE"]
        expect(before.length).toBeGreaterThan(4)
        expect(before.filter((text) => hidden.some((secret) => text.includes(secret)))).toEqual([])
        yield* works(page)
        yield* leaves(page, run.id, "completed", leads.completed)
        expect(yield* submitted(run.id)).toEqual([{ name: "spanner" }])
        yield* opens(run.id, link(me, "v1"))
        yield* heading(page, "Thank you")
        const codes = yield* shows(page, run.id, "completed", leads.completed)
        expect(before.filter((text) => codes.some((code) => text.includes(code)))).toEqual([])
        expect(yield* names(run.id)).toEqual([me])
      }),

    "is screened out by the task's page, and leaves by that exit": Effect.gen(function* () {
      yield* outside
      const run = yield* launched(settings)
      const page = yield* opens(run.id, link(me, "v1"))
      yield* pressed(page, "Not for me")
      yield* leaves(page, run.id, "screenedOut", leads.screenedOut)
      expect(yield* submitted(run.id)).toEqual([{ name: "", crowd_outcome: "screenedOut" }])
      yield* opens(run.id, link(me, "v1"))
      yield* heading(page, "This one is not for you")
      yield* shows(page, run.id, "screenedOut", leads.screenedOut)
      expect(yield* act(() => page.content())).not.toContain("C0MPLETE")
    }),

    "finds nothing left to do, and leaves by that exit": Effect.gen(function* () {
      const run = yield* launched(settings)
      yield* registered(run.id, link("another", "v0"))
      const page = yield* opens(run.id, link(me, "v1"))
      yield* heading(page, "There is nothing left to do")
      yield* shows(page, run.id, "noWork", leads.noWork)
      expect(yield* names(run.id)).toEqual(["another"])
    }),

    "ran out of time, and leaves by that exit once somebody else has it": Effect.gen(function* () {
      const run = yield* launched(settings)
      yield* registered(run.id, link(me, "v1"))
      yield* timesOut(run.id)
      yield* registered(run.id, link("another", "v2"))
      const page = yield* opens(run.id, link(me, "v1"))
      yield* heading(page, "The time is over")
      yield* shows(page, run.id, "timedOut", leads.timedOut)
    }),

    "is let in to nothing by a forged link, nor again by one that was used": Effect.gen(function* () {
      const run = yield* launched({ ...settings, proof: { parameter: "sig", algorithm: "hmac-sha256", over: "query" } })
      const signed = (query: string) => {
        const sig = createHmac("sha256", Redacted.value(panelSecret)).update(query.slice(1)).digest("hex")
        return `${query}&sig=${sig}`
      }
      const good = signed(link(me, "v1"))
      const page = yield* opens(run.id, good.replace(me, "9999"))
      yield* says(page, "This link was changed.")
      expect(yield* act(() => page.locator("iframe, .code, a").count())).toBe(0)
      expect(yield* names(run.id)).toEqual([])
      yield* answered(run.id, good, { name: "spanner" })
      yield* opens(run.id, good)
      yield* heading(page, "Thank you")
      yield* shows(page, run.id, "completed", leads.completed)
      expect(yield* names(run.id)).toEqual([me])
    })
  }
}

/** Any panel, with an exit for each outcome but `overQuota`. */
const every = {
  id: "who",
  session: "visit",
  exits: {
    completed: { redirect: "https://panel.example/done?who={id}" },
    partial: { redirect: "https://panel.example/part/{id}?visit={session}" },
    screenedOut: { redirect: "https://panel.example/out" },
    failedCheck: { code: "each" },
    noConsent: { code: "NO-CONSENT" },
    returned: { redirect: "https://panel.example/returned" },
    timedOut: { code: "each" }
  }
} satisfies PanelSettings.Given

const came = "?who=ada&visit=v1"

const hostile = `"><script>hacked = 1</script>&code=FREE#//evil.example`

const wrongLinks: ReadonlyArray<{ readonly query: string; readonly title: string; readonly detail?: string }> = [
  { query: "?visit=v1", title: "This link does not say who you are", detail: 'this link lacks "who"' },
  { query: "?WHO=ada&visit=v1", title: "This link does not say who you are", detail: 'this link lacks "who"' },
  {
    query: "?who=%SURVEY_CODE%&visit=v1",
    title: "This link is not complete",
    detail: '"who" of this link was not filled'
  },
  { query: "?who={{id}}&visit=v1", title: "This link is not complete", detail: '"who" of this link was not filled' },
  { query: "?who=preview&visit=v1", title: "This is a preview", detail: '"who" of this link is that of a preview' },
  { query: "?who=ada&who=eve&visit=v1", title: "This link does not work", detail: "is there more than once" },
  { query: "", title: "This is a preview" },
  { query: "?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE", title: "This is a preview" }
]

/** What a page may say, what people are told then, and where they go. */
const ends: ReadonlyArray<{ readonly outcome: Outcome; readonly title: string; readonly leads: Leads }> = [
  {
    outcome: "partial",
    title: "Thank you for what you have done",
    leads: { _tag: "To", url: "https://panel.example/part/ada?visit=v1" }
  },
  { outcome: "overQuota", title: "There are enough answers already", leads: { _tag: "None" } },
  { outcome: "failedCheck", title: "It ends here for you", leads: { _tag: "Each" } },
  { outcome: "noConsent", title: "You have not agreed to take part", leads: { _tag: "Code", code: "NO-CONSENT" } }
]

share(live, { excludeTestServices: true })("somebody whom a panel sends", (it) => {
  for (const panel of panels) {
    for (const [sentence, scene] of Object.entries(scenes(panel))) {
      it.scoped(`(${panel.preset}) ${sentence}`, () => scene)
    }
  }

  it.scoped("is told what is wrong with a link that lets nobody in, and what to do", () =>
    Effect.gen(function* () {
      const run = yield* launched(every)
      for (const { detail, query, title } of wrongLinks) {
        const page = yield* opens(run.id, query)
        yield* says(page, `${title}.`)
        yield* says(page, "the place that sent you here")
        if (detail !== undefined) yield* says(page, detail)
        expect(yield* act(() => page.getByRole("button").count()), query).toBe(
          title === "This link does not work" ? 1 : 0
        )
      }
      expect(yield* names(run.id)).toEqual([])
    })
  )

  it.scoped("cannot come as somebody else by the name of a visit that was another's", () =>
    Effect.gen(function* () {
      const run = yield* launched(every)
      yield* answered(run.id, came, { name: "spanner" })
      const page = yield* opens(run.id, "?who=eve&visit=v1")
      yield* says(page, "This link is somebody else's.")
      expect(yield* act(() => page.locator("a, .code").count())).toBe(0)
      expect(yield* names(run.id)).toEqual(["ada"])
    })
  )

  for (const { leads, outcome, title } of ends) {
    it.scoped(`is told how it ended, and leaves by the exit of ${outcome}, when they come again`, () =>
      Effect.gen(function* () {
        const run = yield* launched(every)
        yield* answered(run.id, came, { name: "", crowd_outcome: outcome })
        const page = yield* opens(run.id, came)
        yield* heading(page, title)
        yield* shows(page, run.id, outcome, leads)
        expect(yield* act(() => page.getByRole("button").count())).toBe(
          leads._tag === "To" || leads._tag === "None" ? 0 : 1
        )
      })
    )
  }

  it.scoped("gives it back, and leaves by that exit, without being asked to return it elsewhere", () =>
    Effect.gen(function* () {
      const run = yield* launched(every)
      const page = yield* opens(run.id, came)
      yield* act(() => page.getByRole("button", { name: "Give it back" }).click())
      expect(yield* act(() => page.getByRole("dialog").getByText("Return it").count())).toBe(0)
      yield* act(() => page.getByRole("button", { name: "Yes, give back" }).click())
      yield* heading(page, "Given back")
      yield* shows(page, run.id, "returned", { _tag: "To", url: "https://panel.example/returned" })
      expect(yield* act(() => page.getByText("Return it").count())).toBe(0)
    })
  )

  it.scoped("ran out of time, and can go on and complete it as long as nobody else has it", () =>
    Effect.gen(function* () {
      yield* outside
      const run = yield* launched(every)
      yield* registered(run.id, came)
      yield* timesOut(run.id)
      const page = yield* opens(run.id, came)
      yield* heading(page, "The time is over")
      yield* act(() => page.getByRole("button", { name: "Go on with the task" }).click())
      yield* works(page)
      yield* leaves(page, run.id, "completed", { _tag: "To", url: "https://panel.example/done?who=ada" })
    })
  )

  it.scoped("goes on on a second device with what they have, and both lead to the same exit", () =>
    Effect.gen(function* () {
      yield* outside
      const run = yield* launched(every)
      const page = yield* opens(run.id, came)
      yield* atWork(page)
      const telephone = yield* visit(`/task/${run.id}?who=ada&visit=v2`)
      yield* atWork(telephone)
      yield* works(page)
      yield* leaves(page, run.id, "completed", { _tag: "To", url: "https://panel.example/done?who=ada" })
      yield* act(() => telephone.goto(telephone.url().replace("v2", "v1")))
      yield* heading(telephone, "Thank you")
      yield* shows(telephone, run.id, "completed", { _tag: "To", url: "https://panel.example/done?who=ada" })
      expect(yield* names(run.id)).toEqual(["ada"])
    })
  )

  it.scoped("copies a code of their own by the keyboard, and it fits a telephone", () =>
    Effect.gen(function* () {
      const run = yield* launched("besample")
      const query = "?response_id=ada"
      yield* answered(run.id, query, { name: "spanner" })
      const page = yield* opens(run.id, query)
      yield* act(() => page.context().grantPermissions(["clipboard-read", "clipboard-write"]))
      yield* act(() => page.setViewportSize({ width: 360, height: 640 }))
      const [code] = yield* shows(page, run.id, "completed", { _tag: "Each" })
      yield* act(() => page.keyboard.press("Tab"))
      yield* act(() => page.keyboard.press("Enter"))
      yield* says(page, "Copied")
      expect(yield* act(() => page.evaluate("navigator.clipboard.readText()"))).toBe(code)
      expect(yield* act(() => page.evaluate("document.documentElement.scrollWidth"))).toBe(360)
      yield* act(() => page.setViewportSize({ width: 1280, height: 720 }))
    })
  )

  it.scoped("is still at work where the task's page says what is no outcome", () =>
    Effect.gen(function* () {
      const settings = { ...every, outcome: "name" }
      const run = yield* launched(settings)
      const page = yield* opens(run.id, came)
      yield* works(page)
      yield* says(page, "These answers cannot be sent.")
      expect(yield* act(() => page.locator("a, .code").count())).toBe(0)
      expect(yield* submitted(run.id)).toEqual([])
    })
  )

  it.scoped("has an id that is markup and more parameters, and it is a value wherever it stands", () =>
    Effect.gen(function* () {
      yield* outside
      const run = yield* launched(every)
      const page = yield* opens(run.id, `?${new URLSearchParams({ who: hostile, visit: "//evil.example" })}`)
      yield* works(page)
      const done = `https://panel.example/done?who=${encodeURIComponent(hostile)}`
      yield* act(() => page.waitForURL((url) => url.host === "panel.example"))
      expect([...new URL(page.url()).searchParams]).toEqual([["who", hostile]])
      yield* opens(run.id, `?${new URLSearchParams({ who: hostile, visit: "//evil.example" })}`)
      yield* shows(page, run.id, "completed", { _tag: "To", url: done })
      expect(yield* act(() => page.evaluate("window.hacked"))).toBeUndefined()
    })
  )
})
