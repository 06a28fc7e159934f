import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ids from "../../src/Ids.js"
import { Store } from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { agent, agentId, assignment, at, block, requester, run, seed, unit, upTo, worker } from "./rows.js"

const awkward = "\ufeff\"quoted\", 'single'; -- \\ \n\r\n\t%_ $x 👩‍👩‍👧 ﷽ \u202e עברית \ud83d\ude00 \u00e9 e\u0301"

/** Of 13 columns each: SQLite takes 32,766 parameters. */
const moreUnitsThanAStatement = 2_600

export const rows = (it: Vitest.MethodsNonLive<Store>): void => {
  describe("rows", () => {
    it.effect("come back as they were put in", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const [first] = yield* seed("a", 1)
        const full = agent("a", 0, first ?? unit("a", 0), {
          answers: Option.some({ text: awkward, nested: { list: [1, null, true, -0.5, "\u0000"] } }),
          feedback: Option.some(awkward),
          submittedAt: Option.some(at(0)),
          decidedAt: Option.some(at(8_640_000_000_000_000)),
          leftAt: Option.some(at(-1))
        })
        yield* store.insert(tables.agents, [full])
        expect(yield* store.get(tables.agents, full.id)).toEqual(Option.some(full))
        expect(yield* store.get(tables.runs, run("a").id)).toEqual(Option.some(run("a")))
      })
    )

    it.effect("hold a megabyte of text", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const html = awkward.repeat(20_000)
        yield* store.insert(tables.templates, [{ id: Ids.RunId.make("run_b"), html }])
        const found = yield* store.get(tables.templates, "run_b")
        expect(Option.map(found, (row) => row.html === html)).toEqual(Option.some(true))
      })
    )

    it.effect("that are not there are not there", () =>
      Effect.gen(function* () {
        const store = yield* Store
        expect(yield* store.get(tables.workers, "worker_nobody")).toEqual(Option.none())
        expect(yield* store.getAll(tables.workers, [])).toEqual([])
        expect(yield* store.getAll(tables.workers, ["worker_nobody"])).toEqual([])
        expect(yield* store.insert(tables.workers, [])).toEqual([])
        expect(yield* store.update(tables.workers, { ids: [], set: { name: "x" } })).toEqual([])
        yield* store.put(tables.workers, [])
        yield* store.remove(tables.workers, ["worker_nobody"])
      })
    )

    it.effect("are inserted once, by id and by a unique index", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const ann = requester("c")
        const namesake = { ...ann, id: Ids.RequesterId.make("req_c2") }
        const other = { ...ann, id: Ids.RequesterId.make("req_c3"), name: "Bob" }
        expect(yield* store.insert(tables.requesters, [ann])).toEqual([ann.id])
        expect(yield* store.insert(tables.requesters, [{ ...ann, name: "changed" }, namesake, other])).toEqual([
          other.id
        ])
        expect(yield* store.getAll(tables.requesters, [ann.id, namesake.id])).toEqual([ann])
      })
    )

    it.effect("are found by what a column has that an index begins with, each once, and none by what none has", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("by", 3)
        const wanted = units.slice(0, 2)
        const asked = [...wanted, ...wanted].map(({ assignment }) => assignment)
        const found = yield* store.getAllBy(tables.units, "assignment", [...asked, "asg_nobody"])
        expect(found.map(({ id }) => id).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted())
        expect(yield* store.getAllBy(tables.units, "assignment", [])).toEqual([])
        const died = yield* Effect.exit(store.getAllBy(tables.units, "agent", ["agent_1"]))
        expect(String(died)).toContain("no index of the table units")
      })
    )

    it.effect("of one insert that are the same are one", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const one = worker("d")
        expect(yield* store.insert(tables.workers, [one, one, { ...one, name: "another" }])).toEqual([one.id])
        expect(yield* store.get(tables.workers, one.id)).toEqual(Option.some(one))
      })
    )

    it.effect("are put in the place of those with the same id, the last one counting", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const first = block("e", 0, { reason: Option.some("spam") })
        yield* store.put(tables.blocks, [first, block("e", 1)])
        yield* store.put(tables.blocks, [
          { ...first, generation: 7 },
          { ...first, generation: 8, reason: Option.none() }
        ])
        expect(yield* store.get(tables.blocks, first.id)).toEqual(
          Option.some({ ...first, generation: 8, reason: Option.none() })
        )
        expect(yield* store.count(tables.blocks, { requester: first.requester }, "generation")).toEqual({ 1: 1, 8: 1 })
      })
    )

    it.effect("cannot be put where a unique index holds another", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.insert(tables.workers, [worker("f", 0), worker("f", 1)])
        const clash = { ...worker("f", 1), name: worker("f", 0).name }
        const failed = yield* Effect.flip(store.put(tables.workers, [clash]))
        expect(failed).toMatchObject({ _tag: "StoreError", reason: "Failed" })
        const updated = yield* Effect.flip(store.update(tables.workers, { ids: [clash.id], set: { name: clash.name } }))
        expect(updated).toMatchObject({ _tag: "StoreError", reason: "Failed" })
        expect(yield* store.get(tables.workers, clash.id)).toEqual(Option.some(worker("f", 1)))
      })
    )

    it.effect("are changed where they are as expected, and answered as they are then", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("g", 4, (place) => ({ status: place < 2 ? "launched" : "created" }))
        const changed = yield* store.update(tables.units, {
          ids: [...units.map(({ id }) => id), units[0]?.id ?? "", "unit_nothing"],
          when: { status: ["launched", "assigned"] },
          set: { status: "expired", remoteId: Option.some("r"), updatedAt: at(9) }
        })
        expect(changed.map(({ place }) => place).toSorted()).toEqual([0, 1])
        expect(changed.every((row) => row.status === "expired" && Option.contains(row.remoteId, "r"))).toBe(true)
        expect(yield* store.count(tables.units, { run: run("g").id }, "status")).toEqual({ expired: 2, created: 2 })
      })
    )

    it.effect("are changed where a column is null, or one of none", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("h", 3, (place) => ({
          agent: place === 0 ? Option.none() : Option.some(agentId("h", place))
        }))
        const ids = units.map(({ id }) => id)
        const places = (rows: ReadonlyArray<{ readonly place: number }>) => rows.map(({ place }) => place).toSorted()
        const when = (agents: ReadonlyArray<Option.Option<Ids.AgentId>>) =>
          Effect.map(store.update(tables.units, { ids, when: { agent: agents }, set: {} }), places)
        expect(yield* when([Option.none()])).toEqual([0])
        expect(yield* when([Option.none(), Option.some(agentId("h", 2))])).toEqual([0, 2])
        expect(yield* when([Option.some(agentId("h", 1))])).toEqual([1])
        expect(yield* when([])).toEqual([])
      })
    )

    it.effect("are set back to null", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const [one] = yield* seed("i", 1, () => ({ remoteId: Option.some("r") }))
        yield* store.update(tables.units, { ids: [one?.id ?? ""], set: { remoteId: Option.none() } })
        expect(yield* store.get(tables.units, one?.id ?? "")).toEqual(Option.some(unit("i", 0)))
      })
    )

    it.effect("are removed", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.put(tables.blocks, [block("j", 0), block("j", 1), block("j", 2)])
        yield* store.remove(tables.blocks, [block("j", 0).id, block("j", 2).id, "none"])
        expect(yield* store.count(tables.blocks, { requester: requester("j").id }, "generation")).toEqual({ 1: 1 })
      })
    )

    it.effect("are counted and summed, nulls under null", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* seed("k", 5, (place) => ({ leaseUntil: place < 2 ? Option.none() : Option.some(at(7)) }))
        const where = { run: run("k").id }
        expect(yield* store.count(tables.units, where, "leaseUntil")).toEqual({ null: 2, 7: 3 })
        expect(yield* store.sum(tables.units, where, "leaseUntil")).toBe(21)
        expect(yield* store.sum(tables.units, where, "place")).toBe(10)
        expect(yield* store.sum(tables.units, { ...where, status: "rejected" }, "place")).toBe(0)
        expect(yield* store.count(tables.units, { ...where, status: "rejected" }, "status")).toEqual({})
      })
    )

    it.effect("may be many in one call", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* seed("l", 0)
        const row = assignment("l", 0)
        yield* store.insert(tables.assignments, [row])
        const units = upTo(moreUnitsThanAStatement).map((n) => unit("l", n, { assignment: row.id, index: n }))
        const ids = units.map(({ id }) => id)
        expect(yield* store.insert(tables.units, units)).toHaveLength(units.length)
        expect(yield* store.getAll(tables.units, ids)).toHaveLength(units.length)
        expect(yield* store.update(tables.units, { ids, set: { status: "expired" } })).toHaveLength(units.length)
        expect(yield* store.count(tables.units, { run: run("l").id }, "status")).toEqual({ expired: units.length })
        yield* store.put(
          tables.blocks,
          upTo(777).map((n) => block("l", n))
        )
        yield* store.remove(
          tables.blocks,
          upTo(776).map((n) => block("l", n).id)
        )
        expect(yield* store.count(tables.blocks, { requester: requester("l").id }, "generation")).toEqual({ 776: 1 })
      })
    )

    it.effect("that exceed a statement are still all or none", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const many = upTo(600).map((n) => worker("m", n))
        yield* store.insert(tables.workers, many)
        const clash = [
          ...many.map((one) => ({ ...one, name: `new ${one.name}` })),
          { ...worker("m", 600), name: "new worker 3" }
        ]
        yield* Effect.flip(store.put(tables.workers, clash))
        expect(yield* store.get(tables.workers, worker("m", 0).id)).toEqual(Option.some(worker("m", 0)))
      })
    )
  })
}
