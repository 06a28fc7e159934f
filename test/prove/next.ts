/**
 * From submit to the next form, in Chromium, while 20 others submit every 5 seconds:
 * `npm run prove:next -- [--rounds N] [--others N]`. Fails where the median is above 150 ms.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Frame, Page } from "playwright-core"
import * as Local from "../../src/Local.js"
import * as Money from "../../src/Money.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import * as chromium from "../browser/support/chromium.js"
import * as server from "../support/server.js"
import * as serverProcess from "../support/serverProcess.js"
import { accept, asWork, submit, type Visitor, visitors } from "../support/serverVisitors.js"

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "100" }, others: { type: "string", default: "20" } }
})
const rounds = Number(values.rounds)
const others = Number(values.others)
const pace = Duration.seconds(5)
const medianAtMost = 150

const template =
  "<p>${text}</p><p><label>What is it? <input name=label></label></p><p><label>Why? <textarea name=why></textarea></label></p>"

/** One of the others: takes a unit, and hands it in as the pace asks. */
const worksOff = (person: Visitor, run: string) =>
  Effect.flatMap(Effect.flatMap(accept(person, run), asWork), (work) =>
    Effect.delay(submit(person, work, { label: "x", why: "y" }), pace)
  ).pipe(Effect.forever)

/** The next form is there when its page can be filled in. */
const nextForm = async (page: Page, before: string): Promise<Frame> => {
  const [, frame] = page.frames()
  if (frame === undefined || frame.url() === before || !frame.url().startsWith("http")) {
    await page.waitForEvent("framenavigated")
    return nextForm(page, before)
  }
  await frame.waitForSelector("input[name=label]")
  return frame
}

const submitted = async (page: Page, frame: Frame) => {
  await frame.fill("input[name=label]", "a thing")
  const start = performance.now()
  await frame.evaluate("document.querySelector('[type=submit]').click()")
  const next = await nextForm(page, frame.url())
  return { next, millis: performance.now() - start }
}

const measured = (page: Page) =>
  Effect.promise(async () => {
    const times: Array<number> = []
    let frame = await nextForm(page, "")
    for (let round = 0; round < rounds + 5; round++) {
      const { millis, next } = await submitted(page, frame)
      frame = next
      // The first ones find caches cold.
      if (round >= 5) times.push(millis)
    }
    return times.toSorted((a, b) => a - b)
  })

const begin = (page: Page, url: string) =>
  Effect.promise(async () => {
    await page.goto(url)
    await page.getByRole("button", { name: "Accept" }).click()
    await page.getByRole("switch").check()
  })

const task = { ...taskDefaults, title: "Next", reward: Money.make(5), maxUnitsPerWorker: Option.none() }

const launched = (filename: string) =>
  server
    .launched(task, rounds + 10 + others * 400, template)
    .pipe(Effect.provide(Layer.provideMerge(Local.layer(), SqliteStore.layer({ filename, durability: "full" }))))

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "crowd-next-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const program = Effect.gen(function* () {
  const filename = join(yield* directory, "crowd.db")
  const run = yield* launched(filename)
  const { port } = yield* serverProcess.start({
    database: { _tag: "File", filename, durability: "full" },
    port: 0,
    conducts: true
  })
  const people = yield* visitors(port, others)
  yield* Effect.forEach(people, (person, index) =>
    Effect.forkScoped(Effect.delay(worksOff(person, run.id), Duration.times(pace, index / others)))
  )
  const page = yield* chromium.page()
  yield* begin(page, `http://127.0.0.1:${port}/task/${run.id}`)
  const times = yield* measured(page)
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN
  const [load = 0] = loadavg()
  console.log(
    `${times.length} submissions beside ${others} people: to the next form p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms (load average ${load.toFixed(1)})`
  )
  return at(0.5) <= medianAtMost
})

process.exitCode = (await Effect.runPromise(Effect.scoped(Effect.provide(program, chromium.layer)))) ? 0 : 1
