/** What a task's page may use of the worker's machine, and what it reaches where it has an origin with a name. */
import { readFileSync } from "node:fs"
import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Page } from "playwright-core"
import { freePort } from "../support/freePort.js"
import { token } from "../support/server.js"
import * as chromium from "./support/chromium.js"
import { reviewing } from "./support/requester.js"
import { address, live, offered, submitted, thanked, visit, working } from "./support/tasks.js"

const { act } = chromium

const port = await freePort()

/** The same machine by two names, which browsers take for two. */
const frames = `http://localhost:${port}`

const framed = live({ port, server: { url: `http://127.0.0.1:${port}`, framesUrl: frames } })

const mic = readFileSync("test/cases/templates/10-mic/task.html", "utf8")

const inFrame = (page: Page, script: string) => act(() => page.frames()[1]?.evaluate(script) ?? Promise.reject())

const asks = (wanted: string) =>
  `navigator.mediaDevices.getUserMedia({ ${wanted}: true }).then((stream) => stream.getTracks()[0].kind, ({ name }) => name)`

const frameOf = (page: Page) =>
  act(async () => {
    const frame = page.locator("iframe")
    const [src, allow, sandbox] = await Promise.all(["src", "allow", "sandbox"].map((name) => frame.getAttribute(name)))
    return { src, allow: allow?.split("; ") ?? [], sandbox: sandbox?.split(" ") ?? [] }
  })

const everywhere = ["autoplay", "clipboard-write", "fullscreen"]

/** Its frame has no origin, and may use no more than any. */
const isSandboxed = (page: Page) =>
  Effect.map(frameOf(page), ({ allow, sandbox, src }) =>
    expect([src?.startsWith("/frame/"), allow, sandbox.includes("allow-same-origin")]).toEqual([
      true,
      everywhere,
      false
    ])
  )

