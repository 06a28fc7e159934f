/**
 * Several processes over one database share the runs of a crowd between them: each run is conducted by one of them, and
 * by another one within ten seconds after that one was killed or froze. It stands on `@effect/cluster`, and needs Node.
 *
 * The processes notify each other over a port that has no password: whoever reaches it can have runs conducted and stop
 * that, so keep it private. It binds to `host` alone.
 *
 * @since 0.1.0
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Needs } from "./Conductor.js"
import type { InvalidSetting, StoreError } from "./CrowdError.js"
import * as Address from "./conductor-cluster/address.js"
import * as connection from "./conductor-cluster/connection.js"
import * as discovery from "./conductor-cluster/discovery.js"
import * as engine from "./conductor-cluster/engine.js"
import * as members from "./conductor-cluster/members.js"
import type { Options } from "./conductor-cluster/options.js"
import * as owners from "./conductor-cluster/owners.js"
import * as Renewal from "./conductor-cluster/renewal.js"
import * as runEntity from "./conductor-cluster/runEntity.js"
import { prefixOf } from "./conductor-cluster/tables.js"
import { Owners } from "./Owners.js"
import { Provider } from "./Provider.js"
import { fromDriver } from "./store/sql/sqlErrors.js"

export type { ClientOptions } from "./conductor-cluster/connection.js"
export type { Options } from "./conductor-cluster/options.js"

const toStoreError = (error: InvalidSetting | SqlError): InvalidSetting | StoreError =>
  error._tag === "SqlError" ? fromDriver("the database", "join the cluster", error) : error

/** The process joins first, and leaves last: runs are handed over before its address is free. */
const joined = (options: Options) =>
  Effect.gen(function* () {
    const { mode, provider } = yield* Provider
    const prefix = prefixOf(provider, mode)
    const { address, server } = yield* Address.listen(options)
    yield* engine.prepare(prefix, address)
    const process = crypto.randomUUID()
    const lost = yield* members.join(prefix, { address, process, shards: engine.shards })
    return { prefix, address, server, lost, renewal: yield* Renewal.make, conducting: yield* runEntity.makeConducting }
  })

/**
 * What to make the cluster's client of Postgres with. A connection that dies without a word is given up after three
 * seconds; by itself, the system does so after a quarter of an hour, and for as long this process conducts nothing.
 *
 * @since 0.1.0
 * @category constants
 */
export const clientOptions: connection.ClientOptions = connection.clientOptions

/**
 * Conducts the crowd's runs together with all other processes that have this layer over the same database: those also
 * that processes without it launch. Where it ends, its runs are handed over first.
 *
 * Give it a client of its own beside the store's, made with `clientOptions`: a store that is busy must not keep it from
 * renewing its locks, nor a connection that is dead. One that you make otherwise has three connections or more.
 *
 * @example
 * import { PgClient } from "@effect/sql-pg"
 * import * as ConductorCluster from "effect-crowd/ConductorCluster"
 * import * as Local from "effect-crowd/Local"
 * import * as SqlStore from "effect-crowd/store/SqlStore"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const url = Redacted.make("postgres://localhost/crowd")
 * const crowd = Local.layer().pipe(Layer.provide(SqlStore.layer), Layer.provide(PgClient.layer({ url })))
 * const database = PgClient.layer({ url, ...ConductorCluster.clientOptions })
 *
 * export const conducted = ConductorCluster.layer({ host: "10.0.0.5" }).pipe(
 *   Layer.provide(database),
 *   Layer.provideMerge(crowd)
 * )
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<Owners, InvalidSetting | StoreError, SqlClient.SqlClient | Needs | Provider> =>
  Layer.unwrapScoped(
    Effect.map(joined(options), (joined) =>
      Layer.effect(Owners, owners.make(joined.prefix, Address.toText(joined.address), joined.conducting)).pipe(
        Layer.provideMerge(Layer.merge(runEntity.layer(joined, options), discovery.layer)),
        Layer.provide(engine.layer(joined))
      )
    )
  ).pipe(Layer.mapError(toStoreError))

/**
 * The same from configuration.
 *
 * @example
 * import * as ConductorCluster from "effect-crowd/ConductorCluster"
 * import * as Config from "effect/Config"
 *
 * ConductorCluster.layerConfig({ host: Config.string("CROWD_CLUSTER_HOST") })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<Owners, InvalidSetting | StoreError | ConfigError, SqlClient.SqlClient | Needs | Provider> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))
