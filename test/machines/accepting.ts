/** Accept and submit over HTTP, through several processes over one Postgres against one. */
import { PgClient } from "@effect/sql-pg"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Local from "../../src/Local.js"
import { drive } from "../bench/httpClients.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import * as server from "../support/server.js"
import * as serverProcess from "../support/serverProcess.js"
import * as cpu from "./cpu.js"

const units = 3_000
const clients = 48

const sizeOf = (url: string) =>
  Effect.map(
    Effect.flatMap(
      PgClient.PgClient,
      (sql) => sql<{ readonly size: string }>`
      SELECT pg_database_size(current_database()) AS size`
    ),
    ([row]) => Number(row?.size)
  ).pipe(Effect.provide(postgres.clientAt(url, 1)))

const through = (count: number) =>
  Effect.gen(function* () {
    const url = yield* postgres.url
    const run = yield* Effect.provide(
      server.launched(server.task("accepting"), units),
      Layer.provide(Local.layer(), storeAt(url, 5))
    )
    const start = serverProcess.start({ database: { _tag: "Postgres", url }, port: 0, conducts: false })
    const servers = yield* Effect.replicateEffect(start, count)
    const usage = () => ({
      servers: servers.reduce((sum, { pid }) => sum + cpu.of(pid), 0),
      postgres: cpu.ofFamily(postgres.serverPid()),
      clients: cpu.of(process.pid)
    })
    const sized = yield* sizeOf(url)
    const before = usage()
    const share = { run: run.id, units: units / count, clients: clients / count }
    const all = yield* Effect.promise(() =>
      Promise.all(servers.map(({ port }, n) => drive({ ...share, port, from: n * share.clients })))
    )
    const after = usage()
    const bytes = Math.round(((yield* sizeOf(url)) - sized) / units)
    const micros = (seconds: number) => Math.round((1e6 * seconds) / units)
    return {
      processes: count,
      "units/s": Math.round(units / Math.max(...all.map(({ seconds }) => seconds))),
      "µs server CPU a unit": micros(after.servers - before.servers),
      "µs Postgres CPU a unit": micros(after.postgres - before.postgres),
      "µs clients' CPU a unit": micros(after.clients - before.clients),
      "bytes a unit": bytes,
      "p99 ms": Math.round(Math.max(...all.map(({ p99 }) => p99)))
    }
  }).pipe(Effect.scoped)

/** One process and three. On one machine they share its processors with Postgres and the clients. */
export const measure = Effect.all([through(1), through(3)])

export const costOf = (row: Effect.Effect.Success<typeof measure>[number]): number =>
  row["µs server CPU a unit"] + row["µs Postgres CPU a unit"]
