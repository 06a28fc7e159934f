/** Variables that stand in for options: read, or told what is wrong with them. */
import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { UsageError } from "./failure.js"

export const fromConfig = <A>(config: Config.Config<A>): Effect.Effect<A, UsageError> =>
  Effect.mapError(config, (error) => new UsageError({ message: `An environment variable is wrong: ${String(error)}` }))

/** None where it is not set. */
export const text = (name: string): Config.Config<Option.Option<string>> => Config.option(Config.nonEmptyString(name))

/** An option for which a variable may stand. What the command line says counts before what the environment says. */
export interface Setting<A> {
  readonly option: Options.Options<Effect.Effect<A, UsageError>>
  /** For commands that have no such option. */
  readonly unsaid: Effect.Effect<A, UsageError>
}

const make = <Said, A>(
  option: Options.Options<Said>,
  unsaid: Said,
  read: (said: Said) => Config.Config<A>
): Setting<A> => ({
  option: Options.map(option, (said) => fromConfig(read(said))),
  unsaid: fromConfig(read(unsaid))
})

/** None where neither says anything. */
export const setting = <A>(option: Options.Options<A>, variable: Config.Config<A>): Setting<Option.Option<A>> =>
  make(Options.optional(option), Option.none(), (said) =>
    Config.map(Config.option(variable), (standIn) => Option.orElse(said, () => standIn))
  )

/** An option that may be given several times; in the variable there are commas between the texts. */
export const severalSetting = (option: Options.Options<string>, variable: string): Setting<ReadonlyArray<string>> =>
  make<ReadonlyArray<string>, ReadonlyArray<string>>(Options.repeated(option), [], (said) =>
    Config.array(Config.nonEmptyString(), variable).pipe(
      Config.withDefault<ReadonlyArray<string>>([]),
      Config.map((standIn) => (said.length > 0 ? said : standIn))
    )
  )

export const flagSetting = (option: Options.Options<boolean>, variable: string): Setting<boolean> =>
  make(option, false, (said) =>
    Config.map(Config.withDefault(Config.boolean(variable), false), (standIn) => said || standIn)
  )

/** So many characters a secret or a token has at the least. */
export const shortestSecret = 16

/** None where it is not set. */
export const secretVariable = (name: string): Effect.Effect<Option.Option<Redacted.Redacted<string>>, UsageError> =>
  Effect.filterOrFail(
    fromConfig(Config.option(Config.redacted(Config.nonEmptyString(name)))),
    (given) => Option.isNone(given) || Redacted.value(given.value).length >= shortestSecret,
    () => new UsageError({ message: `${name} is too short: it needs ${shortestSecret} characters or more.` })
  )
