/** Request tokens are good for a day, and then they are gone. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { Context } from "../../src/mturk-server/context.js"
import { makeContext } from "../../src/mturk-server/makeContext.js"
import * as tokens from "../../src/mturk-server/protocol/tokens.js"
import * as upkeep from "../../src/mturk-server/upkeep.js"
import * as samples from "./samples.js"
import { layer } from "./support.js"

const left = (own: Context) =>
  Effect.forEach(tokens.kinds, (kind) =>
    Effect.map(own.rows.tokens.page(kind, { after: "", limit: 10_000 }), (page) => page.length)
  )

describe("request tokens", () => {
  it.scoped("are removed after a day, a page of each kind a round, and no earlier", () =>
    Effect.gen(function* () {
      const own = yield* makeContext(Option.none())
      const write = (kind: tokens.Kind, name: string, count: number) =>
        Effect.flatMap(DateTime.now, (at) =>
          Effect.forEach(Array.from({ length: count }), (_, n) =>
            own.rows.tokens.insert(kind, `${kind}/${name}/${n}`, { at, hit: Option.none() })
          )
        )
      yield* write("hit", "first", 1200)
      yield* write("bonus", "first", 30)
      yield* TestClock.adjust("1 hour")
      yield* write("hit", "later", 20)
      yield* TestClock.adjust("22 hours")
      yield* Effect.repeatN(upkeep.round(own), 4)
      expect(yield* left(own)).toEqual([1220, 0, 0, 30])
      yield* TestClock.adjust("1 hour")
      yield* upkeep.round(own)
      const [hits = 0, , , bonuses] = yield* left(own)
      expect(bonuses).toBe(0)
      expect(hits).toBeGreaterThan(500)
      expect(hits).toBeLessThan(1220)
      yield* Effect.repeatN(upkeep.round(own), 4)
      expect(yield* left(own)).toEqual([20, 0, 0, 0])
      yield* TestClock.adjust("1 hour")
      yield* upkeep.round(own)
      expect(yield* left(own)).toEqual([0, 0, 0, 0])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are kept that were used again when their day was over", () =>
    Effect.gen(function* () {
      const own = yield* makeContext(Option.none())
      const input = { UniqueRequestToken: "row-1" }
      yield* samples.create(input)
      yield* TestClock.adjust("24 hours")
      yield* samples.create(input)
      yield* upkeep.round(own)
      expect((yield* Effect.flip(samples.create(input))).code?.toLowerCase()).toBe("hitalreadyexists")
      yield* TestClock.adjust("24 hours")
      yield* upkeep.round(own)
      expect(yield* left(own)).toEqual([0, 0, 0, 0])
      yield* samples.create(input)
    }).pipe(Effect.provide(layer()))
  )
})
