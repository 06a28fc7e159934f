/**
 * MTurkServer beside the pages of Local; imported only where it is asked for, because what checks signatures is an
 * optional package.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Provides } from "../Local.js"
import * as MTurkServer from "../MTurkServer.js"
import * as Faults from "../mturk-server/Faults.js"
import type { Store } from "../Store.js"
import type { CannotListen } from "./failure.js"
import * as pages from "./pages.js"
import type { Settings } from "./serverSettings.js"

export interface Options extends Pick<MTurkServer.Options, "accessKeys" | "account" | "mode"> {
  /** How often each fault happens. */
  readonly faults: Option.Option<{ readonly seed: number; readonly shares: Faults.Shares }>
}

/** Serves until the scope ends. */
export const open = (
  settings: Settings,
  { faults, ...options }: Options
): Effect.Effect<pages.Opened, CannotListen, Provides | Store | Scope.Scope> =>
  Effect.gen(function* () {
    const tasks = yield* Layer.build(
      MTurkServer.tasks({ secret: settings.secret, url: Option.getOrUndefined(settings.url) })
    )
    const accounts = yield* Layer.build(MTurkServer.accounts(options))
    const crowd = Context.merge(yield* Effect.context<Provides | Store>(), accounts)
    const service = MTurkServer.layer({
      ...options,
      secret: settings.secret,
      faults: Option.getOrUndefined(Option.map(faults, Faults.seeded))
    })
    const routes = Layer.provide(service, Layer.succeedContext(crowd))
    const opened = pages.open(settings, { routes, accepts: MTurkServer.accepts })
    return yield* Effect.provide(opened, Context.merge(accounts, tasks))
  })
