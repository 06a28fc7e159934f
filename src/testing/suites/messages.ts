import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ids from "../../Ids.js"
import { Messages } from "../../Messages.js"
import type { Suite } from "../Suite.js"
import { make, refusal } from "./kit.js"

export const messages: Suite<Messages> = {
  run: (test, harness) => {
    const kit = make(harness)
    describe("Messages", () => {
      const message = { subject: "Thank you", text: "Your answers were read." }

      test("MUST answer one outcome for each worker, in their order", () =>
        Effect.gen(function* () {
          const messages = yield* Messages
          const run = yield* kit.launched({ rows: 2 })
          const a = yield* kit.accepted(run)
          const b = yield* kit.accepted(run)
          const outcomes = yield* messages.send([b.worker, a.worker], message)
          expect(outcomes.map(({ worker }) => worker)).toEqual([b.worker, a.worker])
          expect(yield* messages.send([], message)).toEqual([])
        }))

      test("MUST say WorkerNotFound of a worker it does not know, and send to nobody", () =>
        Effect.gen(function* () {
          const messages = yield* Messages
          yield* refusal(messages.send([yield* Ids.workerId], message), "WorkerNotFound")
        }))
    })
  }
}