share(framed, { excludeTestServices: true })("a task's page", (it) => {
  it.scoped(
    "10-mic: that asks for the microphone in task.json, in an origin of its own, gets it, and not the camera",
    () =>
      Effect.gen(function* () {
        const run = yield* offered({ template: mic, task: { permissions: ["microphone"] } })
        const atWork = yield* working(run)
        const { allow, sandbox, src } = yield* frameOf(atWork.page)
        expect(src?.startsWith(`${frames}/frame/${run.id}/`)).toBe(true)
        expect(allow).toEqual([...everywhere, "microphone"])
        expect(sandbox).toContain("allow-same-origin")
        expect(yield* inFrame(atWork.page, asks("video"))).toBe("NotAllowedError")
        yield* act(() => atWork.task.locator("#rec").click())
        yield* act(() => expect.poll(() => atWork.task.locator("#r").inputValue()).toBe("ok"))
        yield* act(() => atWork.task.getByRole("button", { name: "Submit" }).click())
        yield* thanked(atWork)
        expect(yield* submitted(run.id)).toEqual([{ r: "ok", q: "" }])
      })
  )

  it.scoped("that asks for the camera gets it", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: mic, task: { permissions: ["camera"] } })
      const { page } = yield* working(run)
      expect(yield* inFrame(page, asks("video"))).toBe("video")
      expect(yield* inFrame(page, asks("audio"))).toBe("NotAllowedError")
    })
  )

  it.scoped("that asks for neither is in a sandbox without an origin, and gets neither", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: mic })
      const { page } = yield* working(run)
      yield* isSandboxed(page)
      expect(yield* inFrame(page, asks("audio"))).toBe("SecurityError")
      expect(yield* inFrame(page, asks("video"))).toBe("SecurityError")
    })
  )

  it.scoped("gets neither in a preview, nor in a review, whose frames are never elsewhere", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: mic, task: { permissions: ["microphone"] } })
      const preview = yield* visit(`/task/${run.id}`)
      yield* act(() => preview.frameLocator("iframe").locator("#rec").waitFor())
      const atWork = yield* working(run)
      yield* act(() => atWork.task.locator("[name=q]").fill("looked at"))
      yield* act(() => atWork.task.getByRole("button", { name: "Submit" }).click())
      yield* thanked(atWork)
      const review = yield* reviewing(run.id)
      yield* act(() => review.frameLocator("iframe").locator("#rec").waitFor())
      for (const page of [preview, review]) {
        yield* isSandboxed(page)
        expect(yield* inFrame(page, asks("audio"))).toBe("SecurityError")
      }
    })
  )

  const tries = `(async () => {
    const there = (path) => [location.origin + path, PAGES + path]
    const tries = {
      parent: () => parent.document.body.textContent,
      top: () => top.location.href,
      parentStorage: () => parent.localStorage.length,
      ...Object.fromEntries(["/", "/console", "/api/work/lobby", "/api/console/runs"].flatMap(there).map((to) =>
        [to, () => fetch(to, { credentials: "include" }).then((response) => response.status === 404 ? Promise.reject(new Error("404")) : response.text())])),
    }
    const found = {}
    for (const [name, attempt] of Object.entries(tries)) {
      try { found[name] = String(await attempt()) } catch (error) { found[name] = "refused" }
    }
    return { reached: Object.entries(found).filter(([, came]) => came !== "refused"), tried: Object.keys(found).length, cookie: document.cookie, origin: self.origin, stored: localStorage.length }
  })()`

  it.scoped(
    "in an origin of its own reaches neither the page around it, its cookies and storage, nor console and API",
    () =>
      Effect.gen(function* () {
        const run = yield* offered({ template: mic, task: { permissions: ["microphone"] } })
        const context = yield* chromium.person()
        const signIn = yield* address("/api/session")
        yield* act(() => context.request.post(signIn, { data: { token: Redacted.value(token) } }))
        expect((yield* act(() => context.cookies())).map(({ domain, httpOnly }) => [domain, httpOnly])).toEqual([
          ["127.0.0.1", true]
        ])
        const page = yield* act(() => context.newPage())
        const cookies: Array<string | undefined> = []
        page.on("request", (request) => {
          if (request.url().startsWith(frames)) cookies.push(request.headers()["cookie"])
        })
        const to = yield* address(`/task/${run.id}`)
        yield* act(() => page.goto(to))
        yield* act(() => page.evaluate("localStorage.setItem('ours', 'secret')"))
        yield* act(() => page.getByRole("button", { name: "Accept" }).click())
        yield* act(() => page.getByRole("timer").waitFor())
        yield* act(() => expect.poll(() => page.frames()[1]?.url().startsWith(frames)).toBe(true))
        yield* act(() => page.frameLocator("iframe").locator("#rec").waitFor())
        const found = yield* inFrame(page, tries.replaceAll("PAGES", JSON.stringify(new URL(to).origin)))
        expect(found).toEqual({ reached: [], tried: 11, cookie: "", origin: frames, stored: 0 })
        expect(cookies.length).toBeGreaterThan(1)
        expect(cookies.filter((cookie) => cookie !== undefined)).toEqual([])
      })
  )

  it.scoped("is heard only from where its frame is, and hears only the page around it", () =>
    Effect.gen(function* () {
      const forging = `<input name=q><p id="state"></p><script>parent.postMessage({ crowd: "submit", answers: { q: "forged" } }, "*"); document.getElementById("state").textContent = "sent"</script>`
      const other = yield* offered({ template: forging })
      const run = yield* offered({ template: "<input name=q>", task: { permissions: ["microphone"] } })
      const { page, task } = yield* working(run)
      yield* act(() => task.locator("[name=q]").fill("kept"))
      yield* inFrame(page, `void postMessage({ crowd: "restore", answers: { q: "forged" } }, "*")`)
      expect(yield* act(() => task.locator("[name=q]").inputValue())).toBe("kept")
      const away = yield* address(`/frame/preview/${other.id}`)
      yield* inFrame(page, `void (location.href = ${JSON.stringify(away)})`)
      yield* act(() => task.getByText("sent").waitFor())
      yield* act(() => page.getByRole("button", { name: "Give it back" }).waitFor())
      expect(yield* submitted(run.id)).toEqual([])
    })
  )

  it.scoped("has the full screen, writes to the clipboard and plays by itself, as a page of its own", () =>
    Effect.gen(function* () {
      const silence = `data:audio/wav;base64,${Buffer.from("RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0", "latin1").toString("base64")}`
      const template = `<audio src="${silence}" autoplay onplay="this.dataset.plays = 'by itself'"></audio><input name=q>
<button type="button" id="full" onclick="document.documentElement.requestFullscreen().then(() => { this.textContent = String(document.fullscreenElement !== null) }, ({ name }) => { this.textContent = name })">full</button>
<button type="button" id="copy" onclick="navigator.clipboard.writeText('copied').then(() => { this.textContent = 'written' }, ({ name }) => { this.textContent = name })">copy</button>`
      const run = yield* offered({ template })
      // Headless Chromium denies every page the clipboard whose permission was not given.
      const { page, task } = yield* working(run, { permissions: ["clipboard-write"] })
      const policy = `["autoplay", "clipboard-write", "fullscreen", "microphone"].map((name) => document.featurePolicy.allowsFeature(name))`
      expect(yield* inFrame(page, policy)).toEqual([true, true, true, false])
      yield* act(() => task.locator("[data-plays='by itself']").waitFor({ state: "attached" }))
      yield* act(() => task.locator("#copy").click())
      yield* act(() => expect.poll(() => task.locator("#copy").textContent()).toBe("written"))
      yield* act(() => task.locator("#full").click())
      yield* act(() => expect.poll(() => task.locator("#full").textContent()).toBe("true"))
    })
  )
})
