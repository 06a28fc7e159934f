import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import Database from "better-sqlite3"
import * as Effect from "effect/Effect"
import { crowd, errorOf, folder, goodBatch, spawned, summaryOf, writeBatch } from "./support.js"

const setUp = Effect.gen(function* () {
  const dir = yield* folder
  const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
  const db = path.join(dir, "crowd.db")
  return { dir, batch, db, over: ["--db", db] }
})

const fails = (words: ReadonlyArray<string>, env: Readonly<Record<string, string>>, says: string) =>
  Effect.gen(function* () {
    const told = yield* crowd(words, { env })
    expect(told.code).toBe(1)
    expect(told.out).toBe("")
    expect(told.err).toContain(says)
    const machine = yield* crowd([...words, "--json"], { env })
    expect(machine.code).toBe(1)
    return errorOf(machine)
  })

describe("the database", () => {
  it.scopedLive("is missed by every command that makes no run, and not made by it", () =>
    Effect.gen(function* () {
      const { db, over } = yield* setUp
      for (const words of [
        ["status"],
        ["status", "run_1"],
        ["export", "run_1"],
        ["approve", "run_1", "--all"],
        ["resume"]
      ]) {
        const error = yield* fails([...words, ...over], {}, `There is no database ${db}`)
        expect(error).toMatchObject({ _tag: "DatabaseNotFound", path: db })
      }
      expect(fs.existsSync(db)).toBe(false)
    })
  )

  it.scopedLive("lends itself to crowd plan without being made", () =>
    Effect.gen(function* () {
      const { batch, db, over } = yield* setUp
      const planned = yield* crowd(["plan", batch, ...over])
      expect(planned.code).toBe(0)
      expect(planned.out.replace(/ +/g, " ")).toContain("total 0.30 USD")
      expect(fs.existsSync(db)).toBe(false)
    })
  )

  it.scopedLive("has no run of that id, or none at all", () =>
    Effect.gen(function* () {
      const { batch, db, over } = yield* setUp
      yield* crowd(["launch", batch, ...over])
      for (const words of [["status"], ["export"], ["sync"], ["expire"], ["resume"]]) {
        const error = yield* fails([...words, "run_123", ...over], {}, "No run run_123.")
        expect(error).toMatchObject({ _tag: "TaskRunNotFound", run: "run_123" })
      }
      const bonuses = path.join(path.dirname(db), "bonuses.csv")
      fs.writeFileSync(bonuses, "worker,amount,reason\nw,0.10,good\n")
      expect((yield* fails(["bonus", "run_123", bonuses, ...over], {}, "No run run_123.")).run).toBe("run_123")

      fs.rmSync(db)
      new Database(db).close()
      expect((yield* fails(["status", ...over], {}, "has no run yet"))._tag).toBe("NoRunYet")
    })
  )

  it.scopedLive("in use by another writer for longer than the busy timeout", () =>
    Effect.gen(function* () {
      const { batch, db, dir, over } = yield* setUp
      yield* crowd(["launch", batch, ...over])
      const other = new Database(db)
      yield* Effect.addFinalizer(() => Effect.sync(() => other.close()))
      other.exec("BEGIN IMMEDIATE")
      const env = { CROWD_BUSY_TIMEOUT: "100 millis" }
      const words = ["run", batch, "--out", path.join(dir, "out.csv"), ...over]
      const error = yield* fails(words, env, `${db} is held by another process for longer than the busy timeout`)
      expect(error).toMatchObject({ _tag: "StoreError", reason: "Busy" })

      other.exec("ROLLBACK")
      expect(summaryOf(yield* crowd([...words, "--json"], { env })).units["accepted"]).toBe(6)
    })
  )

  it.scopedLive("that holds control characters is shown with none by every command, on a terminal and in JSON", () =>
    Effect.gen(function* () {
      const { batch, db, dir, over } = yield* setUp
      const to = (name: string) => ["--out", path.join(dir, name)]
      const run = summaryOf(yield* crowd(["run", batch, "--json", ...to("first.csv"), ...over])).run
      const file = new Database(db)
      const spoilt = "'a' || char(27) || '[2J' || char(10) || char(155) || '31m' || char(8238)"
      file.exec(`UPDATE crowd_runs SET name = ${spoilt}`)
      file.exec(`UPDATE crowd_workers SET name = id || ${spoilt}`)
      file.exec(`UPDATE crowd_agents SET worker_name = ${spoilt}`)
      file.close()
      const asked = [
        ["status"],
        ["runs"],
        ["status", run],
        ["submissions", run],
        ["block", "x\u001b[2J\u009b"],
        ["export", run, ...to("again.csv"), "--force"]
      ]
      const showing = [[], ["--json"]]
      for (const words of asked.flatMap((words) => showing.map((more) => [...words, ...more, ...over]))) {
        const { err, out } = yield* crowd(words, { terminal: true })
        const foreign = `${out}${err}`.replaceAll(/\u001b\[[\d;]*m/g, "").replaceAll(/\r?\n/g, "")
        expect([words, /[\p{Cc}\p{Bidi_Control}]/u.exec(foreign)]).toEqual([words, null])
      }
      const { out } = yield* crowd(["status", ...over], { terminal: true })
      expect(out).toContain("a\\u001b[2J\\n\\u009b31m\\u202e")
    })
  )

  it.scopedLive("written by a newer version", () =>
    Effect.gen(function* () {
      const { batch, db, over } = yield* setUp
      yield* crowd(["launch", batch, ...over])
      const file = new Database(db)
      file.exec("INSERT INTO crowd_migrations (version, name, applied_at) VALUES (999, 'future', 0)")
      file.close()
      const error = yield* fails(["run", batch, ...over], {}, "update the package effect-crowd")
      expect(error).toMatchObject({ _tag: "StoreError", reason: "Newer" })
      expect((yield* fails(["status", ...over], {}, "version 999")).reason).toBe("Newer")
    })
  )

  it.scopedLive("that is no database, or cannot be opened", () =>
    Effect.gen(function* () {
      const { batch, db, dir, over } = yield* setUp
      fs.writeFileSync(db, "this is a text, and long enough to be no empty file\n".repeat(100))
      const error = yield* fails(["run", batch, ...over], {}, `${db} is no database or is damaged`)
      expect(error).toMatchObject({ _tag: "StoreError", reason: "Corrupt" })
      expect((yield* fails(["status", ...over], {}, "restore it from a copy")).reason).toBe("Corrupt")
      const nowhere = path.join(dir, "nope", "crowd.db")
      expect((yield* fails(["run", batch, "--db", nowhere], {}, nowhere)).reason).toBe("Unavailable")
    })
  )

  it.scopedLive("the process itself says it in one line and exits with 1", () =>
    Effect.gen(function* () {
      const { batch, db, dir } = yield* setUp
      fs.writeFileSync(db, "no database ".repeat(100))
      const told = yield* spawned(["run", batch], { cwd: dir, env: { CROWD_DB: db } })
      expect(told.code).toBe(1)
      expect(told.out).toBe("")
      expect(told.err).toMatch(/^error: The store failed \(Corrupt\)[^\n]*\n$/)
    })
  )
})
