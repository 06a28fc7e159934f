/** What a crowd promises of a repeat, and of a look-up. */
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import {
  crowd,
  cutOff,
  doIt,
  failed,
  inTheEnd,
  killed,
  lostAfter,
  lostBefore,
  outward,
  processOn,
  refused,
  states,
  test,
  throttled,
  told
} from "../support/journaled.js"

const hangsAfter = (act: Effect.Effect<void>) => Effect.zipRight(act, Effect.never)

describe("a repeat is refused", () => {
  const promised = { repeatableFor: "1 day", repeat: "refused" } as const

  test("which proves that it was sent, not that it was done: it is uncertain, never failed", (store) =>
    Effect.gen(function* () {
      const remote = crowd(lostAfter, refused)
      const sends = outward(remote, promised)
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a")))).toEqual(["Uncertain"])
      expect(yield* states(store, sends)).toMatchObject({ uncertain: 1, failed: 0 })
      expect(remote.calls()).toBe(2)
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a")))).toEqual(["Uncertain"])
      expect(yield* inTheEnd(processOn(store, sends).settle())).toMatchObject({ uncertain: 0 })
      expect(remote.calls()).toBe(2)
    }))

  test("and what the first sending had not reached is done by the second", (store) =>
    Effect.gen(function* () {
      const remote = crowd(lostBefore, doIt)
      const sends = outward(remote, promised)
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a")))).toEqual(["done"])
      yield* killed(store, sends, "b")
      expect(yield* inTheEnd(processOn(store, sends).settle())).toMatchObject({ done: 1 })
      expect(remote.acted()).toEqual([1, 1])
    }))

  test("but one that comes too soon after others has not been looked at: it is tried again", (store) =>
    Effect.gen(function* () {
      const remote = crowd(lostAfter, throttled, refused)
      const sends = outward(remote, { ...promised, lookUp: true })
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a")))).toEqual(["done"])
      expect(remote.calls()).toBe(3)
    }))

  test("and a look-up decides: what it finds is done", (store) =>
    Effect.gen(function* () {
      const remote = crowd(hangsAfter, refused)
      const sends = outward(remote, { ...promised, lookUp: true })
      yield* cutOff(store, sends, "a")
      expect(yield* inTheEnd(processOn(store, sends).settle())).toMatchObject({ done: 1 })
      expect(remote.acted()).toEqual([1])
    }))

  test("and a look-up decides: what it does not find has failed, once it cannot be under way any more", (store) =>
    Effect.gen(function* () {
      const remote = crowd(lostBefore, refused)
      const sends = outward(remote, { ...promised, lookUp: true })
      const fiber = yield* Effect.fork(processOn(store, sends).perform("a"))
      yield* TestClock.adjust("55 seconds")
      expect(yield* states(store, sends)).toMatchObject({ pending: 1 })
      yield* TestClock.adjust("10 minutes")
      expect(told(yield* Fiber.join(fiber))).toEqual(["ProviderError"])
      expect(yield* states(store, sends)).toMatchObject({ failed: 1 })
    }))

  test("so nobody sends while another may be sending: two who ask at once get one answer", (store) =>
    Effect.gen(function* () {
      const remote = crowd((act) => doIt(Effect.delay(act, "1 second")), refused)
      const asked = processOn(store, outward(remote, promised)).perform("a")
      expect((yield* inTheEnd(Effect.all([asked, asked], { concurrency: 2 }))).map(told)).toEqual([["done"], ["done"]])
      expect(remote.calls()).toBe(1)
    }))
})

describe("a look-up can only confirm", () => {
  const promised = { lookUp: true, lookUpCan: "confirm" } as const

  test("so what it finds is done", (store) =>
    Effect.gen(function* () {
      const remote = crowd(lostAfter)
      const sends = outward(remote, promised)
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a")))).toEqual(["done"])
      expect(remote.acted()).toEqual([1])
    }))

  test("so what it does not find is uncertain, and is never sent again by itself", (store) =>
    Effect.gen(function* () {
      const remote = crowd(lostBefore, doIt)
      const sends = outward(remote, promised)
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a")))).toEqual(["Uncertain"])
      yield* killed(store, sends, "b")
      for (const _ of [1, 2, 3]) yield* inTheEnd(processOn(store, sends).settle())
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a", "b")))).toEqual(["Uncertain", "Uncertain"])
      expect(yield* states(store, sends)).toEqual({ pending: 0, done: 0, failed: 0, uncertain: 2 })
      expect(remote.calls()).toBe(1)
    }))

  test("and each settle looks again for what is uncertain, until it shows and is done", (store) =>
    Effect.gen(function* () {
      const minutesLater = (act: Effect.Effect<void>) =>
        Effect.zipRight(Effect.forkDaemon(Effect.delay(act, "90 minutes")), failed("Unavailable"))
      const remote = crowd(minutesLater, lostBefore)
      const sends = outward(remote, promised)
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a", "b")))).toEqual(["Uncertain", "Uncertain"])
      const settle = processOn(store, sends).settle()
      expect(yield* settle).toEqual({ pending: 0, done: 0, failed: 0, uncertain: 2 })
      yield* TestClock.adjust("1 hour")
      expect(yield* settle).toEqual({ pending: 0, done: 1, failed: 0, uncertain: 1 })
      expect(yield* settle).toEqual({ pending: 0, done: 0, failed: 0, uncertain: 1 })
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a", "b")))).toEqual(["done", "Uncertain"])
      expect(remote.calls()).toBe(2)
    }))

  test("and when the crowd cannot be asked, what is uncertain stays so", (store) =>
    Effect.gen(function* () {
      const sends = outward(crowd(lostBefore), promised)
      yield* inTheEnd(processOn(store, sends).perform("a"))
      const silent = { ...sends, lookUp: Option.some(() => failed("Unavailable")) }
      expect(yield* inTheEnd(processOn(store, silent).settle())).toMatchObject({ uncertain: 1 })
      expect(yield* states(store, sends)).toMatchObject({ uncertain: 1 })
    }))

  test("and decides nothing of a repeat that is refused: it is uncertain", (store) =>
    Effect.gen(function* () {
      for (const repeat of ["refused", "answered"] as const) {
        const remote = crowd(lostBefore, refused)
        const sends = outward(remote, { ...promised, repeatableFor: "1 day", repeat })
        expect(told(yield* inTheEnd(processOn(store, sends).perform(repeat)))).toEqual(["Uncertain"])
      }
    }))
})
