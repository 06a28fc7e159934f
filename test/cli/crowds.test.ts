/** Which crowd a command works with, where none is named. */
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ids from "../../src/Ids.js"
import { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as tables from "../../src/store/tables.js"
import { crowd, folder, goodBatch, json, type Surroundings, summaryOf, writeBatch } from "./support.js"

/** Nothing in the environment says which crowd. */
const unsaid = { CROWD_PROVIDER: "" }

const prepared = Effect.gen(function* () {
  const dir = yield* folder
  const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
  const db = path.join(dir, "crowd.db")
  const over = ["--db", db]
  const tell = (words: ReadonlyArray<string>, surroundings: Surroundings = {}) =>
    crowd([...words, ...over], { ...surroundings, env: { ...unsaid, ...surroundings.env } })
  return { dir, batch, db, over, tell, out: path.join(dir, "out.csv") }
})

const Planned = Schema.Struct({ provider: Schema.String }, { key: Schema.String, value: Schema.Unknown })

const choices =
  "--provider mock, --provider local, --provider mturk, --provider prolific or --provider panel; or set CROWD_PROVIDER."

describe("the crowd of a batch", () => {
  it.scopedLive("that has a run is that run's: launch, run and plan go on with it", () =>
    Effect.gen(function* () {
      const { batch, tell } = yield* prepared
      const first = summaryOf(yield* tell(["launch", batch, "--provider", "local", "--limit", "2", "--json"]))
      const second = summaryOf(yield* tell(["launch", batch, "--json"], { env: { CROWD_PROVIDER: "mock" } }))
      expect(second).toMatchObject({ run: first.run, provider: "local", units: { launched: 6 } })
      expect(json(Planned, yield* tell(["plan", batch, "--json"])).provider).toBe("local")
      const fresh = summaryOf(yield* tell(["launch", batch, "--new", "--json"]))
      expect(fresh).toMatchObject({ provider: "local" })
      expect(fresh.run).not.toBe(first.run)
    })
  )

  it.scopedLive("that has none has to be named: exit 2 with the choices, and nothing is made", () =>
    Effect.gen(function* () {
      const { batch, db, out, tell } = yield* prepared
      for (const words of [
        ["launch", batch],
        ["run", batch, "--out", out],
        ["plan", batch],
        ["launch", batch, "--json"]
      ]) {
        const told = yield* tell(words)
        expect(told.code).toBe(2)
        expect(told.err).toContain(choices)
      }
      expect(fs.existsSync(db)).toBe(false)
    })
  )

  it.scopedLive("is asked for at a terminal", () =>
    Effect.gen(function* () {
      const { batch, tell } = yield* prepared
      const told = yield* tell(["launch", batch], { keys: [""] })
      expect(told).toMatchObject({ code: 0, out: expect.stringContaining("mock, test") })
      const left = yield* prepared
      expect((yield* left.tell(["launch", left.batch], { keys: [] })).code).toBe(130)
      expect((yield* left.tell(["launch", left.batch, "--json"], { keys: [""] })).code).toBe(2)
    })
  )

  it.scopedLive("is named by CROWD_PROVIDER too", () =>
    Effect.gen(function* () {
      const { batch, tell } = yield* prepared
      const planned = yield* tell(["plan", batch, "--json"], { env: { CROWD_PROVIDER: "local" } })
      expect(json(Planned, planned).provider).toBe("local")
      const wrong = yield* tell(["plan", batch], { env: { CROWD_PROVIDER: "turk" } })
      expect(wrong).toMatchObject({
        code: 2,
        err: expect.stringContaining('CROWD_PROVIDER: There is no provider "turk"')
      })
    })
  )

  it.scopedLive("may be another one where it is named: the later --provider counts", () =>
    Effect.gen(function* () {
      const { batch, tell } = yield* prepared
      const first = summaryOf(yield* tell(["launch", batch, "--provider", "local", "--json"]))
      const words = ["--provider", "local", "launch", batch, "--provider", "mock", "--json"]
      const second = summaryOf(yield* tell(words))
      expect(second).toMatchObject({ provider: "mock" })
      expect(second.run).not.toBe(first.run)
    })
  )
})

describe("the crowd of a run", () => {
  it.scopedLive("is told where another one was named", () =>
    Effect.gen(function* () {
      const { batch, tell } = yield* prepared
      const { run } = summaryOf(yield* tell(["launch", batch, "--provider", "local", "--json"]))
      const told = yield* tell(["status", run, "--provider", "mock"])
      expect(told).toMatchObject({ code: 2, err: expect.stringContaining(`${run} is on local, not on mock.`) })
    })
  )
})

/** Crowds that have had a worker of this name. */
const haveSeen = (db: string, name: string, providers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const store = yield* Store
    const rows = yield* Effect.forEach(providers, (provider) =>
      Effect.map(Ids.workerId, (id) => ({ id, provider, name, firstSeenAt: DateTime.unsafeMake(0) }))
    )
    yield* store.insert(tables.workers, rows)
  }).pipe(Effect.provide(SqliteStore.layer({ filename: db })), Effect.orDie)

describe("a worker is found in the crowd that has them", () => {
  const launched = Effect.gen(function* () {
    const all = yield* prepared
    const { run } = summaryOf(yield* all.tell(["launch", all.batch, "--provider", "local", "--json"]))
    yield* all.tell(["launch", all.batch, "--provider", "mock"])
    return { ...all, run }
  })

  it.scopedLive("by block and unblock, whatever the newest run's crowd is", () =>
    Effect.gen(function* () {
      const { db, tell } = yield* launched
      yield* haveSeen(db, "10.0.0.7", ["local"])
      expect(yield* tell(["block", "10.0.0.7"])).toMatchObject({ code: 0 })
      expect(yield* tell(["unblock", "10.0.0.7"])).toMatchObject({ code: 0 })
      const nobody = yield* tell(["block", "10.0.0.8"])
      expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining("No worker 10.0.0.8.") })
    })
  )

  it.scopedLive("where several have them, it is asked at a terminal; elsewhere exit 2 names them", () =>
    Effect.gen(function* () {
      const { db, tell } = yield* launched
      yield* haveSeen(db, "ann", ["local", "mock"])
      const told = yield* tell(["block", "ann"])
      expect(told.code).toBe(2)
      expect(told.err).toContain("Several crowds have a worker ann: whose is meant?")
      expect(told.err).toContain("--provider mock or --provider local")
      expect(yield* tell(["block", "ann"], { keys: [""] })).toMatchObject({ code: 0 })
      expect(yield* tell(["unblock", "ann", "--provider", "local"])).toMatchObject({ code: 0 })
    })
  )

  it.scopedLive("bonus pays in the run's crowd, and says where else they are", () =>
    Effect.gen(function* () {
      const { db, run, tell } = yield* launched
      yield* haveSeen(db, "bob", ["mock"])
      const told = yield* tell(["bonus", run, "--worker", "bob", "--amount", "0.10", "--reason", "neat"])
      expect(told).toMatchObject({ code: 2, err: expect.stringContaining("bob is a worker of mock, not of local.") })
    })
  )
})
