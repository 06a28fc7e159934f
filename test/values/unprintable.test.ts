/** JSON of which no text can be made, wherever a library's user or a crowd gives us JSON. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Batch from "../../src/Batch.js"
import * as Driver from "../../src/Driver.js"
import { decodeUntrusted } from "../../src/internal/untrusted.js"
import { spoilt } from "../support/unprintable.js"

const Tagged = Schema.Union(
  Schema.TaggedStruct("A", { size: Schema.Int }),
  Schema.TaggedStruct("B", { of: Schema.Array(Schema.String) })
)

const tagged = [
  { _tag: "A", size: 1 },
  { _tag: "B", of: ["x"] }
]

describe("JSON of which no text can be made", () => {
  it("is decoded to an error whose message can be read", () => {
    for (const value of tagged.flatMap(spoilt)) {
      const error = Either.getOrThrow(Either.flip(decodeUntrusted(Tagged)(value)))
      expect(error.message.length).toBeGreaterThan(10)
    }
    expect(decodeUntrusted(Tagged)(tagged[0])).toEqual(Either.right(tagged[0]))
  })

  it("hides no error of the Schema's own code", () => {
    const broken = Schema.transform(Schema.Unknown, Schema.String, {
      decode: () => {
        throw new TypeError("a bug")
      },
      encode: String
    })
    expect(() => decodeUntrusted(broken)({})).toThrow("a bug")
  })

  it.effect("is InvalidRegisterArgs for Requesters.register", () => {
    const { check } = Driver.registration({
      provider: "test",
      args: Schema.Struct({ account: Tagged }),
      check: () => Effect.void,
      isRegistered: () => Effect.succeed(true)
    })
    return Effect.forEach(
      tagged.flatMap((account) => spoilt({ account })),
      (args) => Effect.map(Effect.flip(check("me", args)), ({ _tag }) => expect(_tag).toBe("InvalidRegisterArgs"))
    )
  })

  it.effect("is InvalidProviderData for Agents.register", () => {
    const arrivals = Driver.arrivals({
      provider: "test",
      schema: Tagged,
      arrival: () => ({ workerName: "", offer: Option.none(), remoteAgent: Option.none() })
    })
    return Effect.forEach(tagged.flatMap(spoilt), (data) =>
      Effect.map(Effect.flip(arrivals(data)), ({ _tag }) => expect(_tag).toBe("InvalidProviderData"))
    )
  })

  it("is a list of faults for Batch.decodeTask", () => {
    const task = {
      title: "T",
      reward: "0.05",
      currency: "USD",
      description: "",
      keywords: ["a"],
      duration: "1 hour",
      unitsPerAssignment: 1,
      maxUnitsPerWorker: 1,
      qualifications: [
        { name: "adult", comparator: "in", values: [1] },
        { name: "US", comparator: "equal", value: "US" }
      ],
      markup: ["text"]
    }
    expect(Either.isRight(Batch.decodeTask(task))).toBe(true)
    for (const value of spoilt(task)) expect(Either.isLeft(Batch.decodeTask(value))).toBe(true)
  })
})
