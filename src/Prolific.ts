/**
 * Prolific: a marketplace of research participants, who come to your own pages by a study's link and leave with a
 * completion code. A run is one study, and its units the study's places.
 *
 * It has no sandbox. Without `live`, a run is made as a draft, which costs nothing and which nobody sees; with `live`, the
 * same run is published, which reserves what it costs.
 *
 * @since 0.1.0
 */

import type * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Budget } from "./Budget.js"
import type { CredentialsRejected, InvalidSetting, ProviderError } from "./CrowdError.js"
import type { Messages } from "./Messages.js"
import * as Provider from "./Provider.js"
import { type Account, account, facts } from "./prolific/account.js"
import { turnOf } from "./prolific/bonuses.js"
import * as client from "./prolific/client.js"
import { type Crowd, once } from "./prolific/crowd.js"
import * as driver from "./prolific/driver.js"
import { resolve } from "./prolific/environment.js"
import { type Hooks, make as makeHooks } from "./prolific/hooks.js"
import * as hooksRoute from "./prolific/hooksRoute.js"
import { messages } from "./prolific/messages.js"
import type { Options } from "./prolific/options.js"
import { qualifications } from "./prolific/qualifications.js"
import type { Qualifications } from "./Qualifications.js"
import * as Store from "./Store.js"

export type { Account } from "./prolific/account.js"
export { HookRefused, type Hooks } from "./prolific/hooks.js"
export { ProviderData } from "./prolific/links.js"
export type { Options } from "./prolific/options.js"

/**
 * What Prolific has beyond every crowd.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Whose token it is, and which workspaces and projects they can choose. */
  readonly account: Effect.Effect<Account, CredentialsRejected | ProviderError>
  /** What takes Prolific's webhooks, where the options ask for them and the run is published. */
  readonly hooks: Option.Option<Hooks>
}

/**
 * The tag of what Prolific has beyond every crowd.
 *
 * @since 0.1.0
 * @category services
 */
export class Prolific extends Context.Tag("effect-crowd/Prolific")<Prolific, Service>() {}

/**
 * Everything a crowd of Prolific provides.
 *
 * @since 0.1.0
 * @category models
 */
export type Provides = Provider.Core | Qualifications | Messages | Budget | Prolific

/** An order takes few calls, and may wait for its turn before each. */
const callsAnOrder = 6

const make = (options: Options) =>
  Effect.gen(function* () {
    const environment = yield* resolve(options)
    const timeout = Duration.decode(options.timeout ?? "15 seconds")
    const concurrency = options.concurrency ?? 8
    const calls = yield* client.make({ environment, timeout, concurrency })
    const store = yield* Store.Store
    const known = yield* facts(calls, environment)
    const crowd: Crowd = {
      client: calls,
      store,
      environment,
      ...known,
      live: options.live ?? false,
      hooks: options.hooks ?? false,
      secureLinks: options.secureLinks ?? false,
      concurrency,
      timeout: Duration.times(timeout, callsAnOrder),
      bonuses: {
        client: yield* client.make({ environment, timeout, concurrency: 1 }),
        turn: yield* once(turnOf(store, known.workspace, timeout))
      }
    }
    const hooks = yield* makeHooks(crowd)
    const provided = Provider.layer({
      driver: yield* driver.make(crowd, hooks),
      qualifications: qualifications(crowd),
      messages: messages(crowd),
      budget: { available: () => crowd.balance }
    })
    return Layer.merge(provided, Layer.succeed(Prolific, { account: account(calls), hooks }))
  })

/**
 * Prolific, with the token in `PROLIFIC_TOKEN` and the only workspace and project there are, unless options say otherwise.
 * Nothing is asked of it before something is needed.
 *
 * @example
 * import * as Prolific from "effect-crowd/Prolific"
 * import * as Store from "effect-crowd/Store"
 * import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
 *
 * const drafts = Layer.provide(Prolific.layer({ pages: "https://tasks.example.org" }), Store.layerMemory)
 * const paid = Layer.provide(Prolific.layer({ pages: "https://tasks.example.org", live: true }), Store.layerMemory)
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Provides, InvalidSetting, Store.Store> =>
  Layer.unwrapEffect(make(options))

/**
 * The same with options from the configuration.
 *
 * @example
 * import * as Prolific from "effect-crowd/Prolific"
 * import * as Config from "effect/Config"
 *
 * Prolific.layerConfig({ pages: Config.string("PAGES"), live: Config.boolean("LIVE") })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<Provides, InvalidSetting | ConfigError, Store.Store> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))

/**
 * Takes Prolific's webhooks at `/prolific/hooks`, after the address of your pages, where the options ask for them. For
 * `Server.layer` it goes into the option `routes`, with the crowd provided.
 *
 * @example
 * import * as Prolific from "effect-crowd/Prolific"
 * import * as Store from "effect-crowd/Store"
 * import * as Layer from "effect/Layer"
 *
 * const options = { pages: "https://tasks.example.org", live: true, hooks: true }
 * const crowd = Layer.provideMerge(Prolific.layer(options), Store.layerMemory)
 *
 * export const routes = Prolific.routes.pipe(Layer.provide(crowd))
 *
 * @since 0.1.0
 * @category layers
 */
export const routes: Layer.Layer<never, never, HttpLayerRouter.HttpRouter | Prolific> = Layer.unwrapEffect(
  Effect.map(Prolific, ({ hooks }) => Option.match(hooks, { onNone: () => Layer.empty, onSome: hooksRoute.layer }))
)
