/** The global options, and what follows from them: which crowd, which database, text or JSON. */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { InvalidSetting, StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import type * as Local from "../Local.js"
import * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import * as Database from "./Database.js"
import { fromConfig } from "./environment.js"
import { UsageError } from "./failure.js"
import * as providers from "./providers.js"

export interface Service {
  readonly provider: providers.Entry
  /** Whether the provider was asked for by name. */
  readonly isNamed: boolean
  readonly database: Database.Database
  readonly json: boolean
  readonly terms: providers.Terms
}

export class Session extends Context.Tag("effect-crowd/cli/Session")<Session, Service>() {}

const findProvider = (name: string) => {
  const found = providers.named(name)
  const known = providers.all.map((entry) => entry.name).join(", ")
  return found === undefined
    ? Effect.fail(ValidationError.invalidValue(HelpDoc.p(`There is no provider "${name}"; there is: ${known}`)))
    : Effect.succeed(found)
}

export const options = {
  provider: Options.text("provider").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(
      `The crowd: ${providers.all.map(({ name }) => name).join(", ")}; by default that of the run, and ${providers.byDefault.name} for a new one`
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
  questionUrl: Config.option(Config.nonEmptyString("CROWD_QUESTION_URL")),
  fees: Config.literal("amazon", "none")("CROWD_FEES").pipe(Config.withDefault("amazon" as const))
})

/** Nobody shall believe that they work with real money where there is none. */
const checkLive = ({ provider, terms }: Service): Effect.Effect<void, UsageError> =>
  terms.live && !provider.hasLive
    ? new UsageError({ message: `${provider.name} has no live mode: nothing it does is real. Leave --live out.` })
    : Effect.void

const settle = (after: Given, fallback: providers.Entry): Effect.Effect<Service, UsageError, Before> =>
  Effect.gen(function* () {
    const given = merge(yield* Before, after)
    const { fees, questionUrl } = yield* fromConfig(variables)
    const database = yield* Database.fromText(Option.isSome(given.db) ? given.db.value : yield* fromConfig(dbFromEnv))
    return {
      provider: Option.getOrElse(given.provider, () => fallback),
      isNamed: Option.isSome(given.provider),
      database,
      json: given.json,
      terms: {
        live: given.live,
        questionUrl: Option.orElse(given.questionUrl, () => questionUrl),
        fees: Option.getOrElse(given.fees, () => fees)
      }
    }
  })

/** Runs a command's work with what was asked for; needs neither crowd nor database yet. */
export const withSession = <A, E, R>(given: Given, work: Effect.Effect<A, E, R>, fallback = providers.byDefault) =>
  settle(given, fallback).pipe(
    Effect.tap(checkLive),
    Effect.flatMap((session) => Effect.provideService(work, Session, session))
  )

const words: Partial<Record<string, string>> = {
  proxies: "--proxy",
  allow: "--allow",
  deny: "--deny",
  host: "--question-url"
}

/** A setting that makes no sense, in the words of the command line. */
export const wrongSetting =
  ({ terms }: Service) =>
  ({ description, setting, value }: InvalidSetting) => {
    const advice =
      !terms.live && /\bproduction\b/.test(description) ? " Real money has to be asked for, with --live." : ""
    return new UsageError({
      message: `${words[setting] ?? setting} ${value} makes no sense: ${description}.${advice}`
    })
  }

/** Runs work with the crowd of the session, over the store of the environment. */
export const overCrowd = <A, E, R>(work: Effect.Effect<A, E, R>, people: Local.Options = {}) =>
  Effect.flatMap(Session, (session) => {
    const toUsage = wrongSetting(session)
    const crowd = session.provider.layer(people, session.terms)
    return Effect.provide(
      work,
      Layer.mapError(crowd, (error) => (error._tag === "InvalidSetting" ? toUsage(error) : error))
    )
  })

/** Runs work with the database of the session. */
export const overStore = <A, E, R>(
  absence: Database.Absence,
  work: Effect.Effect<A, E, R>,
  durability?: providers.Entry["durability"]
) =>
  Effect.flatMap(Session, ({ database, provider }) =>
    Effect.provide(work, Database.layer(database, absence, durability ?? provider.durability))
  )

/** Runs work with the crowd and the database of the session. */
export const overDatabase = <A, E, R>(absence: Database.Absence, work: Effect.Effect<A, E, R>) =>
  overStore(absence, overCrowd(work))

/** The crowd that the run was launched to; without a run, that of the newest. */
const launchedTo = (
  run: Option.Option<RunId>
): Effect.Effect<Option.Option<providers.Entry>, StoreError, Store.Store> =>
  Effect.gen(function* () {
    const store = yield* Store.Store
    const found = Option.isSome(run)
      ? yield* store.get(tables.runs, run.value)
      : Option.fromNullable((yield* store.page(tables.runs, { where: {}, reverse: true, limit: 1 }))[0])
    return Option.flatMapNullable(found, ({ provider }) => providers.named(provider))
  })

/** Where no crowd was named, it is the run's. */
const withItsCrowd = <A, E, R>(run: Option.Option<RunId>, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const session = yield* Session
    const found = session.isNamed ? Option.none() : yield* launchedTo(run)
    const its = { ...session, provider: Option.getOrElse(found, () => session.provider) }
    yield* checkLive(its)
    return yield* Effect.provideService(overCrowd(work), Session, its)
  })

/** A command over a run that must be in the database. Whose run it is, only the database knows: it is kept in full. */
export const withCrowd = <A, E, R>(
  given: Given & { readonly run?: RunId | Option.Option<RunId> },
  work: Effect.Effect<A, E, R>
) => {
  const { run } = given
  const named = Option.isOption(run) ? run : Option.fromNullable(run)
  return Effect.flatMap(settle(given, providers.byDefault), (session) =>
    Effect.provideService(overStore("miss", withItsCrowd(named, work), "full"), Session, session)
  )
}
