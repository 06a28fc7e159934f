/** The cluster stands on any SqlClient: over SQLite it is one of one process. */
import { SqlClient } from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as ConductorCluster from "../../src/ConductorCluster.js"
import * as Mock from "../../src/Mock.js"
import { Owners } from "../../src/Owners.js"
import type { Core } from "../../src/Provider.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import { until } from "../support/until.js"

/** A cluster of this process alone, over its database. */
const alone = <E, R>(crowd: Layer.Layer<Core | Mock.Mock, E, R>) =>
  Effect.gen(function* () {
    const database = yield* Layer.build(SqliteClient.layer({ filename: ":memory:" }))
    const cluster = ConductorCluster.layer().pipe(
      Layer.provide(Layer.succeedContext(database)),
      Layer.provideMerge(crowd)
    )
    const context = yield* Layer.build(cluster)
    return { sql: Context.get(database, SqlClient), context, ...Context.get(context, Owners) }
  })

it.scopedLive("conducts what is launched, over SQLite", () =>
  Effect.gen(function* () {
    const { address, context, owned, ownersOf } = yield* alone(Mock.layer())
    yield* Effect.gen(function* () {
      const { id } = yield* kit.launched({ rows: 1 })
      yield* until("it is conducted", owned, (runs) => runs.includes(id))
      expect(yield* ownersOf([id])).toEqual(new Map([[id, address]]))
      yield* (yield* Units).expireAll(id)
      yield* until("it is over", owned, (runs) => runs.length === 0)
      yield* (yield* TaskRuns).relaunch(id)
      yield* until("it is conducted again", owned, (runs) => runs.includes(id))
    }).pipe(Effect.provide(context))
  })
)

/** The runs of which the first look for undecided ones meets a bug. */
const broken = Layer.effect(
  TaskRuns,
  Effect.map(TaskRuns, (runs) => {
    let looks = 0
    const undecided = Stream.suspend(() => (looks++ === 0 ? Stream.die("broken") : runs.undecided))
    return { ...runs, undecided }
  })
)

it.scopedLive("goes on looking for runs after a bug", () =>
  Effect.gen(function* () {
    const { context, owned } = yield* alone(Layer.provideMerge(broken, Mock.layer()))
    const { id } = yield* Effect.provide(kit.launched({ rows: 1 }), context)
    yield* until("it is conducted", owned, (runs) => runs.includes(id))
  })
)

it.scopedLive("goes on with a run that somebody who can reach the cluster has interrupted", () =>
  Effect.gen(function* () {
    const { context, owned, sql } = yield* alone(Mock.layer())
    const { id } = yield* Effect.provide(kit.launched({ rows: 1 }), context)
    yield* until("it is conducted", owned, (runs) => runs.includes(id))
    yield* sql`
      INSERT INTO crowd_cluster_mock_test_messages (id, shard_id, entity_type, entity_id, kind, request_id)
      SELECT id + 1, shard_id, entity_type, entity_id, 2, id FROM crowd_cluster_mock_test_messages`
    const read = sql`SELECT id FROM crowd_cluster_mock_test_messages WHERE kind = 2 AND last_read IS NOT NULL`
    yield* until("the interruption is read", read, (rows) => rows.length === 1)
    yield* until("it is conducted again", owned, (runs) => runs.includes(id))
    expect(yield* sql`SELECT id FROM crowd_cluster_mock_test_replies`).toEqual([])
    yield* Effect.provide(
      Effect.flatMap(Units, ({ expireAll }) => expireAll(id)),
      context
    )
    yield* until("it is over", owned, (runs) => runs.length === 0)
  })
)
