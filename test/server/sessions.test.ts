/** Sessions of the console, and guesses at its token. */
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { layerMemory, Store } from "../../src/Store.js"
import * as sessions from "../../src/server/console/sessions.js"
import * as tokenAttempts from "../../src/server/console/tokenAttempts.js"
import { data } from "../../src/store/tables.js"
import { secret, token } from "../support/server.js"

const made = Effect.map(Store, (store) => sessions.make({ secret, token }, store))

describe("A session", () => {
  it.effect("has a cookie of its own at each sign-in, and ends after a week", () =>
    Effect.gen(function* () {
      const { begin, isOpen } = yield* made
      const [one, two] = [yield* begin, yield* begin]
      expect(one).not.toBe(two)
      yield* TestClock.adjust(Duration.subtract(Duration.days(7), "1 millis"))
      expect(yield* isOpen(one)).toBe(true)
      yield* TestClock.adjust("1 millis")
      expect(yield* isOpen(one)).toBe(false)
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("that was ended is so in every process over the store, and no other one is", () =>
    Effect.gen(function* () {
      const [here, there] = [yield* made, yield* made]
      const [one, two] = [yield* here.begin, yield* here.begin]
      expect(yield* there.isOpen(one)).toBe(true)
      yield* there.end(one)
      yield* there.end(one)
      expect([yield* here.isOpen(one), yield* here.isOpen(two)]).toEqual([false, true])
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("is nobody's who made up its cookie, has another token, or put off its end", () =>
    Effect.gen(function* () {
      const { begin, isOpen } = yield* made
      const other = sessions.make({ secret, token: Redacted.make("another token of the tests") }, yield* Store)
      const cookie = yield* begin
      const [id = "", signature = ""] = cookie.split(".")
      const wrong = ["", ".", id, `${id}.`, `9${id.slice(1)}.${signature}`, `${cookie}x`, yield* other.begin]
      for (const one of wrong) expect([one, yield* isOpen(one)]).toEqual([one, false])
      expect(yield* other.isOpen(cookie)).toBe(false)
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("that was ended is forgotten once it would be over anyhow", () =>
    Effect.gen(function* () {
      const { begin, end } = yield* made
      const store = yield* Store
      const kept = Effect.map(
        store.page(data, { where: { provider: "server/ended-session" }, limit: 10 }),
        (rows) => rows.length
      )
      yield* end(yield* begin)
      yield* TestClock.adjust("3 days")
      yield* end(yield* begin)
      expect(yield* kept).toBe(2)
      yield* TestClock.adjust("5 days")
      yield* end(yield* begin)
      expect(yield* kept).toBe(2)
    }).pipe(Effect.provide(layerMemory))
  )
})

describe("Guesses at the token", () => {
  const guessing = (service: tokenAttempts.Service, address = "192.0.2.1") => ({
    wrong: Effect.map(Effect.flip(service.check(address, token, "a guess")), (error) =>
      error._tag === "TooManyAttempts" ? error.seconds : 0
    ),
    right: Effect.isSuccess(service.check(address, token, Redacted.value(token)))
  })

  it.effect("are slowed down after ten failures from an address, more with each", () =>
    Effect.gen(function* () {
      const { right, wrong } = guessing(tokenAttempts.make())
      for (let n = 0; n < 10; n++) expect(yield* wrong).toBe(0)
      const waits: Array<number> = []
      for (let n = 0; n < 8; n++) {
        const seconds = yield* wrong
        waits.push(seconds)
        expect(yield* right).toBe(false)
        yield* TestClock.adjust(Duration.seconds(seconds))
        expect(yield* wrong).toBe(0)
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
      yield* TestClock.adjust("30 seconds")
      expect(yield* right).toBe(true)
    })
  )

  it.effect("from one address slow down no other, and are forgotten after a quarter of an hour", () =>
    Effect.gen(function* () {
      const service = tokenAttempts.make()
      const [one, two] = [guessing(service), guessing(service, "192.0.2.2")]
      for (let n = 0; n < 11; n++) yield* one.wrong
      expect([yield* one.right, yield* two.right]).toEqual([false, true])
      yield* TestClock.adjust("16 minutes")
      for (let n = 0; n < 10; n++) expect(yield* one.wrong).toBe(0)
    })
  )

  it.effect("are remembered of 10,000 addresses at the most", () =>
    Effect.gen(function* () {
      const service = tokenAttempts.make()
      const first = guessing(service, "first")
      for (let n = 0; n < 11; n++) yield* first.wrong
      yield* Effect.forEach(
        Array.from({ length: 10_000 }, (_, n) => String(n)),
        (address) => guessing(service, address).wrong,
        {
          discard: true
        }
      )
      expect(yield* first.right).toBe(true)
    })
  )
})
