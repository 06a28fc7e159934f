import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { failure } from "../../src/mturk/internal/errors.js"
import * as Limiter from "../../src/mturk/internal/limiter.js"

const ends =
  <A, E>(result: Either.Either<A, E>): Limiter.Call<A, E> =>
  (gate, end) => {
    gate.enter(() => end(result))
    return () => {}
  }

const succeeds = ends(Either.right("an answer"))
const throttled = ends(Either.left(failure("Throttled", "GetHIT", "Rate exceeded")))

/** One that ends a little later, and may be broken off before. */
const slow =
  (begun: () => void, ended: () => void): Limiter.Call<string, never> =>
  (gate, end) => {
    let timer: NodeJS.Immediate | undefined
    gate.enter(() => {
      begun()
      timer = setImmediate(() => {
        ended()
        end(Either.right("an answer"))
      })
    })
    return () => {
      if (timer === undefined) return
      clearImmediate(timer)
      ended()
    }
  }

/** When each of so many calls begins, in milliseconds from now. */
const beginnings = (limiter: Limiter.Limiter, calls: number) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const start = clock.unsafeCurrentTimeMillis()
    const began: Array<number> = []
    const call: Limiter.Call<string, never> = (gate, end) => {
      gate.enter(() => {
        began.push(clock.unsafeCurrentTimeMillis() - start)
        end(Either.right("an answer"))
      })
      return () => {}
    }
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

/** How many were under way at once at the most, and how many are still. */
const counting = () => {
  const count = { now: 0, most: 0, begun: 0 }
  const begun = () => {
    count.begun++
    count.most = Math.max(count.most, ++count.now)
  }
  return { count, call: slow(begun, () => count.now--) }
}

it.effect("no more calls are under way than it lets through, one by one or many in one fiber", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(3)
    const { call, count } = counting()
    const calls = Array.from({ length: 20 }, () => call)
    const one = Effect.forEach(calls, (call) => limiter.limit("GetHIT", call), { concurrency: "unbounded" })
    yield* Effect.all([one, limiter.each("GetHIT", calls), limiter.each("GetHIT", calls)], { concurrency: 3 })
    expect(count).toEqual({ now: 0, most: 3, begun: 60 })
  })
)

/** One that says when it is got ready and when it is sent, and is answered and ends when it is told to. */
const told = (log: Array<string>, name: string) => {
  let answer = () => {}
  let finish = () => {}
  const call: Limiter.Call<string, never> = (gate, end) => {
    log.push(`ready ${name}`)
    gate.enter(() => log.push(`sent ${name}`))
    answer = gate.leave
    finish = () => end(Either.right(name))
    return () => log.push(`broken off ${name}`)
  }
  return { call, answer: () => answer(), finish: () => finish() }
}

it.effect("calls are got ready while others are under way, no more than can be, and go out once one is answered", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(2)
    const log: Array<string> = []
    const seen = () => log.splice(0).join(", ")
    const all = [..."abcde"].map((name) => told(log, name))
    const [a, b] = all
    const calls = all.map(({ call }) => call)
    const fiber = yield* Effect.fork(limiter.each("GetHIT", calls))
    yield* Effect.yieldNow()
    expect(seen()).toBe("ready a, sent a, ready b, sent b, ready c, ready d")
    b?.answer()
    expect(seen()).toBe("sent c, ready e")
    b?.finish()
    a?.finish()
    expect(seen()).toBe("sent d")
    yield* Fiber.interrupt(fiber)
    expect(seen()).toBe("broken off e, broken off d, broken off c, broken off b, broken off a")
  })
)

it.effect("many calls in one fiber answer each in its place, also where they were throttled before", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(3)
    const calls: ReadonlyArray<Limiter.Call<number, unknown>> = [
      ends(Either.right(1)),
      throttled,
      ends(Either.right(3)),
      ends(Either.left("no"))
    ]
    const answers = yield* limiter.each("GetHIT", calls)
    expect(answers).toMatchObject([{ right: 1 }, { left: { reason: "Throttled" } }, { right: 3 }, { left: "no" }])
    expect(yield* limiter.rate).toBeLessThan(10)
    const later = yield* Effect.fork(limiter.each("GetHIT", calls.slice(2)))
    yield* TestClock.adjust("1 minute")
    expect(yield* Fiber.join(later)).toMatchObject([{ right: 3 }, { left: "no" }])
    expect(yield* limiter.each("GetHIT", [])).toEqual([])
  })
)

it.live("what is broken off is broken off on the wire; of the others none is lost, and none of its own is begun", () =>
  Effect.gen(function* () {
    const limiter = yield* Limiter.make(3)
    const first = counting()
    const second = counting()
    const fiber = yield* Effect.fork(
      limiter.each(
        "GetHIT",
        Array.from({ length: 9 }, () => first.call)
      )
    )
    const other = yield* Effect.fork(
      limiter.each(
        "GetHIT",
        Array.from({ length: 4 }, () => second.call)
      )
    )
    yield* Effect.yieldNow()
    expect(first.count).toEqual({ now: 3, most: 3, begun: 3 })
    yield* Fiber.interrupt(fiber)
    expect(first.count).toEqual({ now: 0, most: 3, begun: 3 })
    expect(yield* Fiber.join(other)).toHaveLength(4)
    expect(second.count).toEqual({ now: 0, most: 3, begun: 4 })
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
