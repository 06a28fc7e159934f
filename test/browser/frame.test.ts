/** What a task's page can do in its frame: files of its own, storage, links, its address, places to scroll to. */
import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Media from "../../src/Media.js"
import { layer as served } from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"
import { reviewing } from "./support/requester.js"
import { offered, thanked, visit, working } from "./support/tasks.js"

const { act } = chromium

const live = Layer.merge(chromium.layer, Layer.provide(served(), sqlite.layer()))

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
<input name="q"><button>Submit</button>
<script>fetch("media/words.json").then((found) => found.json()).then(({ word }) => { document.querySelector("[name=q]").value = word })</script>`

const shown = `(async () => {
  const loaded = (element, event) => new Promise((resolve, reject) => { element.addEventListener(event, resolve); element.addEventListener("error", reject) })
  if (!one.complete) await loaded(one, "load")
  if (!two.complete) await loaded(two, "load")
  if (!(beep.duration > 0)) await loaded(beep, "loadedmetadata")
  beep.currentTime = 0.9
  return [one.naturalWidth, two.naturalWidth, beep.duration]
})()`

share(live, { excludeTestServices: true })("a task's frame", (it) => {
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
      const preview = yield* visit(`/task/${run.id}`)
      yield* act(() => preview.frameLocator("iframe").locator("#beep").waitFor({ state: "attached" }))
      expect(yield* act(() => preview.frames()[1]?.evaluate(shown) ?? Promise.reject())).toEqual([40, 40, 1])
      const atWork = yield* working(run)
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
      const { page } = yield* working(run)
      const frame = page.frames()[1]?.url() ?? ""
      yield* act(() => page.goto(new URL("media/active.svg", frame).href))
      expect(yield* act(() => page.locator("#t").textContent())).toBe("still")
    })
  )
})
