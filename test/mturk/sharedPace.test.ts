/** The pace that processes over one database have together, against a service that says when calls are too many. */
import { describe, expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Budget, Store } from "../../src/index.js"
import * as MTurk from "../../src/MTurk.js"
import { failure, provider } from "../../src/mturk/errors.js"
import * as Limiter from "../../src/mturk/limiter.js"
import { Pace, unlimited } from "../../src/mturk/pace.js"
import * as SharedPacer from "../../src/mturk/sharedPacer.js"
import * as Shared from "../../src/store/shared.js"
import * as breaking from "../support/breakingStore.js"
import { hurried, steps } from "../support/clocks.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import * as wire from "./wire.js"

interface Made {
  readonly at: number
  readonly isAnswered: boolean
}

/** Answers so many calls a second, fewer than one a call at a time, and says of more that they are too many. */
const limited = (limit: number) => {
  const made: Array<Made> = []
  const atOnce = Math.max(limit, 1)
  const isAnswered = (at: number): boolean => {
    const lately = made.filter((call) => call.isAnswered && call.at > at - (1_000 * atOnce) / limit).length
    made.push({ at, isAnswered: lately < atOnce })
    return lately < atOnce
  }
  return { made, isAnswered }
}

const answered = (made: ReadonlyArray<Made>): number => made.filter(({ isAnswered }) => isAnswered).length

/** A call that takes 50 milliseconds. */
const callOf = ({ isAnswered }: ReturnType<typeof limited>) =>
  Effect.gen(function* () {
    const isTaken = isAnswered(yield* Clock.currentTimeMillis)
    yield* Effect.sleep("50 millis")
    if (!isTaken) yield* failure("Throttled", "GetHIT", "Rate exceeded")
  })

const places = 8

/** What the processes over a store share. */
const pace = Effect.flatMap(Store.Store, (store) =>
  Shared.make(store, { id: "mturk/pace", provider, schema: Pace, initial: unlimited })
)

/** A process of its own over the store. */
const one = Effect.gen(function* () {
  return yield* Limiter.over(places, yield* SharedPacer.make(yield* pace))
})

type Processes = Effect.Effect<ReadonlyArray<Limiter.Limiter>, never, Scope.Scope | Store.Store>

/** As many calls at once as there are places, each again as soon as it is answered. */
const busy = (call: Effect.Effect<void, unknown>, limiters: ReadonlyArray<Limiter.Limiter>) =>
  Effect.forEach(
    limiters.flatMap((limiter) => Array.from({ length: places }, () => limiter)),
    ({ limit }) => Effect.forever(Effect.catchAll(limit("GetHIT", call), () => Effect.sleep("500 millis"))),
    { concurrency: "unbounded", discard: true }
  )

/** Tells of each call how long it waited until it began or was refused. */
const timed = ({ limit, rate }: Limiter.Limiter, tell: (millis: number) => void): Limiter.Limiter => ({
  rate,
  limit: (method, call) =>
    Effect.gen(function* () {
      const asked = yield* Clock.currentTimeMillis
      const told = yield* Effect.once(Effect.map(Clock.currentTimeMillis, (now) => tell(now - asked)))
      return yield* Effect.tapError(limit(method, Effect.zipRight(told, call)), () => told)
    })
})

/** What processes send that are busy for so long, and how long a call waited at most until it began or was refused. */
const sentAndWaited = (limit: number, processes: Processes) =>
  Effect.gen(function* () {
    const service = limited(limit)
    const { go, on } = steps()
    let waited = 0
    const tell = (millis: number) => {
      waited = Math.max(waited, millis)
    }
    const all = Effect.map(
      processes,
      Arr.map((limiter) => timed(limiter, tell))
    )
    const fiber = yield* Effect.fork(on(Effect.flatMap(all, (limiters) => busy(callOf(service), limiters))))
    yield* go("1 minute")
    yield* Fiber.interrupt(fiber)
    return { made: service.made, waited }
  }).pipe(Effect.scoped, Effect.provide(Store.layerMemory))

const sent = (limit: number, processes: Processes) => Effect.map(sentAndWaited(limit, processes), ({ made }) => made)

const alone = Effect.replicateEffect(Limiter.make(places), 1)
const three = Effect.replicateEffect(one, 3)

/** How many there were after a moment in which nobody could have heard of the others. */
const later = (made: ReadonlyArray<Made>): number => made.filter(({ at }) => at >= (made[0]?.at ?? 0) + 1_000).length

