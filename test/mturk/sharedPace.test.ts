/** The pace that several processes over one database have together, against a service that says when calls are too many. */
import { describe, expect, it } from "@effect/vitest"
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

/** Answers so many calls a second, and says of more that they are too many. */
const limited = (limit: number) => {
  const made: Array<Made> = []
  const isAnswered = (at: number): boolean => {
    const lately = made.filter((call) => call.isAnswered && call.at > at - 1_000).length
    made.push({ at, isAnswered: lately < limit })
    return lately < limit
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

const places = 16

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

/** What processes send that are busy for so long. */
const sent = (limit: number, processes: Processes, duration: Duration.DurationInput = "1 minute") =>
  Effect.gen(function* () {
    const service = limited(limit)
    const { go, on } = steps()
    const fiber = yield* Effect.fork(on(Effect.flatMap(processes, (all) => busy(callOf(service), all))))
    yield* go(duration)
    yield* Fiber.interrupt(fiber)
    return service.made
  }).pipe(Effect.scoped, Effect.provide(Store.layerMemory))

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

  it.live("does not call for whom it would be longer than ten seconds, nor keep a turn for who has gone", () =>
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
      const [limit, duration] = [20, Duration.seconds(15)]
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
