/** What a command works with: the crowd and the database that follow from the options of all commands. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Batch } from "../Batch.js"
import * as BatchDirectory from "../batch/BatchDirectory.js"
import { type InvalidSetting, WorkerNotFound } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import type { TaskRun } from "../TaskRuns.js"
import * as Database from "./Database.js"
import { NoRunYet, UsageError } from "./failure.js"
import * as findCrowd from "./findCrowd.js"
import { type Asked, type Given, settle } from "./globalOptions.js"
import * as providers from "./providers.js"

export interface Service extends Asked {
  readonly provider: providers.Entry
}

export class Session extends Context.Tag("effect-crowd/cli/Session")<Session, Service>() {}

/** Nobody shall believe that they work with real money where there is none. */
const checkLive = ({ provider, terms }: Service): Effect.Effect<void, UsageError> =>
  terms.live && !provider.hasLive
    ? new UsageError({ message: `${provider.name} has no live mode: it moves no money. Leave --live out.` })
    : Effect.void

/** Runs work with that crowd. */
const withProvider = <A, E, R>(asked: Asked, provider: providers.Entry, work: Effect.Effect<A, E, R>) => {
  const session: Service = { ...asked, provider }
  return Effect.zipRight(checkLive(session), Effect.provideService(work, Session, session))
}

/** Runs a command's work with the crowd that was named, or else with the one it is about. */
export const withSession = <A, E, R>(given: Given, work: Effect.Effect<A, E, R>, fallback: providers.Entry) =>
  Effect.flatMap(settle(given), (asked) =>
    withProvider(
      asked,
      Option.getOrElse(asked.named, () => fallback),
      work
    )
  )

/** Runs work over a batch with the crowd that was named, or that its run is on; or else with the one chosen. */
export const withBatch = <A, E, R>(
  given: Given & { readonly batch: string },
  work: (batch: Batch, run: Option.Option<TaskRun>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const asked = yield* settle(given)
    yield* Effect.transposeMapOption(asked.named, (provider) => checkLive({ ...asked, provider }))
    const batch = yield* BatchDirectory.read(given.batch)
    const run = yield* Effect.provide(
      findCrowd.runOf(batch, asked.named),
      Database.layer(asked.database, "pretend", "full")
    )
    const known = Option.orElse(asked.named, () => Option.map(run, ({ provider }) => provider))
    const provider = Option.isSome(known)
      ? known.value
      : yield* findCrowd.chosen("Which crowd shall work on it?", providers.all, asked.json)
    return yield* withProvider(
      asked,
      provider,
      work(
        batch,
        Option.map(run, ({ found }) => found)
      )
    )
  })

const words: Partial<Record<string, string>> = {
  proxies: "--proxy",
  allow: "--allow",
  deny: "--deny",
  namesPerHour: "--names-per-hour",
  host: "--question-url",
  pages: "--url",
  workspace: "--workspace",
  project: "--project"
}

/** What nothing more is said of than what is wrong with it. */
const isSecret = (setting: string): boolean => setting === "token"

/** A setting that makes no sense, in the words of the command line. */
export const wrongSetting =
  ({ terms }: Service) =>
  ({ description, setting, value }: InvalidSetting) => {
    const advice =
      !terms.live && /\bproduction\b/.test(description) ? " Real money has to be asked for, with --live." : ""
    const message = `${words[setting] ?? setting} ${value} makes no sense: ${description}.${advice}`
    return new UsageError({ message: isSecret(setting) ? `${description}.` : message })
  }

/** Runs work with the crowd of the session, over the store of the environment. */
export const overCrowd = <A, E, R>(work: Effect.Effect<A, E, R>, visits: Partial<providers.Visits> = {}) =>
  Effect.flatMap(Session, (session) => {
    const toUsage = wrongSetting(session)
    const crowd = session.provider.layer({ people: {}, url: Option.none(), ...visits }, session.terms)
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
export const overDatabase = <A, E, R>(
  absence: Database.Absence,
  work: Effect.Effect<A, E, R>,
  visits?: Partial<providers.Visits>
) => overStore(absence, overCrowd(work, visits))

/**
 * Runs work over a database that must be there, with the crowd found in it. Whose run it is, only the database knows:
 * it is kept in full.
 */
const withFound = <A, E, R, E2, R2>(
  given: Given,
  find: (asked: Asked) => Effect.Effect<providers.Entry, E2, R2>,
  work: Effect.Effect<A, E, R>
) =>
  Effect.flatMap(settle(given), (asked) =>
    Effect.flatMap(find(asked), (provider) => withProvider(asked, provider, overCrowd(work))).pipe(
      Effect.provide(Database.layer(asked.database, "miss", "full"))
    )
  )

const newest = ({ database, named }: Asked) =>
  Effect.gen(function* () {
    const found = Option.isSome(named) ? named : yield* findCrowd.ofNewest
    return Option.isSome(found) ? found.value : yield* new NoRunYet({ path: Database.nameOf(database) })
  })

/** A command over a run: with its crowd; without a run, that of the newest. */
export const withCrowd = <A, E, R>(
  given: Given & { readonly run?: RunId | Option.Option<RunId> },
  work: Effect.Effect<A, E, R>
) => {
  const { run } = given
  const id = Option.isOption(run) ? run : Option.fromNullable(run)
  const find = (asked: Asked) =>
    Effect.gen(function* () {
      return Option.isSome(id) ? yield* findCrowd.ofRun(id.value, asked.named) : yield* newest(asked)
    })
  return withFound(given, find, work)
}

/** A command over a worker: with the crowd that was named, or that has them. */
export const withCrowdOf = <A, E, R>(given: Given & { readonly worker: string }, work: Effect.Effect<A, E, R>) =>
  withFound(
    given,
    ({ json, named }) =>
      Effect.gen(function* () {
        if (Option.isSome(named)) return named.value
        const { worker } = given
        const found = (yield* findCrowd.workersCalled(worker)).map(({ provider }) => provider)
        if (found.length === 0) return yield* new WorkerNotFound({ worker })
        return yield* findCrowd.chosen(`Several crowds have a worker ${worker}: whose is meant?`, found, json)
      }),
    work
  )

/** A command over a database that must be there, whatever its crowds are. */
export const withDatabase = <A, E, R>(given: Given, work: (asked: Asked) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(settle(given), (asked) => Effect.provide(work(asked), Database.layer(asked.database, "miss", "full")))
