import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import { RunId } from "../../src/Ids.js"
import { Journal } from "../../src/Journal.js"
import { crowd, errorOf, folder, goodBatch, mockOver, spawned, summaryOf, writeBatch } from "./support.js"

/** A batch of two rows of three units each, launched and taken back. */
const takenBack = Effect.gen(function* () {
  const dir = yield* folder
  const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
  const db = path.join(dir, "crowd.db")
  const over = ["--db", db]
  const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...over]))
  yield* crowd(["expire", run, ...over])
  return { batch, db, over, run }
})

describe("crowd relaunch", () => {
  it.scopedLive("says the cost first, launches rows that lack an answer again, and nothing twice", () =>
    Effect.gen(function* () {
      const { over, run } = yield* takenBack
      expect((yield* crowd(["status", ...over])).out).toContain("2 rows lack an answer. To launch them again: ")
      const told = yield* crowd(["relaunch", ...over])
      expect(told.err).toContain("2 rows lack an answer: 6 units to launch, at most 0.30 USD of 10000.00 USD")
      expect(told.out).not.toContain("lack an answer")
      const again = yield* crowd(["relaunch", run, "--json", ...over])
      expect(summaryOf(again).units).toMatchObject({ expired: 6, launched: 6 })
      expect(JSON.parse(again.out)).toMatchObject({ relaunched: { rows: 0, units: 0 } })
    })
  )

  it.scopedLive("tells programs of the rows that lack an answer, and is narrowed by what became of them", () =>
    Effect.gen(function* () {
      const { over, run } = yield* takenBack
      expect(JSON.parse((yield* crowd(["status", "--json", ...over])).out)).toMatchObject({ rowsLackingAnswers: 2 })
      const none = yield* crowd(["relaunch", run, "--rejected", "--json", ...over])
      expect(JSON.parse(none.out)).toMatchObject({ rowsLackingAnswers: 2, relaunched: { rows: 0, units: 0 } })
      const all = yield* crowd(["relaunch", run, "--expired", "--json", ...over])
      expect(JSON.parse(all.out)).toMatchObject({ relaunched: { rows: 2, units: 6 } })
    })
  )

  it.scopedLive("is narrowed to the unit of one submission with --agent, which is one of that run", () =>
    Effect.gen(function* () {
      const { db, over, run } = yield* takenBack
      yield* crowd(["relaunch", run, ...over])
      const submitted = Effect.gen(function* () {
        const agents = yield* Agents
        return yield* Effect.forEach(["ann", "bob"], (worker) =>
          Effect.flatMap(agents.register(RunId.make(run), { worker }), ({ id, worker }) =>
            agents.submit({ agent: id, worker, answers: { kind: "a" } })
          )
        )
      })
      const [ann] = yield* Effect.provide(submitted, mockOver(db))
      yield* crowd(["reject", run, "--worker", "ann", "--feedback", "no", ...over])
      yield* crowd(["reject", run, "--worker", "bob", "--feedback", "no", ...over])
      const words = ["relaunch", run, "--agent", ann?.id ?? "", "--json", ...over]
      expect(summaryOf(yield* crowd(words)).relaunched).toEqual({ rows: 1, units: 1 })
      const again = summaryOf(yield* crowd(words))
      expect(again.relaunched).toEqual({ rows: 0, units: 0 })
      expect(again.rowsLackingAnswers).toBe(1)
      const unknown = yield* crowd(["relaunch", run, "--agent", "agent_1", "--json", ...over])
      expect(unknown.code).toBe(1)
      expect(errorOf(unknown)._tag).toBe("AgentNotFound")
    })
  )

  it.scopedLive(
    "makes and sends each unit once, though processes are killed and two do it at once",
    () =>
      Effect.gen(function* () {
        const { db, over, run } = yield* takenBack
        const cwd = path.dirname(db)
        const words = ["relaunch", run, ...over]
        const killed = {
          cwd,
          onErr: (err: string) => (err.includes("lack an answer") ? "SIGKILL" : undefined)
        } as const
        yield* spawned(words, killed)
        const both = yield* Effect.all([spawned(words, { cwd }), spawned(words, { cwd })], { concurrency: 2 })
        expect(both.map(({ code }) => code)).toEqual([0, 0])
        expect(summaryOf(yield* crowd(["status", run, "--json", ...over])).units).toMatchObject({
          created: 0,
          launched: 6,
          expired: 6
        })
        const launches = yield* Effect.provide(
          Effect.flatMap(Journal, (journal) =>
            Stream.runCollect(Stream.filter(journal.list("done", RunId.make(run)), ({ kind }) => kind === "launch"))
          ),
          mockOver(db)
        )
        expect(launches.length).toBe(12)
      }),
    60_000
  )

  it.scopedLive("is what crowd run goes on with", () =>
    Effect.gen(function* () {
      const { batch, over, run } = yield* takenBack
      const out = ["--out", path.join(batch, "..", "out.csv")]
      const done = yield* crowd(["run", batch, ...out, ...over])
      expect(done.err).toContain("This batch is done already")
      expect(done.out).toContain("2 rows lack an answer")
      yield* crowd(["relaunch", ...over])
      const ended = summaryOf(yield* crowd(["run", batch, "--json", ...out, ...over]))
      expect(ended.run).toBe(run)
      expect(ended.units).toMatchObject({ expired: 6, accepted: 6 })
    })
  )
})
