/**
 * Any crowd that sends people to your pages by a link, with parameters that tell who comes, and takes them back by a code
 * or an address: SONA, Besample, Positly, CloudResearch Connect, a class, a mailing list. Pages, limits, blocks,
 * qualifications and review are as of `Local`; how people come and leave is said by a task's `"panel"` (`PanelSettings`).
 *
 * A panel is not called. Decisions and bonuses are written down here, go out as a file for its own page, and come back by
 * the same file (`effect-crowd/panel/Decisions`).
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import { InvalidSetting } from "./CrowdError.js"
import * as Driver from "./Driver.js"
import type { RunId } from "./Ids.js"
import type { Secret } from "./internal/signature.js"
import * as PanelSettings from "./PanelSettings.js"
import * as Provider from "./Provider.js"
import { ProviderData as Arriving } from "./panel/arrivals.js"
import * as codes from "./panel/codes.js"
import * as wing from "./panel/driver.js"
import type { Options, Service, Verified } from "./panel/options.js"
import type { Qualifications } from "./Qualifications.js"
import type { Store } from "./Store.js"

export type { Options, Service, Verified } from "./panel/options.js"

/**
 * How people come and leave, and their codes.
 *
 * @since 0.1.0
 * @category services
 */
export class Panel extends Context.Tag("effect-crowd/Panel")<Panel, Service>() {}

/**
 * Everything a panel provides. Money changes hands there, so there is no `Budget`; nobody can be written to, so there are
 * no `Messages`.
 *
 * @since 0.1.0
 * @category models
 */
export type Provides = Provider.Core | Qualifications | Panel

/**
 * What `Agents.register` takes of a panel: the query of the link that somebody came by, as it came.
 *
 * @since 0.1.0
 * @category models
 */
export const ProviderData = Arriving
/**
 * @since 0.1.0
 * @category models
 */
export interface ProviderData extends Schema.Schema.Type<typeof ProviderData> {}

const shortestSecret = 16

const checkedSecret = (secret: Secret): Either.Either<Secret, InvalidSetting> =>
  Redacted.value(secret).length >= shortestSecret
    ? Either.right(secret)
    : Either.left(
        new InvalidSetting({
          setting: "secret",
          value: String(secret),
          description: `it needs at least ${shortestSecret} characters`
        })
      )

const secretOf = ({ secret }: Options): Effect.Effect<Option.Option<Secret>, InvalidSetting> =>
  Effect.gen(function* () {
    const variable = Effect.option(Config.redacted(Config.nonEmptyString("PANEL_SECRET")))
    const found = secret === undefined ? yield* variable : Option.some(secret)
    return yield* Effect.transposeMapOption(found, checkedSecret)
  })

const settingsOf = ({
  settings
}: Options): Either.Either<Option.Option<PanelSettings.PanelSettings>, InvalidSetting> =>
  settings === undefined
    ? Either.right(Option.none())
    : Either.mapBoth(PanelSettings.decode(settings), {
        onLeft: (faults) =>
          new InvalidSetting({
            setting: "settings",
            value: typeof settings === "string" ? settings : (settings.preset ?? ""),
            description: faults.map(({ message, path }) => [...path, message].join(" ")).join("; ")
          }),
        onRight: Option.some
      })

/**
 * A panel over the Store of the environment.
 *
 * @example
 * import * as Panel from "effect-crowd/Panel"
 * import * as Store from "effect-crowd/Store"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("something long that nobody else knows")
 *
 * const students = Layer.provide(Panel.layer({ settings: "sona", secret }), Store.layerMemory)
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Provides, InvalidSetting, Store> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const panel = { secret: yield* secretOf(options), settings: yield* settingsOf(options) }
      return Layer.merge(
        Provider.layer({ driver: wing.make(panel, options.title), qualifications: Driver.storedQualifications }),
        Layer.succeed(Panel, wing.service(panel))
      )
    })
  )

/**
 * The same with options from the configuration.
 *
 * @example
 * import * as Panel from "effect-crowd/Panel"
 * import * as Config from "effect/Config"
 *
 * Panel.layerConfig({ settings: Config.literal("sona", "besample")("PANEL"), secret: Config.redacted("PANEL_SECRET") })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<Provides, InvalidSetting | ConfigError, Store> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))

/**
 * What a code of the run says, by the secret alone: for whoever has a list of codes and no database. None where the code is
 * none of the run's.
 *
 * @example
 * import { Ids } from "effect-crowd"
 * import * as Panel from "effect-crowd/Panel"
 * import * as Redacted from "effect/Redacted"
 *
 * const secret = Redacted.make("something long that nobody else knows")
 *
 * Panel.verify({ secret, run: Ids.RunId.make("run_1"), code: "7Q3X-0M2K-1V9A-B4CD" })
 *
 * @since 0.1.0
 * @category getters
 */
export const verify = (of: {
  readonly secret: Redacted.Redacted<string>
  readonly run: RunId
  readonly code: string
}): Option.Option<Verified> => codes.verify(of.secret, of.run, of.code)
