/** Processes over one Postgres share the runs between them. */
import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { InvalidSetting, StoreError } from "../CrowdError.js"
import * as Owners from "../Owners.js"
import type { Core } from "../Provider.js"
import { conductEveryRun } from "./conductEveryRun.js"
import { setting } from "./environment.js"
import { type PackageMissing, UsageError } from "./failure.js"
import * as optionalPackages from "./optionalPackages.js"
import { Session } from "./Session.js"

export const options = {
  clusterHost: setting(
    Options.text("cluster-host").pipe(
      Options.withPseudoName("ADDRESS"),
      Options.withDescription(
        "On Postgres: by which address the processes that share the runs reach this one, 127.0.0.1 by default; keep its port private"
      )
    ),
    Config.nonEmptyString("CROWD_CLUSTER_HOST")
  ).option,
  clusterPort: setting(
    Options.integer("cluster-port").pipe(
      Options.withPseudoName("N"),
      Options.withDescription("The port for that, by default the first free one from 34431")
    ),
    Config.integer("CROWD_CLUSTER_PORT")
  ).option
}

export type Given = Command.Command.ParseConfig<typeof options>

const words: Partial<Record<string, string>> = { host: "--cluster-host", port: "--cluster-port" }

const toUsage = ({ description, setting, value }: InvalidSetting) =>
  new UsageError({ message: `${words[setting] ?? setting} ${value} cannot be: ${description}.` })

/** Joins until the scope ends. None where the database is this process's alone. */
export const join = (
  given: Given
): Effect.Effect<
  Option.Option<Owners.Service>,
  UsageError | StoreError | PackageMissing,
  Session | Core | Scope.Scope
> =>
  Effect.gen(function* () {
    const { database } = yield* Session
    if (database._tag === "File") return Option.none()
    const { shown, url } = database
    const cluster = yield* optionalPackages.needed(() => import("./postgresCluster.js"), {
      names: ["@effect/cluster", "@effect/rpc"],
      neededBy: `Sharing the runs of ${shown}`
    })
    const host = Option.getOrUndefined(yield* given.clusterHost)
    const port = Option.getOrUndefined(yield* given.clusterPort)
    const joined = yield* Layer.build(cluster.layer(url, shown, { host, port })).pipe(
      Effect.catchTag("InvalidSetting", toUsage)
    )
    return Option.some(Context.get(joined, Owners.Owners))
  })

/** Does it where it can be asked which process conducts which run, if there are several. */
export const within = <A, E, R>(owners: Option.Option<Owners.Service>, work: Effect.Effect<A, E, R>) =>
  Option.match(owners, { onNone: () => work, onSome: (owners) => Effect.provideService(work, Owners.Owners, owners) })

/** Lets all runs of the crowd go on by themselves, without end: the cluster does, or else this process. */
export const conductRuns = (owners: Option.Option<Owners.Service>, options?: Parameters<typeof conductEveryRun>[0]) =>
  Option.isSome(owners) ? Effect.never : conductEveryRun(options)

/** For people: where the others reach this process. */
export const describe = (owners: Option.Option<Owners.Service>): ReadonlyArray<string> =>
  Option.match(owners, { onNone: () => [], onSome: ({ address }) => [`Cluster:   ${address}`] })
