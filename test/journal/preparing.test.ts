/** What is made and written down before the one call that counts. */
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { ProviderError } from "../../src/CrowdError.js"
import type { Json } from "../../src/Json.js"
import type * as Store from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
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
  type Promised,
  processOn,
  refused,
  states,
  test,
  throttled,
  told
} from "../support/journaled.js"

/** Each preparation is another: 1, 2, 3. The first ones come to what is given. */
const preparing = (promised: Promised, ...first: ReadonlyArray<Effect.Effect<Json, ProviderError>>) => {
  let count = 0
  const prepare = () => Effect.suspend(() => first[count++] ?? Effect.succeed(count))
  return { promised: { ...promised, prepare }, made: () => count }
}

/** What is left pending after a preparation was written, by what the crowd promises. */
const promises: ReadonlyArray<readonly [string, Promised, "done" | "uncertain"]> = [
  ["repeated", { repeatableFor: "1 day" }, "done"],
  ["looked up", { lookUp: true }, "done"],
  ["only confirmed", { lookUp: true, lookUpCan: "confirm" }, "uncertain"],
  ["neither repeated nor looked up", {}, "uncertain"]
]

const writtenFor = (store: Store.Service, token: string) =>
  Effect.map(
    Effect.orDie(store.get(tables.intents, token)),
    Option.flatMap(({ prepared }) => prepared)
  )

describe("a preparation", () => {
  test("is written down before its order is sent, which carries it", (store) =>
    Effect.gen(function* () {
      const remote = crowd((act) =>
        Effect.gen(function* () {
          expect(yield* writtenFor(store, "a")).toEqual(Option.some(1))
          return yield* doIt(act)
        })
      )
      const { promised } = preparing({})
      expect(told(yield* processOn(store, outward(remote, promised)).perform("a"))).toEqual(["done"])
      expect(remote.carried()).toEqual([1])
    }))

  for (const [kind, promise, state] of promises) {
    describe(`of an effect that can be ${kind}`, () => {
      test("is missing after a kill: nothing was sent, so it is made and sent", (store) =>
        Effect.gen(function* () {
          const remote = crowd(doIt)
          const { promised } = preparing(promise, Effect.never)
          const sends = outward(remote, promised)
          yield* cutOff(store, sends, "a")
          expect(yield* writtenFor(store, "a")).toEqual(Option.none())
          expect(yield* inTheEnd(processOn(store, sends).settle())).toMatchObject({ done: 1 })
          expect(remote.carried()).toEqual([2])
        }))

      test("is there after a kill: the order may have been sent, and it is never made anew", (store) =>
        Effect.gen(function* () {
          const remote = crowd(doIt)
          const { made, promised } = preparing(promise)
          const sends = outward(remote, promised)
          yield* killed(store, sends, "a")
          expect(yield* writtenFor(store, "a")).toEqual(Option.some(1))
          yield* inTheEnd(processOn(store, sends).settle())
          expect(yield* states(store, sends)).toMatchObject({ [state]: 1 })
          expect(remote.carried()).toEqual(state === "done" ? [1] : [])
          expect(made()).toBe(1)
        }))
    })
  }

  test("is carried by every repeat of its order", (store) =>
    Effect.gen(function* () {
      const remote = crowd(throttled, lostAfter, throttled, doIt)
      const { made, promised } = preparing({ repeatableFor: "1 day" })
      expect(told(yield* inTheEnd(processOn(store, outward(remote, promised)).perform("a")))).toEqual(["done"])
      expect(remote.carried()).toEqual([1, 1, 1, 1])
      expect(made()).toBe(1)
    }))

  test("is made anew once its order has failed", (store) =>
    Effect.gen(function* () {
      const remote = crowd(refused, doIt)
      const { promised } = preparing({})
      const process = processOn(store, outward(remote, promised))
      expect(told(yield* process.perform("a"))).toEqual(["ProviderError"])
      expect(told(yield* process.perform("a"))).toEqual(["done"])
      expect(remote.carried()).toEqual([1, 2])
    }))

  test("that fails for the moment is tried again by the one policy, and that it may have happened is no matter", (store) =>
    Effect.gen(function* () {
      const remote = crowd(doIt)
      const { promised } = preparing({}, failed("Throttled"), failed("Unavailable"), Effect.never)
      expect(told(yield* inTheEnd(processOn(store, outward(remote, promised)).perform("a")))).toEqual(["done"])
      expect(remote.carried()).toEqual([4])
    }))

  test("that fails for good fails its order, of which nothing was sent, and no other of its page", (store) =>
    Effect.gen(function* () {
      const remote = crowd(doIt)
      const { promised } = preparing({}, failed("Rejected"))
      const sends = outward(remote, promised)
      expect(told(yield* processOn(store, sends).perform("a", "b"))).toEqual(["ProviderError", "done"])
      const malformed = preparing({}, failed("Malformed")).promised
      expect(told(yield* processOn(store, outward(remote, malformed)).perform("c"))).toEqual(["ProviderError"])
      expect(yield* states(store, sends)).toEqual({ pending: 0, done: 1, failed: 2, uncertain: 0 })
      expect(remote.calls()).toBe(1)
    }))

  test("that fails until the policy gives up fails its order, which is not left pending", (store) =>
    Effect.gen(function* () {
      const remote = crowd(doIt)
      const sends = outward(remote, { prepare: () => failed("Unavailable") })
      expect(told(yield* inTheEnd(processOn(store, sends).perform("a")))).toEqual(["ProviderError"])
      expect(yield* states(store, sends)).toMatchObject({ failed: 1, pending: 0 })
      expect(remote.calls()).toBe(0)
    }))

  test("that takes long is left to nobody else: who stood still meanwhile sends nothing of their own", (store) =>
    Effect.gen(function* () {
      const remote = crowd(doIt)
      const { promised } = preparing({})
      const sends = outward(remote, promised)
      let stall = true
      const stalling: Store.Service["transaction"] = (effect) =>
        Effect.zipRight(
          Effect.suspend(() => (stall ? Effect.void : Effect.sleep("10 minutes"))),
          Effect.ensuring(
            store.transaction(effect),
            Effect.sync(() => {
              stall = !stall
            })
          )
        )
      const slow = yield* Effect.fork(processOn({ ...store, transaction: stalling }, sends).perform("a"))
      yield* TestClock.adjust("2 minutes")
      expect(yield* processOn(store, sends).settle()).toMatchObject({ done: 1 })
      yield* TestClock.adjust("1 hour")
      expect(told(yield* Fiber.join(slow))).toEqual(["done"])
      expect(remote.carried()).toEqual([2])
    }))

  test("does not use up the time within which its order may be repeated", (store) =>
    Effect.gen(function* () {
      const remote = crowd(lostBefore, doIt)
      const slowly = Effect.delay(Effect.succeed(1), "20 seconds")
      const { promised } = preparing({ repeatableFor: "75 seconds" }, Effect.never, slowly)
      const sends = outward(remote, promised)
      yield* cutOff(store, sends, "a")
      expect(yield* inTheEnd(processOn(store, sends).settle())).toMatchObject({ done: 1 })
      expect(remote.carried()).toEqual([1, 1])
    }))
})
