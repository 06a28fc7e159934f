/** Which process has which run. */
import * as EntityId from "@effect/cluster/EntityId"
import { Sharding } from "@effect/cluster/Sharding"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type { RunId } from "../Ids.js"
import type * as Owners from "../Owners.js"
import { fromDriver } from "../store/sql/sqlErrors.js"
import { type Conducting, Run } from "./runEntity.js"
import * as timings from "./timings.js"

interface Lock {
  readonly shard_id: string
  readonly address: string
}

/** The locks that have not ended; as long as they last, nobody else has these shards. */
const locksOf = (prefix: string) =>
  Effect.map(SqlClient.SqlClient, (client) => {
    const sql = client.withoutTransforms()
    const seconds = sql.literal(String(Math.ceil(Duration.toSeconds(timings.lockExpires))))
    const oldest = sql.onDialectOrElse({
      pg: () => sql`NOW() - INTERVAL '${seconds} seconds'`,
      orElse: () => sql`datetime(CURRENT_TIMESTAMP, '-${seconds} seconds')`
    })
    return sql<Lock>`SELECT shard_id, address FROM ${sql(`${prefix}_locks`)} WHERE acquired_at >= ${oldest}`
  })

export const make = (
  prefix: string,
  address: string,
  conducting: Conducting
): Effect.Effect<Owners.Service, never, SqlClient.SqlClient | Sharding> =>
  Effect.gen(function* () {
    const locks = yield* locksOf(prefix)
    const sharding = yield* Sharding
    const shardOf = (run: RunId): string => {
      const id = EntityId.make(run)
      return sharding.getShardId(id, Run.getShardGroup(id)).toString()
    }
    return {
      address,
      owned: Effect.map(Ref.get(conducting), (runs) => [...runs.keys()]),
      ownersOf: (runs) =>
        Effect.mapBoth(locks, {
          onFailure: (error) => fromDriver("the database", "owners of runs", error),
          onSuccess: (locks) => {
            const holders = new Map(locks.map(({ address, shard_id }) => [shard_id, address]))
            return new Map(
              runs.flatMap((run) => {
                const holder = holders.get(shardOf(run))
                return holder === undefined ? [] : [[run, holder] as const]
              })
            )
          }
        })
    }
  })
