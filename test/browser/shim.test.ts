import { gzipSync } from "node:zlib"
import { describe, expect, it as plain, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import { assets } from "../../src/internal/assets.js"
import * as chromium from "./support/chromium.js"

const { act } = chromium

const site = "https://people.example"
const marketplace = "https://market.example"

const bodyOf = (name: string): string => assets[name]?.body ?? ""

type Form = "js" | "mjs"

const loaders: Record<Form, string> = {
  js: '<script src="/shim/PROVIDER.js"></script>',
  mjs: '<script type="module">import * as shim from "/shim/PROVIDER.mjs"; window.CrowdSource = shim</script>'
}

const goesTo = (page: Page, query: string) =>
  act(async () => {
    await page.goto(`${site}/task${query}`)
    await page.waitForFunction("window.CrowdSource !== undefined")
  })

/** Somebody's own page with a shim, and a marketplace that takes any form. */
const opened = (provider: string, query: string, form: Form = "js", html = "") =>
  Effect.gen(function* () {
    const page = yield* chromium.page()
    yield* act(() =>
      page.route(`${site}/**`, (route) => {
        const { pathname } = new URL(route.request().url())
        return pathname.startsWith("/shim/")
          ? route.fulfill({ contentType: "text/javascript", body: bodyOf(pathname.slice(1)) })
          : route.fulfill({
              contentType: "text/html; charset=utf-8",
              body: `<!doctype html>${loaders[form].replace("PROVIDER", provider)}${html}`
            })
      })
    )
    yield* act(() =>
      page.route(`${marketplace}/**`, (route) => route.fulfill({ contentType: "text/html", body: "received" }))
    )
    yield* goesTo(page, query)
    return page
  })

const told = (page: Page) =>
  act(() =>
    page.evaluate(`({
      name: CrowdSource.getWorkerName(),
      assignment: CrowdSource.getAssignmentId(),
      registration: CrowdSource.getAgentRegistration(),
      preview: CrowdSource.isPreview()
    })`)
  )

const participant =
  "PROLIFIC_PID=5f1a0b2c3d4e5f6a7b8c9d0e&STUDY_ID=60a1b2c3d4e5f60718293a4b&SESSION_ID=6a5b4c3d2e1f0a9b8c7d6e5f"

const accepted = `?assignmentId=A1&hitId=H1&workerId=W%C3%A9&turkSubmitTo=${encodeURIComponent(`${marketplace}/sandbox/`)}`

/** What the marketplace gets for these answers, by name. */
const received = (page: Page, answers: string) =>
  act(async () => {
    const [request] = await Promise.all([
      page.waitForRequest((request) => request.url().startsWith(marketplace)),
      page.evaluate(`CrowdSource.handleSubmitToProvider(${answers})`)
    ])
    return {
      method: request.method(),
      url: request.url(),
      fields: [...new URLSearchParams(request.postData() ?? "")]
    }
  })

const refused = (page: Page, answers = "{}") =>
  act(() =>
    page.evaluate(`CrowdSource.handleSubmitToProvider(${answers}).then(() => "sent", (error) => error.message)`)
  )

describe("the shims", () => {
  const names = ["mock", "local", "mturk", "panel", "prolific"].flatMap((provider) => [
    `shim/${provider}.js`,
    `shim/${provider}.mjs`
  ])

  plain.each(names)("%s is under 1.5 kB gzipped and imports nothing", (name) => {
    const body = bodyOf(name)
    expect(body).not.toBe("")
    expect(gzipSync(body).byteLength).toBeLessThan(1500)
    expect(body).not.toMatch(/\bimport\b|\brequire\b|\balert\b/)
  })
})

share(chromium.layer, { excludeTestServices: true })("the shims in a page", (it) => {
  for (const form of ["js", "mjs"] as const) {
    it.scoped(`Mock's says what the page's address says (${form})`, () =>
      Effect.gen(function* () {
        const page = yield* opened("mock", "?worker=%C3%84da+L&unit=u1&agent=a1", form)
        expect(yield* told(page)).toEqual({
          name: "Äda L",
          assignment: "a1",
          registration: { worker: "Äda L", unit: "u1", agent: "a1" },
          preview: false
        })
        yield* goesTo(page, "")
        expect(yield* told(page)).toMatchObject({ name: null, preview: true })
      })
    )

    it.scoped(`Local's leaves all to the server (${form})`, () =>
      Effect.gen(function* () {
        const page = yield* opened("local", "", form)
        expect(yield* told(page)).toEqual({ name: null, assignment: null, registration: {}, preview: true })
        expect(yield* refused(page)).toBe("sent")
      })
    )

    it.scoped(`Prolific's says who came, from which study, for which submission (${form})`, () =>
      Effect.gen(function* () {
        const page = yield* opened("prolific", `?${participant}&prolific_token=a.b.c`, form)
        expect(yield* told(page)).toEqual({
          name: "5f1a0b2c3d4e5f6a7b8c9d0e",
          assignment: "6a5b4c3d2e1f0a9b8c7d6e5f",
          registration: {
            participant: "5f1a0b2c3d4e5f6a7b8c9d0e",
            study: "60a1b2c3d4e5f60718293a4b",
            submission: "6a5b4c3d2e1f0a9b8c7d6e5f",
            token: "a.b.c"
          },
          preview: false
        })
        yield* goesTo(page, `?${participant}`)
        expect(yield* told(page)).not.toHaveProperty("registration.token")
        expect(yield* refused(page)).toBe("sent")
      })
    )

    it.scoped(`a panel's says the query of the link as it came, undecoded (${form})`, () =>
      Effect.gen(function* () {
        const query = "?ID=%41da%20L+x&&sig=a%2Bb%3D&ID=two"
        const page = yield* opened("panel", query, form)
        expect(yield* told(page)).toEqual({ name: null, assignment: null, registration: { query }, preview: false })
        expect(yield* refused(page)).toBe("sent")
        for (const nobodys of ["", "?", "?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE"]) {
          yield* goesTo(page, nobodys)
          expect(yield* told(page), nobodys).toMatchObject({ assignment: null, preview: true })
        }
      })
    )

    it.scoped(`MTurk's says who accepted what (${form})`, () =>
      Effect.gen(function* () {
        const page = yield* opened("mturk", accepted, form)
        expect(yield* told(page)).toEqual({
          name: "Wé",
          assignment: "A1",
          registration: { workerId: "Wé", assignmentId: "A1", hitId: "H1" },
          preview: false
        })
        yield* goesTo(page, "?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=H1")
        expect(yield* told(page)).toMatchObject({ assignment: null, preview: true })
        expect(yield* refused(page)).toContain("preview")
      })
    )
  }

  it.scoped("Prolific's is a preview where an id is missing, is no id, or is a placeholder that nobody filled in", () =>
    Effect.gen(function* () {
      const page = yield* opened("prolific", "")
      expect(yield* told(page)).toEqual({
        name: null,
        assignment: null,
        registration: { participant: "", study: "", submission: "" },
        preview: true
      })
      const placeholders = ["PROLIFIC_PID", "STUDY_ID", "SESSION_ID"].map((name) => [name, `{{%${name}%}}`])
      for (const [name = "", placeholder = ""] of placeholders) {
        for (const wrong of ["", placeholder, "short", "../5f1a0b2c3d4e"]) {
          const query = new URLSearchParams(participant)
          query.set(name, wrong)
          yield* goesTo(page, `?${query}`)
          expect(yield* told(page), `${query}`).toMatchObject({ preview: true })
        }
      }
    })
  )

  it.scoped("a panel's sends of a link that is too long more than is taken, and never the link without its end", () =>
    Effect.gen(function* () {
      const page = yield* opened("panel", `?x=${"x".repeat(9_000)}&id=ada`)
      expect(yield* act(() => page.evaluate("CrowdSource.getAgentRegistration().query.length"))).toBe(8_193)
    })
  )

  it.scoped("MTurk's submits a form: texts as they are, everything else as JSON", () =>
    Effect.gen(function* () {
      const page = yield* opened("mturk", accepted)
      const answers =
        '{ label: "日本語 & <b>", list: ["a", "b"], "a.b[0]": "x", nested: { deep: [1, null] }, count: 3, submit: "s", action: "t", append: "u" }'
      expect(yield* received(page, answers)).toEqual({
        method: "POST",
        url: `${marketplace}/sandbox/mturk/externalSubmit`,
        fields: [
          ["assignmentId", "A1"],
          ["label", "日本語 & <b>"],
          ["list", '["a","b"]'],
          ["a.b[0]", "x"],
          ["nested", '{"deep":[1,null]}'],
          ["count", "3"],
          ["submit", "s"],
          ["action", "t"],
          ["append", "u"]
        ]
      })
    })
  )

  it.scoped("MTurk's sends a field even where there is no answer, and its own assignmentId", () =>
    Effect.gen(function* () {
      const { fields } = yield* received(yield* opened("mturk", accepted), '{ assignmentId: "forged" }')
      expect(fields).toEqual([
        ["assignmentId", "A1"],
        ["submitted", "true"]
      ])
    })
  )

  it.scoped("MTurk's sends nothing to what is no web address", () =>
    Effect.gen(function* () {
      const page = yield* opened("mturk", "")
      for (const to of ["javascript:alert(1)", "data:text/html,x", "//market.example", "", "http:///"]) {
        yield* goesTo(page, `?assignmentId=A1&turkSubmitTo=${encodeURIComponent(to)}`)
        expect(yield* refused(page)).toContain("turkSubmitTo")
      }
    })
  )

  it.scoped("a form becomes answers: repeated names, unicode, files absent or refused", () =>
    Effect.gen(function* () {
      const html = `<form><input name=a value=1><input name=a value=2><input name="b[c].d" value="é🎲">
        <input name=__proto__ value=own><input type=checkbox name=no><input type=file name=file></form>`
      const page = yield* opened("local", "", "js", html)
      const collected = () => act(() => page.evaluate("JSON.stringify(CrowdSource.fromForm(document.forms[0]))"))
      expect(yield* collected()).toBe('{"_tag":"Answers","answers":{"a":["1","2"],"b[c].d":"é🎲","__proto__":"own"}}')
      yield* act(() =>
        page
          .locator("input[type=file]")
          .setInputFiles({ name: "x.txt", mimeType: "text/plain", buffer: Buffer.from("x") })
      )
      expect(yield* collected()).toBe('{"_tag":"FilesRefused","fields":["file"]}')
    })
  )

  it.scoped("what goes wrong in the page is told to a function or posted, until it is stopped", () =>
    Effect.gen(function* () {
      const page = yield* opened("mock", "?worker=ada")
      yield* act(() =>
        page.evaluate(
          "void (window.seen = [], window.stop = CrowdSource.reportProblems((problem) => seen.push(problem)))"
        )
      )
      const fail = (message: string) => act(() => page.addScriptTag({ content: `throw new Error("${message}")` }))
      yield* fail("first")
      yield* act(() => page.evaluate("void Promise.reject(new Error('second'))"))
      yield* act(() => page.waitForFunction("seen.length === 2"))
      yield* act(() => page.evaluate("stop()"))
      yield* fail("third")
      expect(yield* act(() => page.evaluate("seen.map(({ message, page }) => [message, page])"))).toEqual([
        ["first", "/task"],
        ["second", "/task"]
      ])
      const [beacon] = yield* act(() =>
        Promise.all([
          page.waitForRequest(`${site}/problems`),
          page
            .evaluate("void CrowdSource.reportProblems('/problems')")
            .then(() => page.addScriptTag({ content: 'throw new Error("posted")' }))
        ])
      )
      expect(beacon.postDataJSON()).toMatchObject({ message: "posted" })
    })
  )
})
