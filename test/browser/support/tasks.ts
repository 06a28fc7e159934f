/** Runs on offer, and a worker's pages open before somebody. */
import { expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BrowserContextOptions, Frame, FrameLocator, Page } from "playwright-core"
import { type Agent, Agents, type Answers } from "../../../src/Agents.js"
import * as Batch from "../../../src/Batch.js"
import * as Template from "../../../src/batch/Template.js"
import * as Crowd from "../../../src/Crowd.js"
import type { RunId } from "../../../src/Ids.js"
import type { MediaFile } from "../../../src/Media.js"
import * as Money from "../../../src/Money.js"
import { Requesters } from "../../../src/Requesters.js"
import { type Inputs, type Task, type TaskRun, taskDefaults } from "../../../src/TaskRuns.js"
import * as clocks from "../../support/clocks.js"
import { type Options, port, layer as served } from "../../support/server.js"
import * as sqlite from "../../support/sqlite.js"
import { act, type Browser, layer as chromium, page } from "./chromium.js"

/** Chromium beside Local's server over SQLite. */
export const live = (options?: Options) =>
  Layer.merge(chromium, served(options).pipe(Layer.provide(sqlite.layer()), Layer.provideMerge(clocks.forwardLayer)))

export const makeTask = (changes: Partial<Task> = {}): Task => ({
  ...taskDefaults,
  title: "Name things",
  reward: { currency: Money.USD, minor: 5 },
  maxUnitsPerWorker: Option.none(),
  ...changes
})

interface Offered {
  readonly template: string
  readonly rows?: ReadonlyArray<Inputs>
  readonly task?: Partial<Task>
  readonly media?: ReadonlyArray<MediaFile>
}

/** Some pages of tests collect nothing. */
const unchecked: Batch.PageReader = { ...Template.page, check: () => ({ faults: [], warnings: [], notes: [] }) }

const oneRow: ReadonlyArray<Inputs> = [{ product: "a spanner" }]

/** A server looks at what is on offer once a second; then it sees this. */
export const offered = ({ media, rows = oneRow, task, template }: Offered) =>
  Effect.gen(function* () {
    const batch = yield* Batch.fromRows({
      name: "a batch",
      task: makeTask(task),
      template,
      rows,
      media,
      page: unchecked
    })
    const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
    const run = yield* Crowd.launch(batch, { requester: requester.id, fresh: true })
    yield* Effect.flatMap(clocks.Forward, (forward) => forward("1 second"))
    return run
  })

export const agentsOf = (run: RunId): Effect.Effect<ReadonlyArray<Agent>, never, Agents> =>
  Effect.flatMap(Agents, (agents) => Stream.runCollect(agents.list(run))).pipe(
    Effect.map(Chunk.toReadonlyArray),
    Effect.orDie
  )

/** What was submitted in the run, in the order in which it was accepted. */
export const submitted = (run: RunId): Effect.Effect<ReadonlyArray<Answers>, never, Agents> =>
  Effect.map(agentsOf(run), (agents) => agents.flatMap(({ answers }) => Option.toArray(answers)))

export const address = (path: string) => Effect.map(port, (port) => `http://127.0.0.1:${port}${path}`)

/** A new person who opens a page of the server. */
export const visit = (path: string, options?: BrowserContextOptions) =>
  Effect.gen(function* () {
    const opened = yield* page(options)
    const to = yield* address(path)
    yield* act(() => opened.goto(to))
    return opened
  })

export interface AtWork {
  readonly page: Page
  /** The requester's page. */
  readonly task: FrameLocator
}

/** Until the requester's page is in its frame whole, to be worked on. */
const framed = async (page: Page) => {
  const isForWork = (frame: Frame) => frame.parentFrame() !== null && /\/work\.[^/]*$/.test(frame.url())
  const frame = await page.waitForEvent("framenavigated", isForWork)
  await frame.waitForLoadState("domcontentloaded")
}

const atWork = (page: Page): AtWork => ({ page, task: page.frameLocator("iframe") })

/** Accepts the task of which the preview is open. */
export const accepting = (page: Page) =>
  Effect.as(
    act(() => Promise.all([framed(page), page.getByRole("button", { name: "Accept" }).click()])),
    atWork(page)
  )

/** A new person with a unit of the run in their hands. */
export const working = (run: TaskRun, options?: BrowserContextOptions) =>
  Effect.flatMap(visit(`/task/${run.id}`, options), accepting)

/** The page of one person, who does what it takes nobody new for. */
export class Regular extends Context.Tag("test/Regular")<Regular, Page>() {}

export const regular: Layer.Layer<Regular, never, Browser> = Layer.scoped(Regular, page())

/** They open a page of the server. */
export const opening = (path: string) =>
  Effect.gen(function* () {
    const page = yield* Regular
    const to = yield* address(path)
    yield* act(() => page.goto(to))
    return page
  })

/** They come back to a unit of the run that they have accepted, so that no preview is drawn before it. */
export const resuming = (run: TaskRun) =>
  Effect.gen(function* () {
    const page = yield* Regular
    const accept = yield* address(`/api/work/runs/${run.id}/agents`)
    const to = yield* address(`/task/${run.id}`)
    yield* act(async () => {
      expect((await page.request.post(accept, { data: { data: null } })).ok()).toBe(true)
      await Promise.all([framed(page), page.goto(to)])
    })
    return atWork(page)
  })

export const thanked = ({ page }: AtWork) => act(() => page.getByRole("heading", { name: "Thank you" }).waitFor())
