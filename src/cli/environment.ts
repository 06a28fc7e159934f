/** Variables that stand in for options: read, or told what is wrong with them. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { UsageError } from "./failure.js"

export const fromConfig = <A>(config: Config.Config<A>): Effect.Effect<A, UsageError> =>
  Effect.mapError(config, (error) => new UsageError({ message: `An environment variable is wrong: ${String(error)}` }))

/** None where it is not set. */
export const text = (name: string): Config.Config<Option.Option<string>> => Config.option(Config.nonEmptyString(name))

/** Texts with commas between them. */
export const list = (name: string): Config.Config<ReadonlyArray<string>> =>
  Config.array(Config.nonEmptyString(), name).pipe(Config.withDefault<ReadonlyArray<string>>([]))

export const flag = (name: string): Config.Config<boolean> => Config.withDefault(Config.boolean(name), false)

/** So many characters a secret or a token has at the least. */
export const shortestSecret = 16

/** None where it is not set. */
export const secretVariable = (name: string): Effect.Effect<Option.Option<Redacted.Redacted<string>>, UsageError> =>
  Effect.filterOrFail(
    fromConfig(Config.option(Config.redacted(name))),
    (given) => Option.isNone(given) || Redacted.value(given.value).length >= shortestSecret,
    () => new UsageError({ message: `${name} is too short: it needs ${shortestSecret} characters or more.` })
  )
