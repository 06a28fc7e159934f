import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Ids from "../../Ids.js"
import * as Money from "../../Money.js"
import { Provider } from "../../Provider.js"
import { TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import type { Suite } from "../Suite.js"
import { make, refusal } from "./kit.js"

export const drafts: Suite<never> = {
  run: (test, harness) => {
    const kit = make(harness)

    describe("drafts", () => {
      test("MUST say of itself that it makes drafts", () =>
        Effect.gen(function* () {
          expect((yield* Provider).isDraft).toBe(true)
        }))

      test("MUST offer nothing: units stay created, however often they are launched", () =>
        Effect.gen(function* () {
          const units = yield* Units
          const run = yield* kit.opened({ rows: 3, task: { unitsPerAssignment: 2 } })
          for (let i = 0; i < 2; i++) {
            expect([...(yield* Stream.runCollect(units.launch(run.id)))]).toEqual([])
            yield* units.sync(run.id)
            const statuses = (yield* kit.unitsOf(run)).map(({ status }) => status)
            expect(statuses).toEqual(Array(6).fill("created"))
          }
        }))

      test("MUST say what offering the units would come to, of which the lines are the total", () =>
        Effect.gen(function* () {
          const runs = yield* TaskRuns
          const run = yield* kit.opened({ rows: 3 })
          const draft = Option.getOrThrow(yield* runs.draft(run.id))
          const sum = draft.cost.reduce((sum, { amount }) => Money.sum(sum, amount), Money.zero(kit.reward.currency))
          expect(draft.total).toEqual(sum)
          expect(draft.total.minor).toBeGreaterThanOrEqual(3 * kit.reward.minor)
        }))

      test("MUST make one draft of a run, however often it is set up and asked for", () =>
        Effect.gen(function* () {
          const runs = yield* TaskRuns
          const run = yield* kit.opened()
          const draft = yield* runs.draft(run.id)
          expect(yield* runs.setup(run.id)).toEqual(run)
          expect(yield* runs.draft(run.id)).toEqual(draft)
        }))

      test("MUST say TaskRunNotFound of a run it does not know", () =>
        Effect.gen(function* () {
          yield* refusal((yield* TaskRuns).draft(yield* Ids.runId), "TaskRunNotFound")
        }))
    })
  }
}
