import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { promisify } from "node:util"
import { SqlClient } from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { describe, expect, it, layer } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { yieldToEventLoop } from "../../src/internal/eventLoop.js"
import { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as tables from "../../src/store/tables.js"
import { program } from "../support/bundle.js"
import * as sqlite from "../support/sqlite.js"
import { block, requester, seed, unit, upTo } from "./rows.js"
import { sqlSuite } from "./sql.js"
import { withClient } from "./suiteClient.js"

sqlSuite({
  name: "SQL on SQLite",
  database: sqlite.layer(),
  trap: {
    set: [
      "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
      "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
      "CREATE TRIGGER trap AFTER INSERT ON crowd_blocks WHEN new.generation = 13 BEGIN INSERT INTO child VALUES (1); END"
    ],
    unset: ["DROP TRIGGER trap"]
  },
  explain: (sql, statement, params) =>
    Effect.map(sql.unsafe<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, [...params]), (rows) =>
      rows.map(({ detail }) => detail).join("\n")
    )
})

describe("SQL on SQLite in memory", () => {
  layer(SqliteStore.layer({ filename: ":memory:" }))(withClient)
})

const openIn = (filename: string, options: Partial<SqliteStore.Options> = {}) =>
  Effect.scoped(Layer.build(SqliteStore.layer({ filename, ...options })))

const failureOf = (filename: string, options: Partial<SqliteStore.Options> = {}) =>
  Effect.flip(openIn(filename, options))

/** Another process's connection, for all SQLite can tell. */
const otherConnection = (filename: string) =>
  Effect.acquireRelease(
    Effect.sync(() => new Sqlite(filename)),
    (db) => Effect.sync(() => db.close())
  )

