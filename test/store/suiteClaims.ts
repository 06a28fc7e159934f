import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { AgentStatus, hasLeft } from "../../src/States.js"
import { Store } from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { agent, agentId, assignment, at, run, seed, unit, upTo, worker } from "./rows.js"

const options = (key: string, n: number, after = -1) => ({
  run: run(key).id,
  worker: worker(key).id,
  agent: agentId(key, n),
  after,
  leaseUntil: at(500),
  now: at(400)
})

const place = Option.map((unit: { readonly place: number }) => unit.place)

export const claims = (it: Vitest.MethodsNonLive<Store>): void => {
  describe("claims", () => {
    it.effect("take the launched unit with the lowest place, and say so in it", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* seed("ca", 5, (n) => ({ status: n < 2 ? "created" : "launched" }))
        const claimed = yield* store.claim(options("ca", 1))
        const expected = unit("ca", 2, {
          status: "assigned",
          agent: Option.some(agentId("ca", 1)),
          leaseUntil: Option.some(at(500)),
          updatedAt: at(400)
        })
        expect(claimed).toEqual(Option.some(expected))
        expect(yield* store.get(tables.units, expected.id)).toEqual(Option.some(expected))
      })
    )

    it.effect("take places after the one named, and nothing when there is nothing", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* seed("cb", 3)
        expect(place(yield* store.claim(options("cb", 1, 1)))).toEqual(Option.some(2))
        expect(place(yield* store.claim(options("cb", 2, 1)))).toEqual(Option.none())
        expect(place(yield* store.claim(options("cb", 3, 0)))).toEqual(Option.some(1))
        expect(place(yield* store.claim(options("nothing", 1)))).toEqual(Option.none())
      })
    )

    it.effect("leave out assignments the worker is at or has submitted, not those they left", () =>
      Effect.gen(function* () {
        const store = yield* Store
        for (const [n, status] of AgentStatus.literals.entries()) {
          const key = `cc${n}`
          const [first] = yield* seed(key, 2)
          yield* store.insert(tables.agents, [agent(key, 0, first ?? unit(key, 0), { status })])
          expect(place(yield* store.claim(options(key, 1)))).toEqual(Option.some(hasLeft(status) ? 0 : 1))
        }
      })
    )

    it.effect("of what the worker had before are of assignments they left, in the order of the places", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("cg", 6, (n) => ({ assignment: assignment("cg", n % 3).id }))
        const had = (n: number, on: number, status: (typeof AgentStatus.literals)[number], of = 0) =>
          agent("cg", n, units[on] ?? unit("cg", on), { status, worker: worker("cg", of).id })
        yield* store.insert(tables.workers, [worker("cg", 1)])
        yield* store.insert(tables.agents, [
          had(0, 1, "returned"),
          had(1, 2, "expired"),
          had(2, 2, "completed"),
          had(3, 0, "returned", 1)
        ])
        const again = (n: number, after = -1) => store.claim({ ...options("cg", n, after), again: true })
        expect(place(yield* again(10, 1))).toEqual(Option.some(4))
        expect(place(yield* again(11))).toEqual(Option.some(1))
        expect(place(yield* again(12))).toEqual(Option.none())
        expect(place(yield* store.claim(options("cg", 13)))).toEqual(Option.some(0))
      })
    )

    it.effect("leave out every unit of such an assignment, for that worker alone", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("cd", 4, (n) => ({ assignment: assignment("cd", n % 2).id }))
        yield* store.insert(tables.workers, [worker("cd", 1)])
        yield* store.insert(tables.agents, [agent("cd", 0, units[0] ?? unit("cd", 0))])
        expect(place(yield* store.claim(options("cd", 1)))).toEqual(Option.some(1))
        expect(place(yield* store.claim({ ...options("cd", 2), worker: worker("cd", 1).id }))).toEqual(Option.some(0))
        expect(place(yield* store.claim({ ...options("cd", 3), worker: worker("cd", 1).id }))).toEqual(Option.some(2))
      })
    )

    it.effect("are counted before they are made: one of each assignment, for anybody, for a worker, or once more", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const units = yield* seed("ch", 8, (n) => ({
          assignment: assignment("ch", n % 4).id,
          status: n === 7 || n === 3 ? "completed" : "launched"
        }))
        const had = (n: number, status: (typeof AgentStatus.literals)[number]) =>
          agent("ch", n, units[n] ?? unit("ch", n), { status })
        yield* store.insert(tables.agents, [had(0, "returned"), had(1, "approved"), had(4, "expired")])
        const of = { run: run("ch").id, worker: worker("ch").id, atMost: 100 }
        expect(yield* store.available({ run: of.run, atMost: 100 })).toBe(3)
        expect(yield* store.available({ run: of.run, atMost: 2 })).toBe(2)
        expect(yield* store.available(of)).toBe(2)
        expect(yield* store.available({ ...of, atMost: 1 })).toBe(1)
        expect(yield* store.available({ ...of, again: true })).toBe(1)
        expect(yield* store.available({ run: run("nothing").id, atMost: 5 })).toBe(0)
      })
    )

    it.effect("never take one unit twice, whoever asks at once", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* seed("ce", 120)
        const claimed = yield* Effect.forEach(upTo(150), (n) => store.claim(options("ce", n)), { concurrency: 50 })
        const places = claimed.flatMap((unit) => Option.toArray(place(unit)))
        expect(places.toSorted((a, b) => a - b)).toEqual(upTo(120))
      })
    )

    it.effect("are undone with their transaction", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* seed("cf", 1)
        yield* Effect.flip(store.transaction(Effect.zipRight(store.claim(options("cf", 1)), Effect.fail("no"))))
        expect(place(yield* store.claim(options("cf", 2)))).toEqual(Option.some(0))
      })
    )
  })
}
