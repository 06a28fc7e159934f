/**
 * The files of a run that one process launched, served by others over the same Postgres, whose disks have nothing of
 * them.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { PgClient } from "@effect/sql-pg"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { read } from "../../src/batch/BatchDirectory.js"
import * as Crowd from "../../src/Crowd.js"
import * as Local from "../../src/Local.js"
import { Requesters } from "../../src/Requesters.js"
import { Store } from "../../src/Store.js"
import * as Keys from "../../src/server/keys.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as tables from "../../src/store/tables.js"
import { directoryOf, good } from "../batch/support.js"
import * as postgres from "../support/postgres.js"
import * as server from "../support/server.js"
import { start } from "../support/serverProcess.js"
import { visitor } from "../support/serverVisitors.js"

/** Longer than one part in the database. */
const song = Uint8Array.from({ length: 900_000 }, (_, i) => (i * 7) % 128)

const parts = 3

/** Launches a batch from a directory that is gone afterwards. */
const launched = (url: string, title: string) =>
  Effect.gen(function* () {
    const directory = yield* directoryOf({
      ...good,
      "task.json": JSON.stringify({ title, reward: "0.05" }),
      "task.html": '<audio src="media/song.mp3"></audio><p>${text}</p><input name=a>',
      "media/song.mp3": song
    })
    const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
    const run = yield* Crowd.launch(yield* read(directory), { requester: requester.id })
    const store = yield* Store
    const { digest } = (yield* store.page(tables.media, { where: {}, limit: 1 }))[0] ?? expect.unreachable()
    return { run, digest }
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Local.layer().pipe(
        Layer.provideMerge(SqlStore.layer),
        Layer.provide(PgClient.layer({ url: Redacted.make(url) })),
        Layer.merge(NodeContext.layer)
      )
    )
  )

/** A process that may not write to any disk. */
const serving = (url: string) =>
  start({ database: { _tag: "Postgres", url }, port: 0, conducts: false }, [
    "--experimental-permission",
    "--allow-fs-read=*"
  ])

it.scopedLive("media are served by every process over the database, whole, in ranges and by ETag, from no disk", () =>
  Effect.gen(function* () {
    const url = yield* postgres.url
    const servers = yield* Effect.all([serving(url), serving(url)], { concurrency: "unbounded" })
    const runs = yield* Effect.all([launched(url, "first"), launched(url, "second")], { concurrency: "unbounded" })
    const keys = Keys.make(server.secret)
    for (const { port } of servers) {
      const { ask } = yield* visitor(port, "127.0.0.1")
      for (const { digest, run } of runs) {
        const path = `${keys.previewPath(run.id).replace(/preview$/, "media/")}song.mp3`
        const whole = yield* ask("GET", path)
        expect([whole.status, whole.headers["content-length"], whole.headers.etag]).toEqual([
          200,
          "900000",
          `"${digest}"`
        ])
        expect(whole.body === Buffer.from(song).toString()).toBe(true)
        const part = yield* ask("GET", path, { headers: { range: "bytes=393200-393300", "if-range": `"${digest}"` } })
        expect([part.status, part.headers["content-range"]]).toEqual([206, "bytes 393200-393300/900000"])
        expect(part.body).toBe(Buffer.from(song.subarray(393_200, 393_301)).toString())
        const same = yield* ask("GET", path, { headers: { "if-none-match": `"${digest}"` } })
        expect([same.status, same.body]).toEqual([304, ""])
      }
    }
    const kept = yield* Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe("SELECT id FROM crowd_media_parts")).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(url) }))
    )
    expect(kept).toHaveLength(parts)
  })
)
