/** The options of all commands: which crowd, which database, text or JSON. */
import type * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Database from "./Database.js"
import { fromConfig } from "./environment.js"
import type { UsageError } from "./failure.js"
import * as providers from "./providers.js"
import * as terms from "./terms.js"

const findProvider = (name: string) =>
  Effect.mapError(Effect.fromNullable(providers.named(name)), () =>
    ValidationError.invalidValue(HelpDoc.p(providers.unknown(name)))
  )

export const globalOptions = {
  provider: Options.text("provider").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(
      `The crowd: ${providers.all.map(({ name }) => name).join(", ")}; by default that of the run; of a new one, CROWD_PROVIDER names it too`
    ),
    Options.mapEffect(findProvider),
    Options.optional
  ),
  db: Options.text("db").pipe(
    Options.withPseudoName("FILE"),
    Options.withDescription(
      "The SQLite file that remembers everything (crowd.db by default; or the variable CROWD_DB), or postgres://…"
    ),
    Options.optional
  ),
  json: Options.boolean("json").pipe(Options.withDescription("Print one JSON object instead of text")),
  live: Options.boolean("live").pipe(
    Options.withDescription(
      "Work with real money, where the provider can do without: on prolific, publish what is else a draft"
    )
  ),
  ...terms.options
}

export type Given = Command.Command.ParseConfig<typeof globalOptions>

/** Global options are taken before the name of the command as well as after it; the later one counts. */
const merge = (before: Given, after: Given): Given => ({
  provider: Option.orElse(after.provider, () => before.provider),
  db: Option.orElse(after.db, () => before.db),
  json: before.json || after.json,
  live: before.live || after.live,
  ...terms.merge(before, after)
})

/** The options given before the name of the command. */
export class Before extends Context.Tag("effect-crowd/cli/Before")<Before, Given>() {}

const dbFromEnv = Config.nonEmptyString("CROWD_DB").pipe(Config.withDefault("crowd.db"))

/** What was asked for. */
export interface Asked {
  /** The crowd, if it was asked for by name. */
  readonly named: Option.Option<providers.Entry>
  readonly database: Database.Database
  readonly json: boolean
  readonly terms: terms.Terms
}

/** With the options before the name of the command, and with variables where there is no option. */
export const settle = (after: Given): Effect.Effect<Asked, UsageError, Before> =>
  Effect.gen(function* () {
    const given = merge(yield* Before, after)
    const database = yield* Database.fromText(Option.isSome(given.db) ? given.db.value : yield* fromConfig(dbFromEnv))
    return {
      named: given.provider,
      database,
      json: given.json,
      terms: { live: given.live, ...(yield* terms.settle(given)) }
    }
  })
