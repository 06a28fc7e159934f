import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Store from "../../src/Store.js"
import { within } from "../../src/testing/suites/timeLimit.js"
import { kit, layer, ledger } from "../support/ledger.js"

const hung = Effect.never.pipe(Effect.withSpan("Driver.launch"), Effect.withSpan("Units.launch"))

describe("a suite's time-out", () => {
  for (const [clock, run] of [
    ["test", it.effect],
    ["real", it.live]
  ] as const) {
    run(`says what it waited for, on a ${clock} clock`, () =>
      Effect.gen(function* () {
        yield* Effect.withSpan(Effect.void, "ended")
        return yield* hung
      }).pipe(
        within(Duration.millis(50), clock),
        Effect.flip,
        Effect.andThen(({ message }) =>
          expect(message).toBe(
            "no end within 50ms: it waited for Units.launch > Driver.launch. More time is Harness.patience."
          )
        )
      )
    )
  }

  it.effect("is no time-out where a status never comes: it says which", () =>
    Effect.gen(function* () {
      const agent = yield* kit.accepted(yield* kit.launched())
      const error = yield* Effect.flip(kit.eventually(agent, "completed"))
      expect(String(error)).toBe(
        `TimeoutException: waited for ${agent.id} to be completed: after 200 syncs it is accepted`
      )
    }).pipe(Effect.provide(Layer.provide(layer(ledger("repeatable")), Store.layerMemory)))
  )
})
