import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { make } from "../../src/mturk/internal/slots.js"

/** Work that begins when it is let in, and ends when it is told to. */
const gated = Effect.gen(function* () {
  const slots = make(2)
  const begun: Array<number> = []
  const gates = yield* Effect.forEach(Array.from({ length: 6 }), () => Deferred.make<void>())
  const fibers = yield* Effect.forEach(gates, (gate, i) =>
    Effect.fork(
      slots.within(
        Effect.zipRight(
          Effect.sync(() => begun.push(i)),
          Deferred.await(gate)
        )
      )
    )
  )
  yield* Effect.yieldNow()
  const end = (i: number) =>
    Effect.gen(function* () {
      const [fiber, gate] = [fibers[i], gates[i]]
      if (gate !== undefined) yield* Deferred.succeed(gate, undefined)
      if (fiber !== undefined) yield* Fiber.await(fiber)
      yield* Effect.yieldNow()
    })
  const interrupt = (i: number) => Effect.forEach(fibers.slice(i, i + 1), Fiber.interrupt)
  return { slots, begun, end, interrupt }
})

describe("slots", () => {
  it.effect("let in so many at once, and the others in the order in which they came", () =>
    Effect.gen(function* () {
      const { begun, end } = yield* gated
      expect(begun).toEqual([0, 1])
      yield* end(1)
      expect(begun).toEqual([0, 1, 2])
      yield* end(2)
      yield* end(0)
      expect(begun).toEqual([0, 1, 2, 3, 4])
    })
  )

  it.effect("are not lost with one who is interrupted while waiting, or while working", () =>
    Effect.gen(function* () {
      const { begun, end, interrupt, slots } = yield* gated
      yield* interrupt(2)
      yield* interrupt(0)
      yield* Effect.yieldNow()
      expect(begun).toEqual([0, 1, 3])
      for (const i of [1, 3, 4, 5]) yield* end(i)
      const both = yield* Effect.exit(slots.within(slots.within(Effect.succeed("both free"))))
      expect(both).toEqual(Exit.succeed("both free"))
    })
  )

  it.effect("are not lost with one who is interrupted just when it is let in", () =>
    Effect.gen(function* () {
      const slots = make(1)
      const gate = yield* Deferred.make<void>()
      const first = yield* Effect.fork(slots.within(Deferred.await(gate)))
      const second = yield* Effect.fork(slots.within(Effect.never))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.await(first)
      yield* Fiber.interrupt(second)
      expect(yield* slots.within(Effect.succeed("free"))).toBe("free")
    })
  )

  it.effect("stay cheap, and are kept to, with very many who wait", () =>
    Effect.gen(function* () {
      const slots = make(4)
      let most = 0
      let now = 0
      const work = Effect.sync(() => {
        most = Math.max(most, ++now)
      }).pipe(Effect.zipRight(Effect.yieldNow()), Effect.zipRight(Effect.sync(() => now--)))
      const times = 20_000
      yield* Effect.forEach(Array.from({ length: times }), () => slots.within(work), {
        concurrency: "unbounded",
        discard: true
      })
      expect(most).toBe(4)
      expect(now).toBe(0)
    })
  )
})