describe("three processes that share a pace", () => {
  for (const limit of [5, 20]) {
    it.live(`send no more than 1.1 times what one sends, and get about as much done, at ${limit} calls a second`, () =>
      Effect.gen(function* () {
        const [ofOne, ofThree] = [yield* sent(limit, alone), yield* sent(limit, three)]
        expect(later(ofThree)).toBeLessThanOrEqual(1.1 * later(ofOne))
        expect(answered(ofThree)).toBeGreaterThan(0.8 * answered(ofOne))
        expect(answered(ofOne)).toBeGreaterThan(0.6 * limit * 60)
      })
    )
  }
})

const hour = 3_600_000

/** A process whose clock is so many milliseconds ahead, and is set back by an hour at a time. */
const wrong = ({ ahead = 0, backAt = Number.POSITIVE_INFINITY }) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const shown = (now: number) => now + ahead - (now >= backAt ? hour : 0)
    const even = (now: bigint) => now + BigInt(ahead) * 1_000_000n
    const ours = {
      ...clock,
      unsafeCurrentTimeMillis: () => shown(clock.unsafeCurrentTimeMillis()),
      currentTimeMillis: Effect.map(clock.currentTimeMillis, shown),
      unsafeCurrentTimeNanos: () => even(clock.unsafeCurrentTimeNanos()),
      currentTimeNanos: Effect.map(clock.currentTimeNanos, even)
    }
    const { limit, rate } = yield* Effect.withClock(one, ours)
    const process: Limiter.Limiter = {
      rate,
      limit: (method, call) => Effect.withClock(limit(method, Effect.withClock(call, clock)), ours)
    }
    return process
  })

const eight = (wrongly: (n: number) => Parameters<typeof wrong>[0]) =>
  Effect.forEach(Arr.range(0, 7), (n) => wrong(wrongly(n)))

describe("eight processes at the slowest pace send no more than one, and hold up no call for over ten seconds", () => {
  /** With the calls a second that the service answers: so few that the pace is as slow as any, and nearly none. */
  const cases = [
    ["agree", 0.5, eight(() => ({}))],
    ["agree", 0.01, eight(() => ({}))],
    ["are 2 seconds apart", 0.01, eight((n) => ({ ahead: 2_000 * (8 - n) }))],
    ["are 20 seconds apart", 0.5, eight((n) => ({ ahead: 20_000 * n }))],
    ["are set back by an hour, one after the other", 0.5, eight((n) => ({ backAt: 5_000 * (n + 1) }))]
  ] as const
  for (const [how, limit, processes] of cases) {
    it.live(`where their clocks ${how}, and ${limit} calls a second are answered`, () =>
      Effect.gen(function* () {
        const [ofOne, ofEight] = [yield* sentAndWaited(limit, alone), yield* sentAndWaited(limit, processes)]
        expect(later(ofEight.made)).toBeLessThanOrEqual(1.1 * later(ofOne.made))
        expect(answered(ofEight.made)).toBeGreaterThan(0.7 * answered(ofOne.made))
        expect(ofEight.waited).toBeLessThanOrEqual(10_000)
      })
    )
  }
})

/** By a clock that a test moves, over this store. */
const stepping = <A, E>(
  test: (go: ReturnType<typeof steps>["go"]) => Effect.Effect<A, E, Scope.Scope | Store.Store>,
  store: Layer.Layer<Store.Store> = Store.layerMemory
) =>
  Effect.gen(function* () {
    const { go, on } = steps()
    return yield* on(test(go))
  }).pipe(Effect.scoped, Effect.provide(store))

const throttle = ({ limit }: Limiter.Limiter) =>
  Effect.flip(limit("GetHIT", failure("Throttled", "GetHIT", "Rate exceeded")))

/** When so many calls begin, in milliseconds from now. */
const beginnings = (go: ReturnType<typeof steps>["go"], { limit }: Limiter.Limiter, calls: number) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const began: Array<number> = []
    const call = Effect.map(Clock.currentTimeMillis, (now) => void began.push(now - start))
    const all = Effect.replicateEffect(Effect.either(limit("GetHIT", call)), calls, { concurrency: "unbounded" })
    const fiber = yield* Effect.fork(all)
    yield* go("15 seconds")
    const outcomes = yield* Fiber.join(fiber)
    return { began, outcomes }
  })

