/**
 * Your own people, without a marketplace: whoever can reach the server works on its pages, known by their ip address or
 * by a name they choose. A driver on the Store; money changes hands outside, what is owed is in the run's payments.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import type { InvalidSetting } from "./CrowdError.js"
import * as Driver from "./Driver.js"
import * as wing from "./local/driver.js"
import type { Options, Service } from "./local/options.js"
import * as people from "./local/people.js"
import { check } from "./local/settings.js"
import * as Provider from "./Provider.js"
import type { Qualifications } from "./Qualifications.js"
import type { Store } from "./Store.js"

export type { Options, Service, Visit } from "./local/options.js"

/**
 * Who visitors are.
 *
 * @since 0.1.0
 * @category services
 */
export class Local extends Context.Tag("effect-crowd/Local")<Local, Service>() {}

/**
 * Everything Local provides. Money changes hands outside, so there is no `Budget`; nobody can be written to, so there are
 * no `Messages`.
 *
 * @since 0.1.0
 * @category models
 */
export type Provides = Provider.Core | Qualifications | Local

/**
 * What `Agents.register` takes on Local: who arrives. Behind a server, that is what `Local.worker` says of the visit, not
 * what a browser says.
 *
 * @since 0.1.0
 * @category models
 */
export const ProviderData = wing.ProviderData
/**
 * @since 0.1.0
 * @category models
 */
export interface ProviderData extends Schema.Schema.Type<typeof ProviderData> {}

/**
 * Local over the Store of the environment. Whoever can reach the server may work, unless the options say otherwise.
 *
 * @example
 * import * as Local from "effect-crowd/Local"
 * import * as Store from "effect-crowd/Store"
 * import * as Layer from "effect/Layer"
 *
 * const office = Layer.provide(Local.layer({ allow: ["192.168.0.0/16"] }), Store.layerMemory)
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Provides, InvalidSetting, Store> =>
  Layer.unwrapEffect(
    Effect.map(check(options), (settings) =>
      Layer.merge(
        Provider.layer({ driver: wing.driver, qualifications: Driver.storedQualifications }),
        Layer.effect(Local, people.make(settings))
      )
    )
  )

/**
 * Local with options from the configuration.
 *
 * @example
 * import * as Local from "effect-crowd/Local"
 * import * as Config from "effect/Config"
 *
 * Local.layerConfig({ identify: Config.literal("address", "name")("CROWD_IDENTIFY") })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<Provides, InvalidSetting | ConfigError, Store> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))
