/** The options of all commands: which crowd, which database, text or JSON. */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Database from "./Database.js"
import { fromConfig, text } from "./environment.js"
import type { UsageError } from "./failure.js"
import type { Terms } from "./mturk.js"
import * as providers from "./providers.js"

const findProvider = (name: string) =>
  Effect.mapError(Effect.fromNullable(providers.named(name)), () =>
    ValidationError.invalidValue(HelpDoc.p(providers.unknown(name)))
  )

export const globalOptions = {
  provider: Options.text("provider").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(
      `The crowd: ${providers.all.map(({ name }) => name).join(", ")}; by default that of the run; for a new one, the variable CROWD_PROVIDER names it too`
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
    Options.withDescription("Work with real money, where the provider has a test mode")
  ),
  questionUrl: Options.text("question-url").pipe(
    Options.withPseudoName("URL"),
    Options.withDescription(
      "mturk: the https address of your own page that serves the tasks (or CROWD_QUESTION_URL); by default each page is sent along"
    ),
    Options.optional
  ),
  fees: Options.choice("fees", ["amazon", "none"]).pipe(
    Options.withDescription("mturk: what the service takes on top of each payment (or CROWD_FEES); amazon by default"),
    Options.optional
  )
}

export interface Given {
  readonly provider: Option.Option<providers.Entry>
  readonly db: Option.Option<string>
  readonly json: boolean
  readonly live: boolean
  readonly questionUrl: Option.Option<string>
  readonly fees: Option.Option<"amazon" | "none">
}

/** Global options are taken before the name of the command as well as after it; the later one counts. */
const merge = (before: Given, after: Given): Given => ({
  provider: Option.orElse(after.provider, () => before.provider),
  db: Option.orElse(after.db, () => before.db),
  json: before.json || after.json,
  live: before.live || after.live,
  questionUrl: Option.orElse(after.questionUrl, () => before.questionUrl),
  fees: Option.orElse(after.fees, () => before.fees)
})

/** The options given before the name of the command. */
export class Before extends Context.Tag("effect-crowd/cli/Before")<Before, Given>() {}

const dbFromEnv = Config.nonEmptyString("CROWD_DB").pipe(Config.withDefault("crowd.db"))

const variables = Config.all({
  questionUrl: text("CROWD_QUESTION_URL"),
  fees: Config.literal("amazon", "none")("CROWD_FEES").pipe(Config.withDefault("amazon" as const))
})

/** What was asked for. */
export interface Asked {
  /** The crowd, if it was asked for by name. */
  readonly named: Option.Option<providers.Entry>
  readonly database: Database.Database
  readonly json: boolean
  readonly terms: Terms
}

/** With the options before the name of the command, and with variables where there is no option. */
export const settle = (after: Given): Effect.Effect<Asked, UsageError, Before> =>
  Effect.gen(function* () {
    const given = merge(yield* Before, after)
    const { fees, questionUrl } = yield* fromConfig(variables)
    const database = yield* Database.fromText(Option.isSome(given.db) ? given.db.value : yield* fromConfig(dbFromEnv))
    return {
      named: given.provider,
      database,
      json: given.json,
      terms: {
        live: given.live,
        questionUrl: Option.orElse(given.questionUrl, () => questionUrl),
        fees: Option.getOrElse(given.fees, () => fees)
      }
    }
  })
