/** The global options, and what follows from them: which crowd, which database, text or JSON. */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import * as Store from "../Store.js"
import * as SqliteStore from "../store/SqliteStore.js"
import { DatabaseNotFound, UsageError } from "./failure.js"
import * as providers from "./providers.js"

export interface Service {
  readonly provider: providers.Entry
  readonly db: string
  readonly json: boolean
}

export class Session extends Context.Tag("effect-crowd/cli/Session")<Session, Service>() {}

const findProvider = (name: string) => {
  const found = providers.all.find((entry) => entry.name === name)
  const known = providers.all.map((entry) => entry.name).join(", ")
  return found === undefined
    ? Effect.fail(ValidationError.invalidValue(HelpDoc.p(`There is no provider "${name}"; there is: ${known}`)))
    : Effect.succeed(found)
}

export const options = {
  provider: Options.text("provider").pipe(
    Options.withPseudoName("NAME"),
    Options.withDescription(
      `The crowd: ${providers.all.map(({ name }) => name).join(", ")} (${providers.byDefault.name} by default)`
    ),
    Options.mapEffect(findProvider),
    Options.optional
  ),
  db: Options.text("db").pipe(
    Options.withPseudoName("FILE"),
    Options.withDescription(
      "The SQLite file that remembers everything (crowd.db by default; or the variable CROWD_DB)"
    ),
    Options.optional
  ),
  json: Options.boolean("json").pipe(Options.withDescription("Print one JSON object instead of text")),
  live: Options.boolean("live").pipe(
    Options.withDescription("Work with real money, where the provider has a test mode")
  )
}

export interface Given {
  readonly provider: Option.Option<providers.Entry>
  readonly db: Option.Option<string>
  readonly json: boolean
  readonly live: boolean
}

/** Global options are taken before the name of the command as well as after it; the later one counts. */
const merge = (before: Given, after: Given): Given => ({
  provider: Option.orElse(after.provider, () => before.provider),
  db: Option.orElse(after.db, () => before.db),
  json: before.json || after.json,
  live: before.live || after.live
})

/** The options given before the name of the command. */
export class Before extends Context.Tag("effect-crowd/cli/Before")<Before, Given>() {}

const dbFromEnv = Config.nonEmptyString("CROWD_DB").pipe(Config.withDefault("crowd.db"))

const busyTimeout = Config.duration("CROWD_BUSY_TIMEOUT").pipe(Config.withDefault(Duration.seconds(5)))

const fromConfig = <A>(config: Config.Config<A>): Effect.Effect<A, UsageError> =>
  Effect.mapError(config, (error) => new UsageError({ message: `An environment variable is wrong: ${String(error)}` }))

const settle = (after: Given): Effect.Effect<Service, UsageError, Before> =>
  Effect.gen(function* () {
    const given = merge(yield* Before, after)
    const provider = Option.getOrElse(given.provider, () => providers.byDefault)
    if (given.live && !provider.hasLive) {
      return yield* new UsageError({
        message: `${provider.name} has no live mode: nothing it does is real. Leave --live out.`
      })
    }
    const db = Option.isSome(given.db) ? given.db.value : yield* fromConfig(dbFromEnv)
    if (db === "") return yield* new UsageError({ message: "--db is empty; name a file." })
    return { provider, db, json: given.json }
  })

/** What happens when the database is not there: it is made, it is missed, or one in memory stands in for it. */
type Absence = "make" | "miss" | "pretend"

const storeLayer = (
  { db, provider }: Service,
  absence: Absence
): Layer.Layer<Store.Store, StoreError | UsageError | DatabaseNotFound, FileSystem.FileSystem> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const isThere = yield* Effect.orElseSucceed(fs.exists(db), () => true)
      if (!isThere && absence === "miss") return yield* new DatabaseNotFound({ path: db })
      if (!isThere && absence === "pretend") return Store.layerMemory
      return SqliteStore.layer({
        filename: db,
        durability: provider.durability,
        busyTimeout: yield* fromConfig(busyTimeout)
      })
    })
  )

/** Runs a command's work with what was asked for; needs neither crowd nor database yet. */
export const withSession = <A, E, R>(given: Given, work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(settle(given), (session) => Effect.provideService(work, Session, session))

/** Runs work with the crowd and the database of the session. */
export const overDatabase = <A, E, R>(absence: Absence, work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Session, (session) =>
    Effect.provide(work, Layer.provideMerge(session.provider.layer, storeLayer(session, absence)))
  )

/** A command over a run that must be in the database. */
export const withCrowd = <A, E, R>(given: Given, work: Effect.Effect<A, E, R>) =>
  withSession(given, overDatabase("miss", work))
