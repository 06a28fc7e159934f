import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { Service } from "../../src/Store.js"
import { crowd, doIt, failed, killed, outward, processOn, states, test } from "../support/journaled.js"

describe("what was sent once is never sent again", () => {
  test("an answer is lost, and the crowd acts later: it is looked up until it cannot be under way any more", (store) =>
    Effect.gen(function* () {
      const late = (act: Effect.Effect<void>) =>
        Effect.zipRight(Effect.forkDaemon(Effect.delay(act, "20 seconds")), failed("Unavailable"))
      const remote = crowd(late, doIt)
      const fiber = yield* Effect.fork(processOn(store, outward(remote, { lookUp: true })).perform("a"))
      yield* TestClock.adjust("10 minutes")
      expect((yield* Fiber.join(fiber)).map(Either.isRight)).toEqual([true])
      expect(remote.acted()).toEqual([1])
    }))

  test("a process is killed, and the crowd acts on its last call later: settling waits for that", (store) =>
    Effect.gen(function* () {
      const slow = (act: Effect.Effect<void>) =>
        Effect.zipRight(Effect.forkDaemon(Effect.delay(act, "50 seconds")), Effect.never)
      const remote = crowd(slow, doIt)
      const sends = outward(remote, { lookUp: true })
      const fiber = yield* Effect.fork(processOn(store, sends).perform("a"))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      const settling = yield* Effect.fork(processOn(store, sends).settle())
      yield* TestClock.adjust("10 minutes")
      expect(yield* Fiber.join(settling)).toMatchObject({ done: 1 })
      expect(remote.acted()).toEqual([1])
    }))

  test("an answer is lost after the crowd acted: it is found at the first look", (store) =>
    Effect.gen(function* () {
      const remote = crowd((act) => Effect.zipRight(act, failed("Unavailable")), doIt)
      const fiber = yield* Effect.fork(processOn(store, outward(remote, { lookUp: true })).perform("a"))
      yield* TestClock.adjust("1 second")
      expect((yield* Fiber.join(fiber)).map(Either.isRight)).toEqual([true])
      expect(remote.acted()).toEqual([1])
    }))

  test("a process that stood still between writing and sending finds that another has taken over", (store) =>
    Effect.gen(function* () {
      const remote = crowd(doIt)
      const sends = outward(remote, { lookUp: true })
      let stall = true
      const stalling: Service["transaction"] = (effect) =>
        Effect.tap(store.transaction(effect), () => {
          const wait = stall ? Effect.sleep("10 minutes") : Effect.void
          stall = false
          return wait
        })
      const fiber = yield* Effect.fork(processOn({ ...store, transaction: stalling }, sends).perform("a"))
      yield* TestClock.adjust("2 minutes")
      expect(yield* processOn(store, sends).settle()).toMatchObject({ done: 1 })
      yield* TestClock.adjust("20 minutes")
      expect((yield* Fiber.join(fiber)).map(Either.isRight)).toEqual([true])
      expect(remote.acted()).toEqual([1])
    }))

  test("two processes settle the same intents, one after another and slowly", (store) =>
    Effect.gen(function* () {
      const remote = crowd((act) => doIt(Effect.delay(act, "25 seconds")))
      const sends = outward(remote, { lookUp: true })
      yield* killed(store, sends, "a", "b", "c", "d", "e")
      const settle = processOn(store, sends).settle()
      const settling = yield* Effect.fork(
        Effect.all([settle, settle, Effect.delay(settle, "110 seconds")], { concurrency: 3 })
      )
      yield* TestClock.adjust("20 minutes")
      yield* Fiber.join(settling)
      expect(remote.acted()).toEqual([1, 1, 1, 1, 1])
      expect(yield* states(store, sends)).toMatchObject({ done: 5 })
    }))

  test("a look-up that answers for fewer than were asked says nothing of the others", (store) =>
    Effect.gen(function* () {
      const remote = crowd((act) => Effect.zipRight(act, failed("Unavailable")), doIt)
      const sends = { ...outward(remote, {}), lookUp: Option.some(() => Effect.succeed([])) }
      const fiber = yield* Effect.fork(processOn(store, sends).perform("a"))
      yield* TestClock.adjust("1 hour")
      expect((yield* Fiber.join(fiber)).map(Either.isLeft)).toEqual([true])
      expect(remote.acted()).toEqual([1])
      expect(yield* states(store, sends)).toMatchObject({ pending: 1 })
    }))

  test("a repeat that might end after the crowd has forgotten the token is not sent", (store) =>
    Effect.gen(function* () {
      const remote = crowd(doIt)
      const sends = outward(remote, { repeatableFor: "65 seconds" })
      yield* killed(store, sends, "a")
      yield* TestClock.adjust("59 seconds")
      const settling = yield* Effect.fork(processOn(store, sends).settle())
      yield* TestClock.adjust("10 minutes")
      expect(yield* Fiber.join(settling)).toMatchObject({ uncertain: 1 })
      expect(remote.calls()).toBe(0)
    }))
})

describe("nothing is lost", () => {
  test("an effect that may have happened has not failed because its repeat was one call too many", (store) =>
    Effect.gen(function* () {
      const remote = crowd(
        (act) => Effect.zipRight(act, failed("Unavailable")),
        () => failed("Throttled")
      )
      const sends = outward(remote, { repeatableFor: "1 day" })
      const fiber = yield* Effect.fork(processOn(store, sends).perform("a"))
      yield* TestClock.adjust("10 minutes")
      expect((yield* Fiber.join(fiber)).map(Either.isLeft)).toEqual([true])
      expect(yield* states(store, sends)).toMatchObject({ pending: 1, failed: 0 })
    }))

  test("a refusal that comes late does not undo what another process has recorded", (store) =>
    Effect.gen(function* () {
      const remote = crowd(() => Effect.delay(failed("Rejected"), "20 seconds"), doIt)
      const sends = outward(remote, { repeatableFor: "1 day" })
      const fiber = yield* Effect.fork(processOn(store, sends).perform("a"))
      yield* TestClock.adjust("1 second")
      expect(yield* processOn(store, sends).settle()).toMatchObject({ done: 1 })
      yield* TestClock.adjust("1 minute")
      expect((yield* Fiber.join(fiber)).map(Either.isRight)).toEqual([true])
      expect(yield* states(store, sends)).toMatchObject({ done: 1, failed: 0 })
    }))

  test("a clock that went back delays settling by no more than a sending can take", (store) =>
    Effect.gen(function* () {
      const remote = crowd(doIt)
      const sends = outward(remote, { lookUp: true })
      yield* TestClock.adjust("1 day")
      yield* killed(store, sends, "a")
      yield* TestClock.setTime(0)
      const settling = yield* Effect.fork(processOn(store, sends).settle())
      yield* TestClock.adjust("5 minutes")
      expect(yield* Fiber.join(settling)).toMatchObject({ done: 1 })
      expect(remote.acted()).toEqual([1])
    }))
})
