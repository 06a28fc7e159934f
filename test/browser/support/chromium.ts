/** Chromium for tests. Pages are as in anybody's browser: nothing of its security is switched off. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Browser as Launched,
  type Page
} from "playwright-core"

export class Browser extends Context.Tag("test/Browser")<Browser, Launched>() {}

const Manifest = Schema.parseJson(Schema.Struct({ version: Schema.String }))
const { version } = Schema.decodeSync(Manifest)(readFileSync("node_modules/@sparticuz/chromium/package.json", "utf8"))

/** Kept from run to run. */
const cache = resolve("node_modules/.cache")
const home = join(cache, `chromium-${version}`)

const unpackScript = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath()'

/** The fonts that come along are looked for where they are; a machine may have no others. */
const nameFonts = (draft: string): void => {
  const config = join(draft, "fonts", "fonts.conf")
  const text = readFileSync(config, "utf8")
  writeFileSync(config, text.replace("<dir>/tmp/fonts</dir>", `<dir>${join(home, "fonts", "fonts")}</dir>`))
}

/**
 * Unpacks into a directory of its own and gives it the common name whole, so that no test file meets half a browser.
 */
const unpack = (): void => {
  if (statSync(home, { throwIfNoEntry: false }) !== undefined) return
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(`${home}-`)
  execFileSync(process.execPath, ["--input-type=module", "--eval", unpackScript], {
    env: { ...process.env, TMPDIR: draft }
  })
  nameFonts(draft)
  try {
    renameSync(draft, home)
  } catch (error) {
    // Another test file was first.
    rmSync(draft, { recursive: true, force: true })
    if (statSync(home, { throwIfNoEntry: false }) === undefined) throw error
  }
}

/**
 * This machine by a name that is not `localhost`: over plain HTTP, browsers keep some of their functions from its
 * pages.
 */
export const plainHost = "crowd.test"

const switches = [
  "--headless=shell",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  // A microphone and a camera that beep and blink, and nobody who has to be asked for them.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  `--host-resolver-rules=MAP ${plainHost} 127.0.0.1`
]

export const layer: Layer.Layer<Browser> = Layer.scoped(
  Browser,
  Effect.acquireRelease(
    Effect.promise(() => {
      unpack()
      return chromium.launch({
        executablePath: join(home, "chromium"),
        args: switches,
        env: { ...process.env, FONTCONFIG_PATH: join(home, "fonts") }
      })
    }),
    (browser) => Effect.promise(() => browser.close())
  )
)

/** Sooner than a test's own end, so that a failure says what was waited for. */
const patience = 10_000

/** Another person: cookies and storage of their own. */
export const person = (options?: BrowserContextOptions): Effect.Effect<BrowserContext, never, Browser | Scope.Scope> =>
  Effect.flatMap(Browser, (browser) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        const context = await browser.newContext(options)
        context.setDefaultTimeout(patience)
        return context
      }),
      (context) => Effect.promise(() => context.close())
    )
  )

export const page = (options?: BrowserContextOptions): Effect.Effect<Page, never, Browser | Scope.Scope> =>
  Effect.flatMap(person(options), (context) => Effect.promise(() => context.newPage()))

/** What a person does, or sees. */
export const act = <A>(use: () => Promise<A>): Effect.Effect<A> => Effect.promise(use)

/** Until it answers this, for what a page does by and by. */
export const becomes = <A, E, R>(looked: Effect.Effect<A, E, R>, wanted: A): Effect.Effect<void, never, R> =>
  Effect.flatMap(Effect.runtime<R>(), (runtime) =>
    act(() => expect.poll(() => Runtime.runPromise(runtime)(looked)).toEqual(wanted))
  )
