/** Values that all processes over one database have in common, and turns. */
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as TestServices from "effect/TestServices"
import { Store } from "../../src/Store.js"
import * as Shared from "../../src/store/shared.js"
import * as tables from "../../src/store/tables.js"
import * as Turns from "../../src/store/turns.js"
import { Forward, forwardLayer, later } from "../support/clocks.js"
import { upTo } from "./rows.js"

const sums = (id: string) =>
  Effect.flatMap(Store, (store) =>
    Shared.make(store, { id, provider: "suite", schema: Schema.Struct({ sum: Schema.Int }), initial: { sum: 0 } })
  )

const lease = Duration.seconds(30)

/** As a process of its own has it. */
const turn = (id: string, patience: Duration.DurationInput = "1 minute") =>
  Effect.flatMap(Store, (store) =>
    Turns.make(store, { id, provider: "suite", lease, patience: Duration.decode(patience) })
  )

/** As a process of its own has it, of which is told whether it waits. */
const waiting = (id: string) =>
  Effect.gen(function* () {
    const store = yield* Store
    const looks = yield* Queue.unbounded<true>()
    const watched: Store["Type"] = {
      ...store,
      get: (table, key) => Effect.zipLeft(store.get(table, key), Queue.offer(looks, true))
    }
    const { take } = yield* Turns.make(watched, { id, provider: "suite", lease, patience: Duration.minutes(1) })
    /** Whether it has not begun at the third look: a turn that is taken is begun after the second. */
    const waits = Effect.gen(function* () {
      yield* Queue.takeAll(looks)
      const begun = yield* Ref.make(false)
      const fiber = yield* Effect.fork(take(Ref.set(begun, true)))
      yield* Queue.takeN(looks, 3)
      yield* Fiber.interrupt(fiber)
      return !(yield* Ref.get(begun))
    })
    return { take, waits }
  })

/** Somebody who has the turn until told, or for ever. */
const having = (turn: Turns.Turn) =>
  Effect.gen(function* () {
    const [begun, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const use = Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(end))
    const fiber = yield* Effect.forkDaemon(turn.take(use))
    yield* Deferred.await(begun)
    return { fiber, end: Effect.zipRight(Deferred.succeed(end, undefined), Fiber.join(fiber)) }
  })

const tried = (turn: Turns.Turn) => Effect.either(turn.take(Effect.succeed("done")))

const done = Either.right("done")

