/** What a task's page can do in its frame: files of its own, storage, links, its address, places to scroll to. */
import { readFileSync } from "node:fs"
import { describe, expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Media from "../../src/Media.js"
import * as chromium from "./support/chromium.js"
import { reviewing } from "./support/requester.js"
import {
  accepting,
  address,
  agentsOf,
  live,
  offered,
  opening,
  regular,
  resuming,
  submitted,
  thanked,
  working
} from "./support/tasks.js"

const { act } = chromium

const caseOf = (name: string): string => readFileSync(`test/cases/templates/${name}/task.html`, "utf8")

const red =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="red"/></svg>'

const active = `<svg xmlns="http://www.w3.org/2000/svg"><text id="t">still</text><script>document.getElementById("t").textContent = "ran"</script></svg>`

/** A second of silence. */
const wav = (() => {
  const bytes = Buffer.alloc(44 + 8_000, 128)
  bytes.write("RIFF", 0)
  bytes.writeUInt32LE(36 + 8_000, 4)
  bytes.write("WAVEfmt ", 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(8_000, 24)
  bytes.writeUInt32LE(8_000, 28)
  bytes.writeUInt16LE(1, 32)
  bytes.writeUInt16LE(8, 34)
  bytes.write("data", 36)
  bytes.writeUInt32LE(8_000, 40)
  return bytes
})()

const pictured = `<img id="one" src="\${image}"><img id="two" srcset="media/deep/a%20b.svg 1x"><audio id="beep" preload="auto" src="media/beep.wav"></audio>
<form><input name="q"><button>Submit</button></form>
<script>fetch("media/words.json").then((found) => found.json()).then(({ word }) => { document.querySelector("[name=q]").value = word })</script>`

const shown = `(async () => {
  const loaded = (element, event) => new Promise((resolve, reject) => { element.addEventListener(event, resolve); element.addEventListener("error", reject) })
  if (!one.complete) await loaded(one, "load")
  if (!two.complete) await loaded(two, "load")
  if (!(beep.duration > 0)) await loaded(beep, "loadedmetadata")
  beep.currentTime = 0.9
  return [one.naturalWidth, two.naturalWidth, beep.duration]
})()`

share(Layer.provideMerge(regular, live()), { excludeTestServices: true })("a task's frame", (it) => {
  const files = Effect.all([
    Media.fromBytes("media/red.svg", Buffer.from(red)),
    Media.fromBytes("media/deep/a b.svg", Buffer.from(red)),
    Media.fromBytes("media/active.svg", Buffer.from(active)),
    Media.fromBytes("media/words.json", Buffer.from('{"word": "told"}')),
    Media.fromBytes("media/beep.wav", wav)
  ])

  it.scoped("shows images and sounds of media/ at work, in a preview, and in review", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: pictured, rows: [{ image: "media/red.svg" }], media: yield* files })
      const preview = yield* opening(`/task/${run.id}`)
      yield* act(() => preview.frameLocator("iframe").locator("#beep").waitFor({ state: "attached" }))
      expect(yield* act(() => preview.frames()[1]?.evaluate(shown) ?? Promise.reject())).toEqual([40, 40, 1])
      const atWork = yield* accepting(preview)
      yield* act(() => expect.poll(() => atWork.task.locator("[name=q]").inputValue()).toBe("told"))
      expect(yield* act(() => atWork.page.frames()[1]?.evaluate(shown) ?? Promise.reject())).toEqual([40, 40, 1])
      yield* act(() => atWork.task.getByRole("button", { name: "Submit" }).click())
      yield* thanked(atWork)
      const review = yield* reviewing(run.id)
      yield* act(() => review.frameLocator("iframe").locator("#beep").waitFor({ state: "attached" }))
      expect(yield* act(() => review.frames()[1]?.evaluate(shown) ?? Promise.reject())).toEqual([40, 40, 1])
    })
  )

  it.scoped("an SVG of media/ that is opened by itself runs nothing", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: pictured, rows: [{ image: "media/active.svg" }], media: yield* files })
      const { page } = yield* resuming(run)
      const frame = page.frames()[1]?.url() ?? ""
      yield* act(() => page.goto(new URL("media/active.svg", frame).href))
      expect(yield* act(() => page.locator("#t").textContent())).toBe("still")
    })
  )

  const counter = caseOf("08-localstorage")

  describe("storage", () => {
    it.scoped("08-localstorage: is there before the page's first script, and its field arrives", () =>
      Effect.gen(function* () {
        const run = yield* offered({ template: counter })
        const atWork = yield* resuming(run)
        yield* act(() => atWork.task.locator("[name=q]").fill("a"))
        yield* act(() => atWork.task.getByRole("button", { name: "Submit" }).click())
        yield* thanked(atWork)
        expect(yield* submitted(run.id)).toEqual([{ q: "a", n: "1" }])
      })
    )

    it.scoped(
      "is kept over the units of a run, over a reload, and apart from other runs; the page around it stays out of reach",
      () =>
        Effect.gen(function* () {
          const rows = [{ n: "1" }, { n: "2" }, { n: "3" }]
          const run = yield* offered({ template: counter, rows })
          const other = yield* offered({ template: `${counter}<p>another</p>`, rows })
          const { page, task } = yield* working(run)
          const n = () => task.locator("#n").inputValue()
          /** What the page around the frame keeps, as soon as it is told. */
          const runsKept = () =>
            page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('crowd:task:')).length")
          yield* act(async () => {
            await expect.poll(n).toBe("1")
            await expect.poll(runsKept).toBe(1)
            await page.reload()
            await expect.poll(n).toBe("2")
            await task.getByRole("button", { name: "Submit" }).click()
            await page.getByRole("button", { name: "Next one" }).click()
            await expect.poll(n).toBe("3")
            await page.goto(page.url().replace(run.id, other.id))
            await page.getByRole("button", { name: "Accept" }).click()
            await expect.poll(n).toBe("1")
            await expect.poll(runsKept).toBe(2)
          })
          const seen = `[Object.keys(localStorage).join(), window.name, localStorage.getItem("crowd:task:") ?? "none"]`
          expect(yield* act(() => page.frames()[1]?.evaluate(seen) ?? Promise.reject())).toEqual(["n", "", "none"])
        })
    )

    it.scoped("does what a Storage does, up to 256 KB a run", () =>
      Effect.gen(function* () {
        const run = yield* offered({ template: "<input name=q>" })
        const { page } = yield* resuming(run)
        const found = yield* act(
          () =>
            page.frames()[1]?.evaluate(`(() => {
            const s = localStorage
            s.one = 1; s["__proto__"] = "p"; s.setItem("two", { toString: () => "2" })
            const first = [s.length, s.getItem("one"), s.two, s.key(0), "one" in s, "none" in s, s.none === undefined, s.getItem("none"), s instanceof Storage, Object.keys(s).sort().join(), JSON.stringify({ ...s })]
            delete s.one
            const second = [s.length, sessionStorage.length]
            let error = ""
            try { sessionStorage.setItem("big", "x".repeat(262144)) } catch (thrown) { error = thrown.name }
            sessionStorage.setItem("big", "x".repeat(262000))
            try { s.setItem("more", "x".repeat(200)) } catch (thrown) { error += thrown.name }
            sessionStorage.clear()
            s.setItem("more", "x".repeat(200))
            s.clear()
            return { first, second, error, left: s.length }
          })()`) ?? Promise.reject()
        )
        expect(found).toEqual({
          first: [
            3,
            "1",
            "2",
            "one",
            true,
            false,
            true,
            null,
            true,
            "__proto__,one,two",
            '{"one":"1","__proto__":"p","two":"2"}'
          ],
          second: [2, 0],
          error: "QuotaExceededErrorQuotaExceededError",
          left: 0
        })
      })
    )

    it.scoped("of more than that, or under a key of the page's choice, is not kept by the page around it", () =>
      Effect.gen(function* () {
        const run = yield* offered({ template: "<input name=q>" })
        const { page } = yield* working(run)
        const says = (kept: string) =>
          act(
            () =>
              page.frames()[1]?.evaluate(`parent.postMessage({ crowd: "storage", kept: ${kept} }, "*")`) ??
              Promise.reject()
          )
        yield* says(`{ local: [["big", "x".repeat(300000)]], session: [] }`)
        yield* says(`{ local: { "crowd:draft:x": "y" }, session: [] }`)
        yield* says(`{ local: [["crowd:draft:x", "y"]], session: [] }`)
        const all = () =>
          page.evaluate(
            "Object.entries(localStorage).map(([key, value]) => key.slice(0, 15) + JSON.parse(value).items?.join())"
          )
        yield* act(() => expect.poll(all).toEqual(["crowd:task:run_crowd:draft:x,y"]))
      })
    )
  })

  describe("its address", () => {
    it.scoped(
      "09-worker-id: says assignmentId, hitId, workerId and turkSubmitTo; the worker's is never an ip address",
      () =>
        Effect.gen(function* () {
          const run = yield* offered({ template: caseOf("09-worker-id") })
          const atWork = yield* resuming(run)
          const address = () => atWork.page.frames()[1]?.url() ?? ""
          yield* act(() => expect.poll(address).toContain("?"))
          const query = new URL(address()).searchParams
          const [agent] = yield* agentsOf(run.id)
          expect([...query.keys()]).toEqual(["assignmentId", "hitId", "workerId", "turkSubmitTo"])
          expect([query.get("assignmentId"), query.get("hitId"), query.get("workerId")]).toEqual([
            agent?.id,
            agent?.unit,
            agent?.worker
          ])
          yield* act(() => atWork.task.locator("[name=code]").fill("c"))
          yield* act(() => atWork.task.getByRole("button", { name: "Submit" }).click())
          yield* thanked(atWork)
          expect(yield* submitted(run.id)).toEqual([{ workerId: agent?.worker, code: "c" }])
        })
    )

    it.scoped("leads a form that the page sends by itself to the agent's submission", () =>
      Effect.gen(function* () {
        const run = yield* offered({ template: "<input name=q>" })
        const { page } = yield* resuming(run)
        const sent = yield* act(
          () =>
            page.frames()[1]?.evaluate(`(() => {
            const query = new URLSearchParams(location.search)
            const body = new URLSearchParams({ assignmentId: query.get("assignmentId"), q: "by itself", "pic.x": "1" })
            return fetch(query.get("turkSubmitTo") + "/mturk/externalSubmit", { method: "POST", body }).then(({ status }) => status)
          })()`) ?? Promise.reject()
        )
        expect(sent).toBe(200)
        expect(yield* submitted(run.id)).toEqual([{ q: "by itself", "pic.x": "1" }])
      })
    )
  })

  it.scoped("11-popup-sandboxed: a link opens in a tab of its own right, with storage and cookies and no opener", () =>
    Effect.gen(function* () {
      const there = yield* address("/assets/worker.css")
      const link = caseOf("11-popup-sandboxed").replace("http://127.0.0.1:1/", there)
      expect(link).toContain(there)
      const more = `<button type="button" id="opens" onclick="this.textContent = String(window.open('${there}'))">open</button><a id="data" href="data:text/html,x">data</a>`
      const run = yield* offered({ template: `${link}${more}` })
      const { page, task } = yield* resuming(run)
      const tabOf = (press: () => Promise<void>) =>
        act(async () => {
          const [tab] = await Promise.all([page.context().waitForEvent("page"), press()])
          await tab.waitForURL(there)
          return tab
        })
      const rights = `(() => { localStorage.setItem("x", "kept"); document.cookie = "c=1"; return [opener, localStorage.getItem("x"), document.cookie, self.origin] })()`
      for (const press of [() => task.getByText("open the site").click(), () => task.locator("#opens").click()]) {
        const tab = yield* tabOf(press)
        expect(yield* act(() => tab.evaluate(rights))).toEqual([null, "kept", "c=1", new URL(there).origin])
        yield* act(() => tab.close())
      }
      yield* act(() => expect.poll(() => task.locator("#opens").textContent()).toBe("null"))
      // Without a window of the opener's, the tab is in a group of its own: the pages around the frame say so themselves.
      const headers = yield* act(async () => (await page.request.get(page.url())).headers())
      expect(headers["cross-origin-opener-policy"]).toBe("same-origin")
    })
  )

  it.scoped("19-image-submit: an image button says where it was pressed", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: caseOf("19-image-submit") })
      const atWork = yield* resuming(run)
      yield* act(() => atWork.task.locator("[type=image]").click({ position: { x: 7, y: 11 } }))
      yield* thanked(atWork)
      expect(yield* submitted(run.id)).toEqual([{ q: "", "pic.x": "7", "pic.y": "11" }])
    })
  )

  it.scoped("24-anchor: links in the page and scrollTo bring the worker to the place", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: `${caseOf("24-anchor")}<a href="#" id="up">up</a>` })
      const { page, task } = yield* resuming(run)
      const inSight = (selector: string) =>
        act(() =>
          expect
            .poll(async () => (await task.locator(selector).boundingBox())?.y ?? -1)
            .toSatisfy((y: number) => y >= -1 && y < 720)
        )
      const script = (code: string) => act(() => page.frames()[1]?.evaluate(code) ?? Promise.reject())
      yield* inSight("#a")
      yield* act(() => task.locator("#a").click())
      yield* inSight("#sec")
      yield* act(() => expect.poll(() => page.evaluate("scrollY")).toBeGreaterThan(2_000))
      yield* script("window.scrollTo(0, 0)")
      yield* inSight("#a")
      yield* act(() => task.locator("#a").click())
      yield* inSight("#sec")
      yield* act(() => task.locator("#up").click())
      yield* inSight("#a")
      yield* script("window.scrollTo({ top: 2900, behavior: 'smooth' })")
      yield* inSight("#sec")
      yield* script("window.scrollBy(0, -2900)")
      yield* inSight("#a")
      yield* script("document.getElementById('sec').scrollIntoView()")
      yield* inSight("#sec")
      yield* script("location.hash = '#a'")
      yield* inSight("#a")
      expect(page.context().pages()).toHaveLength(1)
    })
  )
})
