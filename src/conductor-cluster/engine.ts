/** Effect's cluster engine, set up for runs over one database. */
import { PersistenceError } from "@effect/cluster/ClusterError"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import { RunnerStorage } from "@effect/cluster/RunnerStorage"
import type { ShardId } from "@effect/cluster/ShardId"
import type { Sharding } from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SocketRunner from "@effect/cluster/SocketRunner"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import * as SocketServer from "@effect/platform/SocketServer"
import { layerClientProtocol } from "@effect/platform-node/NodeClusterSocket"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type { Address } from "./address.js"
import { farewell } from "./connection.js"
import * as members from "./members.js"
import { readAgain } from "./messages.js"
import type { Renewal } from "./renewal.js"
import { oneAtATime } from "./tables.js"
import * as timings from "./timings.js"

/**
 * Runs are spread over so many parts, each of which is one process's. All processes of a cluster have to have the same.
 * Each is a row that its owner writes at every refresh, so there are no more of them than even shares need.
 */
export const shards = 64

/**
 * Shards are locked by rows and not by advisory locks, which all clusters of a database would share, and which a frozen
 * process keeps for as long as its connection stays open.
 */
const configOf = ({ host, port }: Address): Partial<ShardingConfig.ShardingConfig["Type"]> => ({
  runnerAddress: Option.some(RunnerAddress.make(host, port)),
  shardsPerGroup: shards,
  shardLockDisableAdvisory: true,
  shardLockExpiration: timings.lockExpires,
  shardLockRefreshInterval: timings.refresh,
  refreshAssignmentsInterval: timings.lookAround,
  entityMessagePollInterval: timings.poll,
  entityTerminationTimeout: timings.handOver,
  simulateRemoteSerialization: false
})

/**
 * What has lost its address renews no lock and gives none back, for they are another process's now. One after the other,
 * because all of them use one connection.
 */
const whileMember = ({ lost, renewal }: Pick<Joined, "lost" | "renewal">) =>
  Layer.effect(
    RunnerStorage,
    Effect.zipWith(RunnerStorage, Effect.makeSemaphore(1), (storage, turn) => {
      const gone = new PersistenceError({ cause: new Error("this process has lost its address") })
      const ours = <A>(effect: Effect.Effect<A, PersistenceError>) =>
        turn.withPermits(1)(
          Effect.flatMap(Ref.get(lost), (lost): Effect.Effect<A, PersistenceError> => (lost ? gone : effect))
        )
      const renewing = (effect: Effect.Effect<Array<ShardId>, PersistenceError>) =>
        Effect.flatMap(Clock.currentTimeMillis, (begun) =>
          Effect.tap(ours(effect), (held) => renewal.renewed(begun, held))
        )
      const leaving = (effect: Effect.Effect<void, PersistenceError>) =>
        Effect.catchTag(farewell(ours(effect)), "TimeoutException", (cause) => new PersistenceError({ cause }))
      return RunnerStorage.of({
        ...storage,
        register: (runner, healthy) => ours(storage.register(runner, healthy)),
        unregister: (address) => leaving(storage.unregister(address)),
        acquire: (address, shards) => renewing(storage.acquire(address, shards)),
        refresh: (address, shards) => renewing(storage.refresh(address, shards)),
        release: (address, shard) => leaving(storage.release(address, shard)),
        releaseAll: (address) => leaving(storage.releaseAll(address))
      })
    })
  )

/** Makes what the cluster needs in the database, where it is not there yet. */
export const prepare = (prefix: string, address: Address): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  oneAtATime(
    prefix,
    Effect.zipRight(
      members.createTable(prefix),
      Effect.scoped(
        Effect.zipRight(
          Layer.build(SqlMessageStorage.layerWith({ prefix })),
          Layer.build(SqlRunnerStorage.layerWith({ prefix }))
        )
      )
    )
  ).pipe(Effect.provide(ShardingConfig.layer(configOf(address))))

export interface Joined {
  readonly prefix: string
  readonly address: Address
  readonly server: SocketServer.SocketServer["Type"]
  readonly lost: Ref.Ref<boolean>
  readonly renewal: Renewal
}

/**
 * Of what the engine tells, only errors, and of these one line each: it warns each second of a database that is away, and
 * of itself when it ends. Not what is told by the work that it runs.
 */
const quiet = <A>(logger: Logger.Logger<unknown, A>): Logger.Logger<unknown, A | undefined> =>
  Logger.make((entry) => {
    if (!HashMap.has(entry.annotations, "package")) return logger.log(entry)
    return LogLevel.lessThan(entry.logLevel, LogLevel.Error) ? undefined : logger.log({ ...entry, cause: Cause.empty })
  })

/** The heartbeats in the database say who is alive: whoever works there is, reached by the others or not. */
export const layer = ({
  address,
  lost,
  prefix,
  renewal,
  server
}: Joined): Layer.Layer<Sharding, SqlError, SqlClient.SqlClient> =>
  SocketRunner.layer.pipe(
    Layer.provide([Layer.succeed(SocketServer.SocketServer, server), layerClientProtocol, RunnerHealth.layerNoop]),
    Layer.provide(Layer.provide(readAgain, SqlMessageStorage.layerWith({ prefix }))),
    Layer.provide(Layer.provide(whileMember({ lost, renewal }), SqlRunnerStorage.layerWith({ prefix }))),
    Layer.provide([ShardingConfig.layer(configOf(address)), RpcSerialization.layerNdjson]),
    Layer.locallyWith(FiberRef.currentLoggers, HashSet.map(quiet))
  )
