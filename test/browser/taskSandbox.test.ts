import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { token } from "../support/server.js"
import * as chromium from "./support/chromium.js"
import { address, agentsOf, live, offered, submitted, thanked, working } from "./support/tasks.js"

const { act } = chromium

/** A task that tries what it must not, and submits what came of each attempt. */
const nosy = `
<form><input type="hidden" name="found" id="found"><button>Tell</button></form>
<p id="state">trying</p>
<iframe id="inner" hidden></iframe>
<script>
const [other, agent] = "\${product}".split(" ")
const tries = {
  parent: () => parent.document.body.textContent,
  top: () => String(top.location.href),
  leave: () => { top.location.href = "/console"; return "left" },
  cookie: () => document.cookie || "none",
  storage: () => localStorage.length,
  session: () => sessionStorage.length,
  indexed: () => new Promise((resolve, reject) => {
    const request = indexedDB.open("x"); request.onsuccess = () => resolve("open"); request.onerror = reject
  }),
  opener: () => window.open("about:blank").opener.parent.document.cookie,
  console: () => fetch("/console").then((response) => response.text()),
  lobby: () => fetch("/api/work/lobby", { credentials: "include" }).then((response) => response.text()),
  runs: () => fetch("/api/console/runs", { credentials: "include" }).then((response) => response.text()),
  another: () => fetch(other).then((response) => response.text()),
  framed: () => framed(other),
  framedConsole: () => framed("/console"),
  framedApi: () => framed("/api/work/lobby"),
  giveBack: () => fetch("/api/work/agents/" + agent + "/return", { method: "POST", mode: "no-cors", credentials: "include" }).then((response) => response.text()),
  signIn: () => fetch("/api/session", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }).then((response) => response.text())
}
const framed = (path) => new Promise((resolve) => {
  const inner = document.getElementById("inner")
  inner.onload = () => { try { resolve(inner.contentDocument.body.textContent) } catch (error) { resolve("refused " + error.name) } }
  inner.src = path
})
const run = async () => {
  const found = {}
  for (const [name, attempt] of Object.entries(tries)) {
    try { found[name] = String(await attempt()) } catch (error) { found[name] = "refused " + error.name }
  }
  document.getElementById("found").value = JSON.stringify(found)
  document.getElementById("state").textContent = "tried"
}
run()
</script>`

const Found = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String }))

share(live(), { excludeTestServices: true })("a task's page", (it) => {
  it.scoped("reaches neither the page around it, nor cookies, the console, the API, another worker's frame", () =>
    Effect.gen(function* () {
      const quiet = yield* offered({ template: "<p>${product}</p><input name=secret>" })
      const victim = yield* working(quiet)
      const frame = yield* act(() => victim.page.locator("iframe").getAttribute("src"))
      const [agent] = yield* agentsOf(quiet.id)

      const run = yield* offered({ template: nosy, rows: [{ product: `${frame} ${agent?.id}` }] })
      const context = yield* chromium.person()
      const page = yield* act(() => context.newPage())
      yield* act(() => context.addCookies([{ name: "lure", value: "secret", url: "http://127.0.0.1" }]))
      const signIn = yield* address("/api/session")
      const signedIn = yield* act(() => context.request.post(signIn, { data: { token: Redacted.value(token) } }))
      expect(signedIn.ok()).toBe(true)
      expect((yield* act(() => context.cookies())).length).toBeGreaterThan(1)

      const to = yield* address(`/task/${run.id}`)
      yield* act(() => page.goto(to))
      yield* act(() => page.getByRole("button", { name: "Accept" }).click())
      yield* act(() => page.getByRole("timer").waitFor())
      const task = page.frameLocator("iframe").first()
      yield* act(() => task.getByText("tried").waitFor())
      expect(page.url()).toBe(to)
      yield* act(() => task.getByRole("button", { name: "Tell" }).click())
      yield* thanked({ page, task })

      const [answers] = yield* submitted(run.id)
      const { giveBack, session, storage, ...found } = Schema.decodeUnknownSync(Found)(answers?.["found"])
      expect(Object.keys(found)).toHaveLength(14)
      // Of its own, in which nothing of ours is.
      expect([session, storage]).toEqual(["0", "0"])
      expect(Object.entries(found).filter(([, came]) => !came.startsWith("refused "))).toEqual([])
      // An answer nobody can read came back from this one; what counts is that it did nothing.
      expect(giveBack).toBe("")
      expect((yield* agentsOf(quiet.id)).map(({ status }) => status)).toEqual(["in_task"])
    })
  )
})

share(live(), { excludeTestServices: true })("/docs", (it) => {
  it.scoped("shows the API, loads nothing from elsewhere and has a policy that lets nothing in", () =>
    Effect.gen(function* () {
      const page = yield* chromium.page()
      const [asked, refused]: readonly [Array<string>, Array<string>] = [[], []]
      page.on("request", (request) => asked.push(request.url()))
      page.on("console", (message) => {
        if (/Content Security Policy/.test(message.text())) refused.push(message.text())
      })
      const docs = yield* address("/docs")
      const response = yield* act(() => page.goto(docs))
      expect(response?.headers()["content-security-policy"]).toContain("default-src 'none'")
      yield* act(() => page.getByText("/api/work/lobby").first().waitFor({ state: "attached" }))
      yield* act(() => page.waitForLoadState("networkidle"))
      const { origin } = new URL(docs)
      expect(asked.filter((url) => !url.startsWith(origin) && !url.startsWith("data:"))).toEqual([])
      expect(refused).toEqual([])
    })
  )
})
