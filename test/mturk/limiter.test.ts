import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { failure } from "../../src/mturk/errors.js"
import * as Limiter from "../../src/mturk/limiter.js"

const succeeds = Effect.succeed("an answer")
const throttled = Effect.fail(failure("Throttled", "GetHIT", "Rate exceeded"))

/** When each of so many calls begins, in milliseconds from now. */
const beginnings = (limiter: Limiter.Limiter, calls: number) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const start = clock.unsafeCurrentTimeMillis()
    const began: Array<number> = []
    const call = Effect.sync(() => began.push(clock.unsafeCurrentTimeMillis() - start))
    const all = yield* Effect.fork(
      Effect.forEach(Array.from({ length: calls }), () => Effect.either(limiter.limit("GetHIT", call)), {
        concurrency: "unbounded"
      })
    )
    yield* TestClock.adjust("1 minute")
    yield* Fiber.join(all)
    return began
  })

it.effect("calls are not held up as long as nothing is throttled", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(8)
    expect(yield* beginnings(limiter, 100)).toEqual(Array.from({ length: 100 }, () => 0))
    expect(yield* limiter.rate).toBe(Number.POSITIVE_INFINITY)
  })
)

it.effect("after a throttled call there are half as many a second, and more with each that succeeds", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(8)
    yield* beginnings(limiter, 0)
    yield* Effect.forEach(Array.from({ length: 19 }), () => limiter.limit("GetHIT", succeeds))
    yield* Effect.flip(limiter.limit("GetHIT", throttled))
    expect(yield* limiter.rate).toBe(10)
    yield* Effect.flip(
      Effect.zipLeft(Effect.fork(limiter.limit("GetHIT", throttled)), Effect.yieldNow()).pipe(
        Effect.flatMap(Fiber.join)
      )
    )
    expect(yield* limiter.rate).toBe(10)
    yield* TestClock.adjust("1 second")
    const began = yield* beginnings(limiter, 20)
    expect(began[0]).toBe(0)
    expect(began[10]).toBeGreaterThan(800)
    expect(began[19]).toBeGreaterThan(1_500)
    expect(yield* limiter.rate).toBeGreaterThan(11)
    expect(yield* limiter.rate).toBeLessThan(13)
  })
)

it.effect("calls that succeed make room for more, from the slowest on", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(8)
    yield* Effect.flip(limiter.limit("GetHIT", throttled))
    expect(yield* limiter.rate).toBe(0.5)
    const rates: Array<number> = []
    for (let minute = 0; minute < 4; minute++) {
      yield* beginnings(limiter, 40)
      rates.push(yield* limiter.rate)
    }
    expect(rates).toEqual(rates.toSorted((a, b) => a - b))
    expect(rates[3]).toBeGreaterThan(12)
  })
)

it.effect("a call that would wait for more than ten seconds is not made", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(8)
    yield* Effect.flip(limiter.limit("GetHIT", throttled))
    expect(yield* limiter.rate).toBe(0.5)
    const waiting = yield* Effect.fork(
      Effect.forEach(Array.from({ length: 50 }), () => Effect.either(limiter.limit("GetHIT", succeeds)), {
        concurrency: "unbounded"
      })
    )
    yield* TestClock.adjust("1 minute")
    const refused = (yield* Fiber.join(waiting)).filter(({ _tag }) => _tag === "Left")
    expect(refused.length).toBeGreaterThan(20)
    expect(refused[0]).toMatchObject({ left: { _tag: "ProviderError", reason: "Throttled" } })
  })
)

/** A call that ends a little later, or is broken off before; how many were under way at once, and how many are still. */
const counting = () => {
  const count = { now: 0, most: 0, begun: 0 }
  const begun = Effect.sync(() => {
    count.begun++
    count.most = Math.max(count.most, ++count.now)
  })
  const ended = Effect.sync(() => {
    count.now--
  })
  const call = Effect.acquireUseRelease(
    begun,
    () => Effect.yieldNow(),
    () => ended
  )
  return { count, call }
}

it.effect("no more calls are under way than it lets through, and none is left when they are interrupted", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(3)
    const { call, count } = counting()
    const calls = Array.from({ length: 20 }, () => limiter.limit("GetHIT", call))
    yield* Effect.all(calls, { concurrency: "unbounded" })
    expect(count).toEqual({ now: 0, most: 3, begun: 20 })
    const others = counting()
    const never = limiter.limit("GetHIT", Effect.zipRight(others.call, Effect.never))
    const fiber = yield* Effect.fork(Effect.all([never, never, never, never], { concurrency: "unbounded" }))
    yield* TestClock.adjust("1 minute")
    yield* Fiber.interrupt(fiber)
    expect(others.count).toEqual({ now: 0, most: 3, begun: 3 })
    yield* Effect.all(calls, { concurrency: "unbounded" })
    expect(count).toEqual({ now: 0, most: 3, begun: 40 })
  })
)

it.effect("a clock that goes back holds up no call", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(8)
    yield* TestClock.adjust("1 day")
    yield* Effect.flip(limiter.limit("GetHIT", throttled))
    yield* TestClock.adjust("1 minute")
    yield* limiter.limit("GetHIT", succeeds)
    yield* TestClock.setTime(0)
    expect(yield* beginnings(limiter, 2)).toHaveLength(2)
  })
)
