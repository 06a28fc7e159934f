import { describe, expect, type Vitest } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Store } from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { block, requester, upTo, worker } from "./rows.js"

export const transactions = (it: Vitest.MethodsNonLive<Store>): void => {
  describe("transactions", () => {
    const put = (key: string, n: number, generation = n) =>
      Effect.flatMap(Store, (store) => store.put(tables.blocks, [block(key, n, { generation })]))
    const generations = (key: string) =>
      Effect.map(
        Effect.flatMap(Store, (store) =>
          store.page(tables.blocks, { where: { requester: requester(key).id }, limit: 1000 })
        ),
        (rows) => rows.map(({ generation }) => generation)
      )

    it.effect("keep everything, and see what they wrote themselves", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const seen = yield* store.transaction(
          Effect.zipRight(Effect.all([put("ta", 0), put("ta", 1)]), generations("ta"))
        )
        expect(seen).toEqual([0, 1])
        expect(yield* generations("ta")).toEqual([0, 1])
      })
    )

    it.effect("keep out what needs something durable first: outside of them it may go on", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.ensureNoTransaction("bonus")
        const refused = yield* Effect.flip(store.transaction(store.ensureNoTransaction("bonus")))
        expect(refused).toMatchObject({ _tag: "StoreError", reason: "InTransaction", operation: "bonus" })
        yield* store.ensureNoTransaction("bonus")
      })
    )

    it.effect("keep nothing when they fail, die or are interrupted", () =>
      Effect.gen(function* () {
        const store = yield* Store
        expect(yield* Effect.exit(store.transaction(Effect.zipRight(put("tb", 0), Effect.fail("no"))))).toEqual(
          Exit.fail("no")
        )
        expect(yield* Effect.exit(store.transaction(Effect.zipRight(put("tb", 1), Effect.die("bug"))))).toEqual(
          Exit.die("bug")
        )
        const interrupted = yield* Effect.exit(store.transaction(Effect.zipRight(put("tb", 2), Effect.interrupt)))
        expect(Exit.isInterrupted(interrupted)).toBe(true)
        expect(yield* generations("tb")).toEqual([])
      })
    )

    it.effect("inside a transaction are part of the outer one", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const inner = store.transaction(put("tc", 0))
        yield* Effect.flip(store.transaction(Effect.zipRight(inner, Effect.fail("no"))))
        expect(yield* generations("tc")).toEqual([])
        const failing = Effect.ignore(store.transaction(Effect.zipRight(put("tc", 1), Effect.fail("no"))))
        yield* store.transaction(Effect.zipRight(failing, put("tc", 2)))
        expect(yield* generations("tc")).toEqual([1, 2])
      })
    )

    it.effect("show nothing to others before they end", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const written = yield* Deferred.make<void>()
        const go = yield* Deferred.make<void>()
        const body = put("td", 0).pipe(
          Effect.zipRight(Deferred.succeed(written, undefined)),
          Effect.zipRight(Deferred.await(go)),
          Effect.zipRight(Effect.fail("no"))
        )
        const writer = yield* Effect.fork(store.transaction(body))
        yield* Deferred.await(written)
        const reader = yield* Effect.fork(generations("td"))
        yield* Effect.yieldNow()
        yield* Deferred.succeed(go, undefined)
        expect(yield* Fiber.join(reader)).toEqual([])
        yield* Fiber.await(writer)
      })
    )

    it.effect("change a row they have read without losing another's change", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* put("te", 0, 0)
        const id = block("te", 0).id
        const increase = store.transaction(
          Effect.flatMap(store.get(tables.blocks, id), (row) =>
            Effect.zipRight(
              Effect.yieldNow(),
              put("te", 0, 1 + Option.match(row, { onNone: () => 0, onSome: (row) => row.generation }))
            )
          )
        )
        yield* Effect.forEach(upTo(40), () => increase, { concurrency: "unbounded" })
        expect(yield* generations("te")).toEqual([40])
      })
    )

    it.effect("at the same time each keep or undo their own", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const ends = (n: number) => {
          if (n % 4 === 1) return Effect.fail(n)
          if (n % 4 === 2) return Effect.die(n)
          return n % 8 === 3 ? Effect.interrupt : n % 16 === 4 ? Effect.yieldNow() : Effect.void
        }
        const exits = yield* Effect.forEach(
          upTo(300),
          (n) => Effect.exit(store.transaction(Effect.zipRight(put("tf", n), ends(n)))),
          { concurrency: "unbounded" }
        )
        const kept = upTo(300).filter((n) => n % 4 !== 1 && n % 4 !== 2 && n % 8 !== 3)
        expect(exits.flatMap((exit, n) => (Exit.isSuccess(exit) ? [n] : []))).toEqual(kept)
        expect(yield* generations("tf")).toEqual(kept)
      })
    )

    it.effect("that are interrupted hold up nobody", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const inside = yield* Deferred.make<void>()
        const stuck = put("tg", 0).pipe(
          Effect.zipRight(Deferred.succeed(inside, undefined)),
          Effect.zipRight(Effect.never)
        )
        const first = yield* Effect.fork(store.transaction(stuck))
        yield* Deferred.await(inside)
        const waiting = yield* Effect.fork(store.transaction(put("tg", 1)))
        const others = yield* Effect.fork(
          Effect.forEach([2, 3, 4], (n) => store.transaction(put("tg", n)), { concurrency: "unbounded" })
        )
        yield* Effect.yieldNow()
        const ending = yield* Effect.fork(Fiber.interrupt(waiting))
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(first)
        yield* Fiber.join(others)
        const waited = yield* Fiber.join(ending)
        const found = yield* generations("tg")
        expect(found.filter((n) => n > 1)).toEqual([2, 3, 4])
        expect(found).not.toContain(0)
        if (Exit.isSuccess(waited)) expect(found).toContain(1)
        yield* store.transaction(put("tg", 5))
      })
    )

    it.effect("leave room for those who only read, however many they are", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const writers = yield* Effect.fork(
          Effect.forEach(upTo(200), (n) => Effect.forever(store.transaction(put("tj", n))), {
            concurrency: "unbounded"
          })
        )
        yield* Effect.yieldNow()
        for (const n of upTo(5)) expect(yield* store.get(tables.workers, `worker_${n}`)).toEqual(Option.none())
        yield* Fiber.interrupt(writers)
      })
    )

    it.effect("are seen by the fibers inside them, not by those that outlive them", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const go = yield* Deferred.make<void>()
        const late = yield* store.transaction(
          Effect.gen(function* () {
            yield* Effect.all([put("th", 0), put("th", 1)], { concurrency: "unbounded" })
            return yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(go), put("th", 2)))
          })
        )
        const other = yield* Effect.fork(
          Effect.exit(
            store.transaction(
              Effect.zipRight(Deferred.succeed(go, undefined), Effect.zipRight(Effect.yieldNow(), Effect.fail("no")))
            )
          )
        )
        yield* Fiber.join(late)
        yield* Fiber.join(other)
        expect(yield* generations("th")).toEqual([0, 1, 2])
      })
    )

    it.effect("in which the store refused something keep nothing, even where that was caught", () =>
      Effect.gen(function* () {
        const store = yield* Store
        yield* store.insert(tables.workers, [worker("ti", 0), worker("ti", 1)])
        const clash = store.put(tables.workers, [{ ...worker("ti", 1), name: worker("ti", 0).name }])
        const failed = yield* Effect.flip(store.transaction(Effect.zipRight(put("ti", 0), Effect.ignore(clash))))
        expect(failed).toMatchObject({ _tag: "StoreError", reason: "Failed" })
        expect(yield* generations("ti")).toEqual([])
      })
    )
  })
}
