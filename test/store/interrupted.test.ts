/** What becomes of statements that are under way when nobody waits for them any more. */
import * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Store } from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import { until } from "../support/until.js"

/** As many as there are connections, so that there is none to cancel by. */
const connections = 2

/** How many statements wait for a lock. */
const waiting = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
)

it.scopedLive("reads of which all connections are full are let go at once, and leave the store as it was", () =>
  Effect.gen(function* () {
    const url = yield* postgres.url
    const other = yield* Layer.build(postgres.clientAt(url, 2))
    yield* Effect.gen(function* () {
      const store = yield* Store
      yield* store.put(tables.data, [{ id: "a", provider: "p", value: 1 }])
      const [held, done] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const lock = Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql.withTransaction(
          sql`LOCK TABLE crowd_data IN ACCESS EXCLUSIVE MODE`.pipe(
            Effect.zipRight(Deferred.succeed(held, undefined)),
            Effect.zipRight(Deferred.await(done))
          )
        )
      )
      const locking = yield* Effect.fork(Effect.provide(lock, other))
      yield* Deferred.await(held)
      const reads = yield* Effect.replicateEffect(Effect.fork(store.get(tables.data, "a")), connections)
      yield* until("they wait", Effect.provide(waiting, other), (all) => all.length === connections)
      const [time] = yield* Effect.timed(Fiber.interruptAll(reads))
      expect(Duration.toSeconds(time)).toBeLessThan(2)
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(locking)
      expect(Option.map(yield* store.get(tables.data, "a"), ({ value }) => value)).toEqual(Option.some(1))
    }).pipe(Effect.provide(storeAt(url, connections)))
  })
)
