import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as Ids from "../../src/Ids.js"
import { tokenOf, tokenOfParts } from "../../src/journal/intents.js"
import { showing } from "../support/clocks.js"

const kinds = {
  req: { make: Ids.requesterId, schema: Ids.RequesterId },
  run: { make: Ids.runId, schema: Ids.RunId },
  asg: { make: Ids.assignmentId, schema: Ids.AssignmentId },
  unit: { make: Ids.unitId, schema: Ids.UnitId },
  worker: { make: Ids.workerId, schema: Ids.WorkerId },
  agent: { make: Ids.agentId, schema: Ids.AgentId },
  qual: { make: Ids.qualificationId, schema: Ids.QualificationId }
}

const isValid = (schema: Schema.Schema.AnyNoContext) => (id: string) =>
  Either.isRight(Schema.decodeUnknownEither(schema)(id))

describe("ids", () => {
  it.effect("say what they name, and are valid for nothing else", () =>
    Effect.gen(function* () {
      for (const [prefix, { make, schema }] of Object.entries(kinds)) {
        const id = yield* make
        expect(id).toMatch(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`))
        for (const other of Object.values(kinds)) expect(isValid(other.schema)(id)).toBe(other.schema === schema)
      }
    })
  )

  it("refuse what is empty, too long or not letters and digits", () => {
    for (const id of ["", "run", "run_", "run_a-b", "run_a b", "RUN_1", " run_1", "run_1\n", `run_${"a".repeat(59)}`]) {
      expect([id, isValid(Ids.RunId)(id)]).toEqual([id, false])
    }
    expect(isValid(Ids.RunId)(`run_${"a".repeat(58)}`)).toBe(true)
  })

  it.effect.prop(
    "sort in the order they are made, within one millisecond and beyond",
    [FastCheck.array(FastCheck.nat(3), { minLength: 2, maxLength: 200 })],
    ([waits]) =>
      Effect.gen(function* () {
        const { next } = Ids.make()
        const made: Array<string> = []
        let now = 0
        for (const wait of waits) {
          now += wait
          made.push(yield* showing(() => now)(next))
        }
        expect(made).toEqual([...made].sort())
        expect(new Set(made).size).toBe(made.length)
      })
  )

  it.effect("are unique where many are made in one millisecond", () =>
    Effect.gen(function* () {
      const { next } = Ids.make()
      const made = yield* Effect.all(Array.from({ length: 100_000 }, () => next))
      expect(new Set(made).size).toBe(100_000)
    })
  )

  it.effect("sort on when a clock is put back", () =>
    Effect.gen(function* () {
      const { next } = Ids.make()
      yield* TestClock.setTime(1_000_000)
      const before = yield* next
      yield* TestClock.setTime(1_000)
      const after = yield* next
      expect(after > before).toBe(true)
    })
  )

  it.effect("can be the same in every run of a test", () =>
    Effect.gen(function* () {
      const two = Effect.all([Ids.runId, Ids.runId])
      const deterministic = Effect.provideServiceEffect(
        Ids.Ids,
        Effect.sync(() => Ids.make(() => new Uint8Array(16)))
      )
      expect(yield* deterministic(two)).toEqual(["run_00000000000000000000000000", "run_00000000000000000000000001"])
      expect(yield* deterministic(two)).toEqual(yield* deterministic(two))
    })
  )

  it.effect("of two sources differ", () =>
    Effect.gen(function* () {
      expect(yield* Ids.make().next).not.toBe(yield* Ids.make().next)
    })
  )
})

describe("tokens", () => {
  const isToken = isValid(Ids.Token)

  it.effect("are the same for the same parts, and differ where any part does", () =>
    Effect.gen(function* () {
      const parts = ["worker_1", "", "USD", "5", "thanks", ""]
      const one = yield* tokenOfParts("bonus", parts)
      expect(isToken(one)).toBe(true)
      expect(yield* tokenOfParts("bonus", [...parts])).toBe(one)
      const others = yield* Effect.forEach(parts, (_, i) => tokenOfParts("bonus", parts.with(i, "x")))
      const shifted = yield* tokenOfParts("bonus", ["worker_1", "USD", "", "5", "thanks", ""])
      expect(new Set([one, shifted, yield* tokenOfParts("other", parts), ...others]).size).toBe(parts.length + 3)
    })
  )

  it.effect("are short enough for every id there can be", () =>
    Effect.gen(function* () {
      for (const kind of ["launch", "expire", "approve", "reject"]) {
        expect(isToken(tokenOf(kind, yield* Ids.unitId))).toBe(true)
        expect(isToken(tokenOf(kind, yield* Ids.agentId))).toBe(true)
      }
    })
  )
})