describe("a process that was never throttled", () => {
  it.live("calls as slowly as the others within a second of their news", () =>
    stepping((go) =>
      Effect.gen(function* () {
        const [first, second] = [yield* one, yield* one]
        expect((yield* beginnings(go, second, 5)).began).toEqual([0, 0, 0, 0, 0])
        yield* throttle(first)
        yield* go("1 second")
        const { began } = yield* beginnings(go, second, 4)
        expect(began).toHaveLength(4)
        expect(began.slice(1).every((at, n) => at - (began[n] ?? at) >= 250)).toBe(true)
        expect(yield* second.rate).toBeLessThan(10)
      })
    )
  )

  it.live("does not call for whom it would be longer than ten seconds, nor reserve a moment for who has gone", () =>
    stepping((go) =>
      Effect.gen(function* () {
        const limiter = yield* one
        yield* throttle(limiter)
        const gone = yield* Effect.fork(
          Effect.replicateEffect(limiter.limit("GetHIT", Effect.void), 100, { concurrency: "unbounded" })
        )
        yield* go(0)
        yield* Fiber.interrupt(gone)
        const { began, outcomes } = yield* beginnings(go, limiter, 100)
        expect(began.length).toBeGreaterThan(3)
        expect(began.length).toBeLessThan(100)
        expect(outcomes.filter(({ _tag }) => _tag === "Left").length).toBe(100 - began.length)
        expect(outcomes).toContainEqual(
          expect.objectContaining({ left: expect.objectContaining({ reason: "Throttled" }) })
        )
      })
    )
  )

  it.live("is not slowed by what nobody has followed for a minute", () =>
    stepping((go) =>
      Effect.gen(function* () {
        yield* throttle(yield* one)
        yield* go("2 minutes")
        const { began } = yield* beginnings(go, yield* one, 20)
        expect(began.length).toBe(20)
        expect(Math.max(...began)).toBe(0)
      })
    )
  )
})

it.live("what a process learns whose clock is an hour behind is not older than what it learnt it from", () =>
  stepping((go) =>
    Effect.gen(function* () {
      const [behind, right] = [yield* one, yield* wrong({ ahead: hour })]
      yield* behind.limit("GetHIT", Effect.void)
      yield* throttle(right)
      yield* go("600 millis")
      yield* right.limit("GetHIT", Effect.void)
      const before = yield* Effect.flatMap(pace, ({ get }) => get)
      yield* throttle(behind)
      const after = yield* Effect.flatMap(pace, ({ get }) => get)
      expect(after).not.toEqual(before)
      expect(after.changedAt).toBeGreaterThanOrEqual(before.changedAt)
      expect(after.halvedAt).toBeGreaterThanOrEqual(before.halvedAt)
    })
  )
)

it.live("a process whose database does not answer has a pace of its own", () => {
  const store = breaking.make(Store.layerMemory)
  return stepping(
    (go) =>
      Effect.gen(function* () {
        const limiter = yield* one
        yield* store.broken("gone")
        expect((yield* beginnings(go, limiter, 5)).began).toEqual([0, 0, 0, 0, 0])
        yield* throttle(limiter)
        const { began } = yield* beginnings(go, limiter, 3)
        expect(began).toHaveLength(3)
        expect(began[2]).toBeGreaterThan(500)
      }),
    store.layer
  )
})

/** How many times as fast the clock goes where calls go over a wire: too fast on a busy machine to count them. */
const hurry = 5

describe("three processes over one Postgres and a wire", () => {
  it.scopedLive("have one pace, learnt from what was throttled, and each is answered", () =>
    Effect.gen(function* () {
      const [limit, duration] = [5, Duration.seconds(15)]
      const service = limited(limit)
      const url = yield* postgres.url
      const { on, url: endpoint } = yield* wire.make
      const start = Date.now()
      on("GetAccountBalance", () =>
        service.isAnswered((Date.now() - start) * hurry) ? wire.ok({ AvailableBalance: "1.00" }) : wire.throttle
      )
      const crowd = () =>
        MTurk.layer({ endpoint, credentials: wire.credentials, concurrency: places }).pipe(
          Layer.provideMerge(storeAt(url, 4))
        )
      const parts = [0, 0, 0]
      const looking = (n: number) =>
        Effect.gen(function* () {
          const { available } = yield* Budget.Budget
          const { id } = yield* wire.requester
          const look = Effect.map(available(id), () => {
            parts[n] = (parts[n] ?? 0) + 1
          })
          const again = Effect.forever(Effect.catchAll(look, () => Effect.sleep("500 millis")))
          return Effect.replicateEffect(again, places, { concurrency: "unbounded" })
        })
      yield* Effect.gen(function* () {
        const processes = yield* Effect.forEach([0, 1, 2], (n) =>
          Effect.flatMap(Layer.build(crowd()), (context) => Effect.provide(looking(n), context))
        )
        yield* Effect.timeoutOption(Effect.all(processes, { concurrency: "unbounded" }), duration)
      }).pipe(hurried(hurry))
      expect(Math.min(...parts)).toBeGreaterThan(0)
      const { rate } = yield* Effect.provide(
        Effect.flatMap(pace, ({ get }) => get),
        crowd()
      )
      expect(rate).toBeLessThan(2 * limit)
    })
  )
})
