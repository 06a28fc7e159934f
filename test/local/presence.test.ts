/** Workers who are there, and whose silence is noticed, over every store. */
import { expect, layer as share } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents, silentAfter } from "../../src/Agents.js"
import * as Local from "../../src/Local.js"
import * as Store from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as tables from "../../src/store/tables.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { make } from "../../src/testing/suites/kit.js"
import { Units } from "../../src/Units.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"

const kit = make({ arrive: (worker) => Effect.succeed({ worker }) })

/** Most of the time for which a worker counts as there; twice is more than all of it. */
const most = TestClock.adjust(Duration.times(silentAfter, 0.9))

const statuses = (all: ReadonlyArray<Agent>) =>
  Effect.flatMap(Agents, (agents) => Effect.forEach(all, ({ id }) => Effect.map(agents.get(id), (one) => one.status)))

const remembered = (run: TaskRun) =>
  Effect.flatMap(Store.Store, (store) =>
    Effect.map(
      store.page(tables.heartbeats, { where: { run: run.id }, orderBy: "heardAt", limit: 1000 }),
      (rows) => rows.length
    )
  )

const presence = (name: string, store: Layer.Layer<Store.Store, unknown>) =>
  share(Layer.provideMerge(Local.layer(), store))(`workers over ${name}`, (it) => {
    it.effect("whose heartbeats stop are disconnected, keep their unit, and may come back", () =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const units = yield* Units
        const run = yield* kit.launched({ rows: 5 })
        const [gone, there, silent, done, left] = yield* Effect.all([
          kit.accepted(run),
          kit.accepted(run),
          kit.accepted(run),
          kit.accepted(run),
          kit.accepted(run)
        ])
        for (const { id } of [gone, there, done, left]) yield* agents.heartbeat(id)
        yield* agents.start(silent.id)
        yield* kit.submitted(done)
        yield* agents.return(left.id)
        yield* most
        yield* agents.heartbeat(there.id)
        expect(yield* agents.disconnectSilent(run.id)).toBe(0)
        yield* most
        expect(yield* agents.disconnectSilent(run.id)).toBe(1)
        expect(yield* agents.disconnectSilent(run.id)).toBe(0)
        expect(yield* statuses([gone, there, silent, done, left])).toEqual([
          "disconnected",
          "in_task",
          "in_task",
          "completed",
          "returned"
        ])
        expect(yield* remembered(run)).toBe(1)
        expect(yield* units.get(gone.unit)).toMatchObject({ status: "assigned", agent: Option.some(gone.id) })
        yield* agents.start(gone.id)
        yield* most
        yield* most
        expect(yield* agents.disconnectSilent(run.id)).toBe(1)
        expect(yield* statuses([gone, there])).toEqual(["in_task", "disconnected"])
        expect((yield* agents.heartbeat(there.id)).status).toBe("in_task")
      })
    )

    it.effect("who go away and start again before their silence is noticed are there", () =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const run = yield* kit.launched()
        const worker = yield* kit.accepted(run)
        yield* agents.heartbeat(worker.id)
        yield* agents.disconnect(worker.id)
        yield* most
        yield* agents.start(worker.id)
        yield* most
        expect(yield* agents.disconnectSilent(run.id)).toBe(0)
        yield* most
        expect(yield* agents.disconnectSilent(run.id)).toBe(1)
      })
    )

    it.effect("are noticed page by page, of one run and not of another", () =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const store = yield* Store.Store
        const run = yield* kit.launched({ rows: 205 })
        const other = yield* kit.launched()
        const all = yield* Effect.forEach(Array.from({ length: 205 }), () => kit.accepted(run))
        const elsewhere = yield* kit.accepted(other)
        yield* store.transaction(Effect.forEach([...all, elsewhere], ({ id }) => agents.heartbeat(id)))
        yield* most
        yield* most
        expect(yield* agents.disconnectSilent(run.id)).toBe(205)
        expect(yield* remembered(run)).toBe(0)
        expect(yield* statuses([elsewhere])).toEqual(["in_task"])
        expect(yield* agents.disconnectSilent(other.id)).toBe(1)
      })
    )

    it.effect("who are heard of just then stay", () =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const run = yield* kit.launched({ rows: 20 })
        const all = yield* Effect.forEach(Array.from({ length: 20 }), () => kit.accepted(run))
        yield* Effect.forEach(all, ({ id }) => agents.heartbeat(id))
        yield* most
        yield* most
        const beats = Effect.forEach(all, ({ id }) => agents.heartbeat(id), { concurrency: "unbounded" })
        const sweeps = Effect.all([agents.disconnectSilent(run.id), agents.disconnectSilent(run.id)], {
          concurrency: "unbounded"
        })
        yield* Effect.all([sweeps, beats], { concurrency: "unbounded" })
        expect(new Set(yield* statuses(all))).toEqual(new Set(["in_task"]))
        expect(yield* remembered(run)).toBe(20)
      })
    )
  })

presence("memory", Store.layerMemory)
presence("a SQLite file", sqlite.layer())
presence("Postgres", Layer.provide(SqlStore.layer, postgres.layer))