describe("SqliteStore", () => {
  it.scoped("tells what to do when there is no such directory", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "missing", "crowd.db")
      const failed = yield* failureOf(filename)
      expect(failed).toMatchObject({ _tag: "StoreError", reason: "Unavailable", operation: "open" })
      expect(failed.message).toContain(filename)
      expect(failed.message).toContain("make it first")
    })
  )

  it.scoped("tells that a directory or a place without files is no place for it", () =>
    Effect.gen(function* () {
      expect(yield* failureOf(yield* sqlite.directory)).toMatchObject({ reason: "Unavailable" })
      expect(yield* failureOf("/proc/crowd.db")).toMatchObject({ reason: "Unavailable" })
    })
  )

  it.scoped("tells that a file is no database, or a damaged one", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "crowd.db")
      fs.writeFileSync(filename, "id,name\n".repeat(1000))
      const failed = yield* failureOf(filename)
      expect(failed).toMatchObject({ _tag: "StoreError", reason: "Corrupt" })
      expect(failed.message).toContain(filename)
      fs.rmSync(filename)
      yield* openIn(filename)
      const file = fs.openSync(filename, "r+")
      fs.writeSync(file, Buffer.alloc(3000, 7), 0, 3000, 100)
      fs.closeSync(file)
      expect(yield* failureOf(filename)).toMatchObject({ reason: "Corrupt" })
    })
  )

  it.scoped("keeps what the driver threw as the cause, with its code and its words", () =>
    Effect.gen(function* () {
      const directory = yield* sqlite.directory
      const filename = path.join(directory, "crowd.db")
      fs.writeFileSync(filename, "id,name\n".repeat(1000))
      const failed = yield* failureOf(filename)
      expect(failed.cause).toMatchObject({
        name: "SqliteError",
        code: "SQLITE_NOTADB",
        message: "file is not a database"
      })
      expect(JSON.stringify(failed)).not.toContain("SQLITE_NOTADB")
      const missing = yield* failureOf(path.join(directory, "missing", "crowd.db"))
      expect(missing.cause).toMatchObject({ name: "TypeError", message: expect.stringContaining("directory") })
    })
  )

  it.scoped("tells that a database cannot be written, before and after it is open", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "crowd.db")
      yield* Effect.scoped(Effect.map(otherConnection(filename), (db) => db.exec("CREATE TABLE other (id)")))
      const readOnly = Layer.provide(SqlStore.layer, SqliteClient.layer({ filename, readonly: true, disableWAL: true }))
      expect(yield* Effect.flip(Effect.scoped(Layer.build(readOnly)))).toMatchObject({ reason: "ReadOnly" })
      const later = yield* Effect.gen(function* () {
        yield* Effect.flatMap(SqlClient, (sql) => sql.unsafe("PRAGMA query_only = ON"))
        return yield* Effect.flip(Effect.flatMap(Store, (store) => store.put(tables.blocks, [block("a", 0)])))
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
      expect(later).toMatchObject({ _tag: "StoreError", reason: "ReadOnly" })
      expect(later.message).toContain("allow this process to write")
    })
  )

  it.scoped("tells that another process holds the database, and works when it no longer does", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "crowd.db")
      yield* Effect.gen(function* () {
        const store = yield* Store
        const other = yield* otherConnection(filename)
        other.exec("BEGIN IMMEDIATE")
        const failed = yield* Effect.flip(store.put(tables.blocks, [block("a", 0)]))
        expect(failed).toMatchObject({ _tag: "StoreError", reason: "Busy" })
        expect(failed.message).toContain(fs.realpathSync(filename))
        expect(failed.message).toContain("wait for it or stop it")
        expect(yield* store.getAll(tables.blocks, [block("a", 0).id])).toEqual([])
        other.exec("COMMIT")
        yield* store.put(tables.blocks, [block("a", 0)])
        other.exec("BEGIN IMMEDIATE")
        yield* openIn(filename, { busyTimeout: "20 millis" })
      }).pipe(Effect.provide(SqliteStore.layer({ filename, busyTimeout: "20 millis" })))
    })
  )

  it.scoped("waits for another writer without holding up the rest of the process", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "crowd.db")
      yield* Effect.gen(function* () {
        const store = yield* Store
        const other = yield* otherConnection(filename)
        other.exec("BEGIN IMMEDIATE")
        const writing = yield* Effect.fork(store.put(tables.blocks, [block("a", 0)]))
        // Only a process that goes on meanwhile comes to this.
        yield* yieldToEventLoop
        yield* yieldToEventLoop
        other.exec("COMMIT")
        yield* Fiber.join(writing)
        const [row] = yield* Effect.flatMap(SqlClient, (sql) => sql.unsafe("PRAGMA busy_timeout").values)
        expect(row).toEqual([2000])
      }).pipe(Effect.provide(SqliteStore.layer({ filename, busyTimeout: "2 seconds" })))
    })
  )

  const filledUp = (pages: number) =>
    Effect.flatMap(SqlClient, (sql) =>
      Effect.gen(function* () {
        const [row] = yield* sql.unsafe<{ page_count: number }>("PRAGMA page_count")
        yield* sql.unsafe(`PRAGMA max_page_count = ${(row?.page_count ?? 0) + pages}`)
      })
    )

  const bigBlock = (n: number) => ({
    ...block("full", n),
    id: `big ${String(n).padStart(3, "0")}${"x".repeat(50_000)}`
  })
  const bigBlocks = Effect.flatMap(Store, (store) =>
    Effect.map(store.page(tables.blocks, { where: { requester: requester("full").id }, limit: 1000 }), (rows) =>
      rows.map(({ generation }) => generation)
    )
  )

  it.effect("tells that the disk is full, keeps what it acknowledged, and goes on when there is room", () =>
    Effect.gen(function* () {
      const store = yield* Store
      yield* store.put(tables.blocks, [bigBlock(0)])
      yield* filledUp(10)
      const failed = yield* Effect.flip(store.put(tables.blocks, [bigBlock(1)]))
      expect(failed).toMatchObject({ _tag: "StoreError", reason: "Full" })
      expect(failed.message).toContain("make room")
      expect(yield* bigBlocks).toEqual([0])
      yield* filledUp(1000)
      yield* store.put(tables.blocks, [bigBlock(2)])
      expect(yield* bigBlocks).toEqual([0, 2])
    }).pipe(Effect.provide(sqlite.layer()))
  )

  it.effect("acknowledges, of transactions at the same time, those alone that fit", () =>
    Effect.gen(function* () {
      const store = yield* Store
      yield* filledUp(200)
      const exits = yield* Effect.forEach(
        upTo(40),
        (n) => Effect.exit(store.transaction(store.put(tables.blocks, [n % 5 === 0 ? bigBlock(n) : block("full", n)]))),
        { concurrency: "unbounded" }
      )
      for (const exit of exits)
        if (Exit.isFailure(exit)) expect(exit.cause).toMatchObject({ error: { reason: "Full" } })
      expect(exits.some(Exit.isFailure)).toBe(true)
      const acknowledged = exits.flatMap((exit, n) => (Exit.isSuccess(exit) ? [n] : []))
      expect((yield* bigBlocks).toSorted((a, b) => a - b)).toEqual(acknowledged)
      yield* filledUp(1000)
      yield* store.put(tables.blocks, [bigBlock(100)])
      expect(yield* bigBlocks).toContain(100)
    }).pipe(Effect.provide(sqlite.layer()))
  )

  it.effect("writes ahead, checks references and syncs as asked", () =>
    Effect.gen(function* () {
      const pragma = (name: string) =>
        Effect.flatMap(SqlClient, (sql) => Effect.map(sql.unsafe(`PRAGMA ${name}`).values, (rows) => rows[0]?.[0]))
      const all = Effect.all([
        pragma("journal_mode"),
        pragma("foreign_keys"),
        pragma("synchronous"),
        pragma("busy_timeout")
      ])
      expect(yield* Effect.provide(all, sqlite.layer({}))).toEqual(["wal", 1, 2, 5000])
      const other = sqlite.layer({ durability: "normal", busyTimeout: "1 second" })
      expect(yield* Effect.provide(all, other)).toEqual(["wal", 1, 1, 1000])
    })
  )

  it.scoped("does not mind how the user's client names things", () =>
    Effect.gen(function* () {
      const filename = path.join(yield* sqlite.directory, "crowd.db")
      const shouting = (name: string) => name.toUpperCase()
      const client = SqliteClient.layer({ filename, transformQueryNames: shouting, transformResultNames: shouting })
      const units = yield* Effect.provide(seed("n", 3), Layer.provideMerge(SqlStore.layer, client))
      const read = Effect.flatMap(Store, (store) =>
        store.page(tables.units, { where: { run: unit("n", 0).run }, orderBy: "place", limit: 9 })
      )
      expect(yield* Effect.provide(read, SqliteStore.layer({ filename }))).toEqual(units)
    })
  )

  const openElsewhere = (filename: string) =>
    program("test/store/openStore.ts").pipe(
      Effect.flatMap((file) => Effect.promise(() => promisify(execFile)(process.execPath, [file, filename]))),
      Effect.map(({ stdout }) => stdout)
    )

  it.scoped(
    "tells that a folder, or a file in it, may only be read",
    () =>
      Effect.gen(function* () {
        const directory = yield* sqlite.directory
        const [fresh, there] = [path.join(directory, "fresh.db"), path.join(directory, "there.db")]
        yield* openIn(there)
        fs.chmodSync(directory, 0o555)
        const outcomes = yield* Effect.all([openElsewhere(fresh), openElsewhere(there)], { concurrency: 2 })
        expect(outcomes).toEqual(["ReadOnly", "ReadOnly"])
      }),
    60_000
  )

  it.effect("lets timers run and others read, however many write", () =>
    Effect.gen(function* () {
      const store = yield* Store
      const write = (n: number) => Effect.forever(store.transaction(store.put(tables.blocks, [block("t", n)])))
      const writers = yield* Effect.fork(Effect.forEach(upTo(200), write, { concurrency: "unbounded" }))
      for (const n of upTo(5)) {
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
        expect(yield* store.getAll(tables.units, [`unit_${n}`])).toEqual([])
      }
      yield* Fiber.interrupt(writers)
    }).pipe(Effect.provide(sqlite.layer()))
  )

  it.live("commits what succeeded, however many others fail without a pause", () =>
    Effect.gen(function* () {
      const store = yield* Store
      const refused = Effect.forever(Effect.either(store.transaction(Effect.fail("refused"))))
      const others = yield* Effect.fork(Effect.forEach(upTo(200), () => refused, { concurrency: "unbounded" }))
      const put = store.transaction(store.put(tables.blocks, [block("refused", 1)]))
      expect(yield* Effect.timeoutOption(Effect.disconnect(put), "10 seconds")).toEqual(Option.some(undefined))
      yield* Fiber.interrupt(others)
    }).pipe(Effect.provide(sqlite.layer()))
  )

  it.scoped(
    "is opened by several processes at once",
    () =>
      Effect.gen(function* () {
        const directory = yield* sqlite.directory
        fs.chmodSync(directory, 0o777)
        const filename = path.join(directory, "crowd.db")
        const open = Array.from({ length: 4 }, () => openElsewhere(filename))
        const outcomes = yield* Effect.all(open, { concurrency: "unbounded" })
        expect(outcomes).toEqual(["opened", "opened", "opened", "opened"])
        const db = yield* otherConnection(filename)
        expect(db.prepare("SELECT version FROM crowd_migrations").all()).toEqual([{ version: 1 }])
      }),
    60_000
  )
})
