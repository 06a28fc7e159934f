import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Agents } from "../../src/Agents.js"
import * as Local from "../../src/Local.js"
import { Workers } from "../../src/Workers.js"
import { from } from "../local/visits.js"
import * as clocks from "../support/clocks.js"
import { secret } from "../support/server.js"
import * as chromium from "./support/chromium.js"
import { agentsOf, live, offered, thanked, visit, working } from "./support/tasks.js"

const { act } = chromium

const named = live({ local: { identify: "name", secret, blockAddress: true } })

share(named, { excludeTestServices: true })("where workers give themselves names", (it) => {
  it.scoped("the lobby asks for one, says what is wrong with it, and goes on with it", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: "<p>${product}</p>" })
      const page = yield* visit("/")
      const choose = (name: string) =>
        act(async () => {
          await page.getByLabel("What shall we call you?").fill(name)
          await page.getByRole("button", { name: "Use this name" }).click()
        })
      yield* act(() => page.getByText("Choose a name to begin.").waitFor())
      yield* choose("192.0.2.1")
      yield* act(() => page.getByRole("alert").getByText("It reads like an address.").waitFor())
      yield* choose("Ada Lovelace")
      yield* act(() => page.getByText("You are Ada Lovelace").waitFor())
      yield* act(() => page.getByRole("link", { name: "View" }).click())
      yield* act(() => page.getByRole("button", { name: "Accept" }).click())
      yield* act(() => page.getByRole("timer").waitFor())
      const task = page.frameLocator("iframe")
      yield* act(() => task.getByRole("button", { name: "Submit" }).click())
      yield* thanked({ page, task })
      expect((yield* agentsOf(run.id)).map(({ workerName }) => workerName)).toEqual(["Ada Lovelace"])

      const other = yield* visit("/")
      yield* act(() => other.getByLabel("What shall we call you?").fill("ada lovelace"))
      yield* act(() => other.getByRole("button", { name: "Use this name" }).click())
      yield* act(() => other.getByRole("alert").getByText("Somebody has this name already").waitFor())
    })
  )

  it.scoped("a task opened without one sends to the lobby", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: "<p>${product}</p>", rows: [{ product: "x" }, { product: "y" }] })
      const page = yield* visit(`/task/${run.id}`)
      yield* act(() => page.getByText("Choose a name first").waitFor())
      expect(yield* act(() => page.getByRole("button", { name: "Accept" }).count())).toBe(0)
      yield* act(() => page.getByRole("link", { name: "See all tasks" }).click())
      // The new view takes the focus.
      yield* act(() => page.locator("h1:focus").waitFor())
      yield* act(() => page.getByLabel("What shall we call you?").fill("Grace"))
      yield* act(() => page.keyboard.press("Enter"))
      yield* act(() => page.getByText("You are Grace").waitFor())
      const { page: mine } = yield* working(run, { storageState: yield* act(() => page.context().storageState()) })
      yield* act(() => mine.getByText("You are Grace").waitFor())
    })
  )

  it.scoped("somebody with another name from where one is blocked is told that the block holds for the address", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: "<p>${product}</p>" })
      yield* (yield* Local.Local).name(from("127.0.0.1"), "Eve")
      const { worker } = yield* (yield* Agents).register(run.id, { worker: "Eve" })
      yield* (yield* Workers).block(worker, { requester: run.requester }, "spam")
      yield* Effect.flatMap(clocks.Forward, (forward) => forward("2 seconds"))
      const page = yield* visit("/")
      yield* act(() => page.getByText("Somebody at your address was blocked").waitFor())
    })
  )
})
