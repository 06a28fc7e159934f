import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { ProviderError } from "../../src/CrowdError.js"
import * as Driver from "../../src/Driver.js"
import { Token } from "../../src/Ids.js"

const send = () => Effect.succeed(Driver.receipt())
const lookUp = () => Effect.succeed(Option.none<Driver.Receipt>())

const orders = ["a", "b"].map((order) => ({ token: Token.make(order), order, prepared: Option.none() }))

describe("oneByOne", () => {
  it.each([
    ["can be neither repeated nor looked up", Driver.oneByOne({ send })],
    ["can only be confirmed", Driver.oneByOne({ send, lookUp, lookUpCan: "confirm" })]
  ])("writes orders down one by one where what is cut off %s", (_, { concurrency, pageSize }) => {
    expect([pageSize, concurrency]).toEqual([1, 8])
  })

  it.each([
    ["repeated", Driver.oneByOne({ send, repeatableFor: "1 day" })],
    ["repeated, and is refused", Driver.oneByOne({ send, repeatableFor: "1 day", repeat: "refused" })],
    ["looked up", Driver.oneByOne({ send, lookUp })]
  ])("writes orders down by the page where what is cut off is %s", (_, { concurrency, pageSize }) => {
    expect([pageSize, concurrency]).toEqual([32, 1])
  })

  it.effect("prepares each order by itself, and answers for each", () =>
    Effect.gen(function* () {
      const refused = new ProviderError({ provider: "p", method: "bonus", reason: "Rejected", description: "no" })
      const { prepare } = Driver.oneByOne<string, never>({
        send,
        prepare: ({ order, token }) => (order === "a" ? Effect.succeed({ setUp: token }) : Effect.fail(refused))
      })
      expect(yield* prepare?.(orders) ?? Effect.succeed([])).toEqual([
        Either.right({ setUp: "a" }),
        Either.left(refused)
      ])
    })
  )
})
