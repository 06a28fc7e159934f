/** Runs on offer, and a worker's pages open before somebody. */
import { expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BrowserContextOptions, FrameLocator, Page } from "playwright-core"
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
import { act, layer as chromium, page } from "./chromium.js"

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

/** A new person with a unit of the run in their hands. */
export const working = (run: TaskRun, options?: BrowserContextOptions) =>
  Effect.gen(function* () {
    const opened = yield* visit(`/task/${run.id}`, options)
    yield* act(() => opened.getByRole("button", { name: "Accept" }).click())
    yield* act(() => opened.getByRole("timer").waitFor())
    yield* act(() => expect.poll(() => opened.frames()[1]?.url() ?? "").toMatch(/^http/))
    const found: AtWork = { page: opened, task: opened.frameLocator("iframe") }
    return found
  })

export const thanked = ({ page }: AtWork) => act(() => page.getByRole("heading", { name: "Thank you" }).waitFor())
