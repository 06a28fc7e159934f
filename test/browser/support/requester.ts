/** A requester at the console. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { BrowserContextOptions, Page } from "playwright-core"
import type { RunId } from "../../../src/Ids.js"
import * as server from "../../support/server.js"
import { act, page } from "./chromium.js"

export const token = Redacted.value(server.token)

/** Signed in by the address that the server printed. */
export const requester = (path = "", options?: BrowserContextOptions, host = "127.0.0.1") =>
  Effect.gen(function* () {
    const opened = yield* page(options)
    const base = `http://${host}:${yield* server.port}`
    yield* act(() => opened.goto(`${base}/console${path}#${encodeURIComponent(token)}`))
    return opened
  })

export const reviewing = (run: RunId, options?: BrowserContextOptions, host?: string) =>
  Effect.tap(requester(`/runs/${run}`, options, host), (page) => act(() => page.getByRole("article").waitFor()))

export const press = (page: Page, ...keys: ReadonlyArray<string>) =>
  Effect.forEach(keys, (key) => act(() => page.keyboard.press(key)), { discard: true })

export const isThere = (page: Page, text: string | RegExp) => act(() => page.getByText(text).first().waitFor())
