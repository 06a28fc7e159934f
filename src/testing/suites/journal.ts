import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Ids, runId, Token } from "../../Ids.js"
import { Journal } from "../../Journal.js"
import { Units } from "../../Units.js"
import type { Suite } from "../Suite.js"
import { launchSubject, make, refusal } from "./kit.js"

export const journal: Suite<never> = {
  run: (test, harness) => {
    const kit = make(harness)
    const { loseAnswer, timesDone } = kit.harness

    describe("Journal", () => {
      test("MUST have every outward effect of a run, done, under a token of its own", () =>
        Effect.gen(function* () {
          const journal = yield* Journal
          const run = yield* kit.launched({ rows: 3 })
          const done = [...(yield* Stream.runCollect(journal.list("done", run.id)))]
          const subjects = [...new Set((yield* kit.unitsOf(run)).map(launchSubject))]
          expect(done.map(({ subject }) => subject).sort()).toEqual(subjects.sort())
          expect(new Set(done.map(({ id }) => id)).size).toBe(subjects.length)
          if (timesDone !== undefined) for (const { id } of done) expect(yield* timesDone(id)).toBe(1)
        }))

      test("MUST find nothing to settle where nothing is pending", () =>
        Effect.gen(function* () {
          const journal = yield* Journal
          const run = yield* kit.launched()
          expect(yield* journal.settle(run.id)).toEqual({ done: 0, failed: 0, uncertain: 0, pending: 0 })
        }))

      test("MUST say TaskRunNotFound of a run it does not know", () =>
        Effect.gen(function* () {
          const journal = yield* Journal
          const unknown = yield* runId
          yield* refusal(journal.settle(unknown), "TaskRunNotFound")
          yield* refusal(Stream.runDrain(journal.list("done", unknown)), "TaskRunNotFound")
        }))

      test("MUST say IntentNotFound of what is not uncertain", () =>
        Effect.gen(function* () {
          const journal = yield* Journal
          const run = yield* kit.launched()
          for (const { id } of yield* Stream.runCollect(journal.list("done", run.id))) {
            yield* refusal(journal.resolve(id, "did_not_happen"), "IntentNotFound")
          }
          const { next } = yield* Ids
          yield* refusal(journal.resolve(Token.make(`launch_${yield* next}`), "happened"), "IntentNotFound")
        }))

      if (loseAnswer !== undefined) {
        test("MUST leave nothing pending of an effect whose answer was lost", () =>
          Effect.gen(function* () {
            const journal = yield* Journal
            const units = yield* Units
            const run = yield* kit.launched({ rows: 2 })
            yield* loseAnswer("expire")
            yield* Effect.either(kit.patient(units.expireAll(run.id)))
            yield* kit.patient(journal.settle(run.id))
            expect(yield* Stream.runCount(journal.list("pending", run.id))).toBe(0)
            const uncertain = [...(yield* Stream.runCollect(journal.list("uncertain", run.id)))]
            for (const { id } of uncertain) yield* journal.resolve(id, "happened")
            expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["expired", "expired"])
          }))
      }
    })
  }
}
