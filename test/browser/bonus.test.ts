/** A bonus is paid once, whatever becomes of the server's answer. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Page } from "playwright-core"
import type { RunId } from "../../src/Ids.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { launched, submitted } from "../server/consoleClient.js"
import * as server from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"
import { isThere, press, reviewing } from "./support/requester.js"

const { act, becomes, plainHost } = chromium

const live = Layer.merge(
  chromium.layer,
  Layer.provideMerge(server.layer({ server: { hosts: [plainHost] } }), sqlite.layer())
)

const paid = (run: RunId) =>
  Effect.flatMap(TaskRuns, (runs) => Effect.map(runs.summary(run), ({ cost }) => cost.bonuses))

const dialog = (page: Page) => page.getByRole("dialog")

const isOver = (page: Page) => act(() => dialog(page).waitFor({ state: "detached" }))

const button = (page: Page, name: string) => act(() => dialog(page).getByRole("button", { name }).click())

/** The server does what it is asked; the answer does not come back. Returns how many were lost so far. */
const losingAnswers = (page: Page) =>
  act(async () => {
    let lost = 0
    await page.route("**/bonuses", async (route) => {
      await route.fetch()
      await route.abort()
      lost++
    })
    return () => lost
  })

/** Reviewing ann, about to pay her half a dollar. */
const paying = (title: string, host?: string) =>
  Effect.gen(function* () {
    const { id } = yield* launched(title, 1)
    yield* submitted(id, "ann")
    const page = yield* reviewing(id, undefined, host)
    yield* press(page, "b")
    yield* act(() => page.getByLabel("Amount in USD").fill("0.50"))
    yield* act(() => page.getByLabel("Why? The worker reads this.").fill("thorough"))
    return { run: id, page }
  })

layer(live, { excludeTestServices: true })("A bonus", (it) => {
  it.scoped("can only be asked for again as it was, once its answer is lost, and says that it was paid before", () =>
    Effect.gen(function* () {
      const { page, run } = yield* paying("Lost answer")
      const lost = yield* losingAnswers(page)
      yield* button(page, "Pay")
      yield* isThere(page, "It may have been paid")
      for (const label of ["Amount in USD", "Why? The worker reads this."]) {
        expect(yield* act(() => page.getByLabel(label).isEditable())).toBe(false)
      }
      yield* button(page, "Try again")
      yield* becomes(Effect.sync(lost), 2)
      yield* isThere(page, "It may have been paid")
      yield* act(() => page.unroute("**/bonuses"))
      yield* button(page, "Try again")
      yield* isOver(page)
      yield* isThere(page, "0.50 USD was paid to ann before; nothing was paid now")
      expect(yield* paid(run)).toBe(50)
      expect(yield* act(() => page.getByText("may have been paid").count())).toBe(0)
    })
  )

  for (const [how, leave] of [
    ["Cancel", (page: Page) => button(page, "Cancel")],
    ["Escape", (page: Page) => press(page, "Escape")]
  ] as const) {
    it.scoped(`that is left by ${how} without an answer may have been paid`, () =>
      Effect.gen(function* () {
        const { page, run } = yield* paying(`Left by ${how}`)
        yield* losingAnswers(page)
        yield* button(page, "Pay")
        yield* isThere(page, "It may have been paid")
        yield* leave(page)
        yield* isOver(page)
        yield* isThere(page, "The bonus for ann may have been paid")
        expect(yield* paid(run)).toBe(50)
      })
    )
  }

  it.scoped("that the server refused can be corrected", () =>
    Effect.gen(function* () {
      const { page, run } = yield* paying("Refused")
      const amount = page.getByLabel("Amount in USD")
      yield* act(() => amount.fill("much"))
      yield* button(page, "Pay")
      yield* isThere(page, "This bonus cannot be paid")
      yield* act(() => amount.fill("0.25"))
      yield* button(page, "Pay")
      yield* isOver(page)
      expect(yield* paid(run)).toBe(25)
    })
  )

  it.scoped("is paid from a page over plain HTTP at a name of its own", () =>
    Effect.gen(function* () {
      const { page, run } = yield* paying("Plain HTTP", plainHost)
      expect(yield* act(() => page.evaluate("isSecureContext"))).toBe(false)
      yield* button(page, "Pay")
      yield* isOver(page)
      expect(yield* paid(run)).toBe(50)
    })
  )
})