export const turns = (it: Vitest.MethodsNonLive<Store>): void => {
  describe("a shared value", () => {
    it.effect("is changed by one at a time, and no change is lost", () =>
      Effect.gen(function* () {
        const processes = yield* Effect.all(upTo(4).map(() => sums("suite/sum")))
        const add = ({ modify }: (typeof processes)[number]) => modify(({ sum }) => [sum, { sum: sum + 1 }])
        const seen = yield* Effect.forEach(
          upTo(10).flatMap(() => processes),
          add,
          { concurrency: "unbounded" }
        )
        expect(seen.toSorted((a, b) => a - b)).toEqual(upTo(40))
        expect(yield* Effect.forEach(processes, ({ get }) => get)).toEqual(processes.map(() => ({ sum: 40 })))
      })
    )

    it.effect("is what it was at first until it is changed, and where it cannot be read", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const value = yield* sums("suite/odd")
        expect(yield* value.modify((found) => [found.sum, found])).toBe(0)
        expect(yield* store.getAll(tables.data, ["suite/odd"])).toEqual([])
        yield* store.put(tables.data, [{ id: "suite/odd", provider: "suite", value: { sum: "many" } }])
        expect(yield* value.modify(({ sum }) => [sum, { sum: sum + 1 }])).toBe(0)
        expect(yield* value.get).toEqual({ sum: 1 })
      })
    )
  })

  describe("a turn", () => {
    it.effect("is one's at a time, and everybody's in the end", () =>
      Effect.gen(function* () {
        const processes = yield* Effect.all(upTo(3).map(() => turn("suite/turn")))
        const count = { now: 0, most: 0, done: 0 }
        const use = Effect.acquireUseRelease(
          Effect.sync(() => {
            count.most = Math.max(count.most, ++count.now)
          }),
          () => Effect.sleep("1 millis"),
          () => Effect.sync(() => ++count.done && count.now--)
        )
        yield* Effect.forEach(
          upTo(4).flatMap(() => processes),
          ({ take }) => take(use),
          { concurrency: "unbounded" }
        )
        expect(count).toEqual({ now: 0, most: 1, done: 12 })
      }).pipe(TestServices.provideLive)
    )

    it.effect("is not begun by who has waited long enough, and is had at once when it is given back", () =>
      Effect.gen(function* () {
        const [first, hasty] = [yield* turn("suite/hasty"), yield* turn("suite/hasty", "20 millis")]
        const had = yield* having(first)
        expect(yield* tried(hasty)).toMatchObject({ left: { _tag: "NotInTurn" } })
        expect(yield* tried(yield* turn("suite/hasty", "20 millis"))).toMatchObject({ left: { _tag: "NotInTurn" } })
        yield* had.end
        expect(yield* tried(yield* turn("suite/hasty"))).toEqual(done)
      }).pipe(TestServices.provideLive)
    )

    it.effect("is given back by who is interrupted", () =>
      Effect.gen(function* () {
        const [first, other] = [yield* turn("suite/broken"), yield* waiting("suite/broken")]
        const { fiber } = yield* having(first)
        expect(yield* other.waits).toBe(true)
        yield* Fiber.interrupt(fiber)
        expect(yield* tried(other)).toEqual(done)
      }).pipe(TestServices.provideLive)
    )

    it.effect("of a process that died is another's once that has seen it for a lease, and not before", () =>
      Effect.gen(function* () {
        const [dead, other] = [yield* turn("suite/dead"), yield* waiting("suite/dead")]
        yield* having(dead)
        expect(yield* other.waits).toBe(true)
        expect(yield* later("29 seconds", other.waits)).toBe(true)
        expect(yield* later("31 seconds", tried(other))).toEqual(done)
      }).pipe(TestServices.provideLive)
    )

    it.effect("is neither kept nor lost by clocks that are a day apart", () =>
      Effect.gen(function* () {
        const [early, other] = [yield* turn("suite/apart"), yield* waiting("suite/apart")]
        const late = yield* waiting("suite/apart")
        yield* later("1 day", having(early))
        expect(yield* other.waits).toBe(true)
        expect(yield* later("2 days", late.waits)).toBe(true)
        expect(yield* later("31 seconds", tried(other))).toEqual(done)
      }).pipe(TestServices.provideLive)
    )

    it.effect("is taken anew by a process that stood still once it had it", () =>
      Effect.gen(function* () {
        const store = yield* Store
        const forward = yield* Forward
        const id = "suite/still"
        const claim = Effect.map(store.getAll(tables.data, [id]), ([row]) => row?.value)
        const first = yield* Ref.make<unknown>(undefined)
        const still: Store["Type"] = {
          ...store,
          insert: (table, rows) =>
            store
              .insert(table, rows)
              .pipe(
                Effect.zipLeft(Effect.flatMap(claim, (found) => Ref.set(first, found))),
                Effect.zipLeft(forward("20 seconds"))
              )
        }
        const { take } = yield* Turns.make(still, { id, provider: "suite", lease, patience: Duration.minutes(1) })
        const second = yield* take(claim)
        expect(yield* Ref.get(first)).toMatchObject({ claim: expect.any(String) })
        expect(second).toMatchObject({ claim: expect.any(String) })
        expect(second).not.toEqual(yield* Ref.get(first))
      }).pipe(Effect.provide(forwardLayer), TestServices.provideLive)
    )
  })
}
