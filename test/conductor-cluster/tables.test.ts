/** Each process that joins makes the cluster's tables where they are not there, one after the other. */
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as engine from "../../src/conductor-cluster/engine.js"
import * as tables from "../../src/conductor-cluster/tables.js"
import { lay } from "../machines/line.js"
import * as postgres from "../support/postgres.js"
import { clientOf } from "./process.js"

const prefix = "crowd_cluster_tables"
const address = { host: "127.0.0.1", port: 34_434 }

const prepare = (url: string, maxConnections = 3) =>
  engine.prepare(prefix, address).pipe(Effect.provide(clientOf(url, { maxConnections })))

describe.concurrent("the tables of a cluster", () => {
  it.scopedLive("are made by several at once", () =>
    Effect.flatMap(postgres.url, (url) => Effect.all(Effect.replicate(prepare(url), 5), { concurrency: "unbounded" }))
  )

  it.scopedLive("are not waited for for ever over a single connection", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(prepare(yield* postgres.url, 1))
      expect(message).toContain("give the cluster's client three connections or more")
    })
  )

  it.scopedLive("are made though a process froze while it made them", () =>
    Effect.gen(function* () {
      const url = yield* postgres.url
      const line = yield* lay(url)
      const frozen = Effect.gen(function* () {
        const lock = yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql.reserve)
        yield* tables.take(lock, prefix)
        yield* line.hangAll
        yield* prepare(url)
        yield* line.cut
      })
      yield* frozen.pipe(Effect.scoped, Effect.provide(clientOf(line.url)))
    })
  )
})
