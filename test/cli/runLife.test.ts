import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agents } from "../../src/Agents.js"
import { Token } from "../../src/Ids.js"
import { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as tables from "../../src/store/tables.js"
import { launched } from "./launched.js"
import { crowd, errorOf, json, summaryOf } from "./support.js"

/** The bonuses that were asked for, as they are written down. */
const bonuses = (db: string) =>
  Effect.provide(
    Effect.flatMap(Store, (store) => store.page(tables.intents, { where: {}, limit: 100 })).pipe(
      Effect.map((intents) => intents.filter(({ kind }) => kind === "bonus"))
    ),
    SqliteStore.layer({ filename: db })
  )

describe("the rest of a run's life", () => {
  it.scopedLive("crowd expire takes back what nobody holds, and says who may still come in", () =>
    Effect.gen(function* () {
      const { over, run, status, submit } = yield* launched(1)
      const told = yield* crowd(["expire", run, ...over])
      expect(told.code).toBe(0)
      expect(told.out).toContain(`${run}: 5 units expired. 1 unit may still come in for `)
      yield* submit(0)
      const waited = yield* crowd(["expire", run, "--wait", ...over])
      expect(waited).toMatchObject({ code: 0, out: `${run}: 5 units expired. Nobody is at work on it.\n` })
      expect((yield* status).units).toMatchObject({ expired: 5, completed: 1 })
    })
  )

  it.scopedLive("crowd sync and crowd resume answer where nothing is to be done", () =>
    Effect.gen(function* () {
      const { over, run } = yield* launched(0)
      expect((yield* crowd(["sync", run, ...over])).out).toBe(`${run} is in step with the crowd; 0 records changed.\n`)
      expect((yield* crowd(["resume", ...over])).out).toBe("Nothing was left unfinished.\n")
      const settled = { done: 0, failed: 0, uncertain: 0, pending: 0 }
      expect(json(Schema.Unknown, yield* crowd(["resume", run, "--json", ...over]))).toEqual({ settled, uncertain: [] })
      const unknown = yield* crowd(["resume", "--confirm", "tok_1", ...over])
      expect(unknown).toMatchObject({
        code: 1,
        err: expect.stringContaining("No uncertain effect has the token tok_1.")
      })
    })
  )

  for (const [option, state] of [
    ["--confirm", "done"],
    ["--deny", "failed"]
  ] as const) {
    it.scopedLive(`crowd resume ${option} TOKEN: an uncertain effect is ${state}, as whoever looked says`, () =>
      Effect.gen(function* () {
        const { db, ids, over, run, submit } = yield* launched(1)
        yield* submit(0)
        yield* crowd(["bonus", run, "--agent", `${ids[0]}`, "--amount", "0.50", "--reason", "neat", ...over])
        const [paid] = yield* bonuses(db)
        const token = Token.make(`${paid?.id}`)
        yield* Effect.provide(
          Effect.flatMap(Store, (store) => store.update(tables.intents, { ids: [token], set: { state: "uncertain" } })),
          SqliteStore.layer({ filename: db })
        )
        const listed = yield* crowd(["resume", ...over])
        expect(listed.code).toBe(0)
        expect(listed.out).toContain("say so with --confirm TOKEN or --deny TOKEN:\n")
        expect(listed.out).toContain(`  ${token}  bonus of ${paid?.subject}`)
        const said = yield* crowd(["resume", option, token, ...over])
        expect(said).toMatchObject({ code: 0, out: "Nothing was left unfinished.\n" })
        expect(yield* bonuses(db)).toMatchObject([{ id: token, state }])
      })
    )
  }

  it.scopedLive("crowd block keeps a worker out by name or id, crowd unblock lets them in", () =>
    Effect.gen(function* () {
      const { inDb, over, run, submit } = yield* launched(1)
      yield* submit(0)
      const again = inDb(Effect.either(Effect.flatMap(Agents, (agents) => agents.register(run, { worker: "ann-0" }))))
      const Blocked = Schema.Struct({ worker: Schema.String, name: Schema.String, blocked: Schema.Boolean })
      const blocked = json(Blocked, yield* crowd(["block", "ann-0", "--reason", "spam", "--json", ...over]))
      expect(blocked).toMatchObject({ name: "ann-0", blocked: true })
      expect(yield* again).toMatchObject({ _tag: "Left", left: { _tag: "NotEligible", reason: { _tag: "Blocked" } } })
      expect((yield* crowd(["unblock", blocked.worker, ...over])).out).toBe("ann-0 may work for you again.\n")
      expect(yield* again).toMatchObject({ _tag: "Right" })
      expect(yield* crowd(["block", "bob", ...over])).toMatchObject({
        code: 1,
        err: expect.stringContaining("No worker bob.")
      })
    })
  )

  it.scopedLive("crowd status --watch prints each change until every unit is decided", () =>
    Effect.gen(function* () {
      const { over, run, submit } = yield* launched(1)
      yield* submit(0)
      yield* crowd(["expire", run, ...over])
      const firstLine = yield* Deferred.make<void>()
      const onOut = () => Deferred.unsafeDone(firstLine, Effect.void)
      const [watched] = yield* Effect.all(
        [
          crowd(["status", run, "--watch", "--json", ...over], { onOut }),
          Effect.zipRight(Deferred.await(firstLine), crowd(["approve", run, "--all", ...over]))
        ],
        { concurrency: "unbounded" }
      )
      const lines = watched.out
        .trimEnd()
        .split("\n")
        .map((line) => summaryOf({ out: line }).units)
      expect(lines).toHaveLength(2)
      expect(lines[0]).toMatchObject({ completed: 1, expired: 5 })
      expect(lines[1]).toMatchObject({ completed: 0, accepted: 1, expired: 5 })
    })
  )

  it.scopedLive("crowd export takes the format from the name of the file, unless it is told", () =>
    Effect.gen(function* () {
      const { dir, over, run, submit } = yield* launched(1)
      yield* submit(0)
      const Exported = Schema.Struct({
        run: Schema.String,
        results: Schema.String,
        format: Schema.String,
        rows: Schema.Int
      })
      const exported = (...words: ReadonlyArray<string>) =>
        Effect.map(crowd(["export", run, "--json", ...words, ...over]), (ended) => json(Exported, ended))
      const [a, b] = [path.join(dir, "a.jsonl"), path.join(dir, "b.txt")]
      expect(yield* exported("--out", a)).toEqual({ run, results: a, format: "jsonl", rows: 1 })
      expect(yield* exported("--out", b, "--format", "csv")).toEqual({ run, results: b, format: "csv", rows: 1 })
      expect(fs.readFileSync(a, "utf8")).toMatch(/^\{.*\}\n$/)
      expect(fs.readFileSync(b, "utf8")).toMatch(/^HITId,/)
      const isFolder = yield* crowd(["export", run, "--out", dir, "--json", ...over])
      expect(isFolder.code).toBe(1)
      expect(errorOf(isFolder)._tag).toBe("ResultsNotWritten")
    })
  )
})
