/** How large the page of a row may be where it goes along in the HIT. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Batch, Crowd, Money, TaskRuns } from "../../src/index.js"
import { maxBytes } from "../../src/mturk/questions.js"
import { on, requester } from "./wire.js"

const batch = Batch.fromRows({
  name: "long",
  task: { ...TaskRuns.taskDefaults, title: "Read", reward: Money.make(5), maxUnitsPerWorker: Option.none() },
  template: "<p>${text}</p><input name=a>",
  rows: ["short", "é".repeat(maxBytes / 2), "short"].map((text) => ({ text }))
})

it.scopedLive(
  "a row whose page has more than 65,535 bytes is refused by plan and launch, with the number, before anything is sent",
  on((wire) =>
    Effect.gen(function* () {
      const { id } = yield* requester
      const error = yield* Effect.flip(Crowd.plan(yield* batch, id))
      expect(error).toMatchObject({ _tag: "InvalidInput", faults: [{ file: "row 2" }] })
      expect(error.message).toMatch(/its page has \d{5} bytes, and a HIT carries 65535 at the most; .*--question-url/)
      expect(yield* Effect.flip(Crowd.launch(yield* batch, { requester: id }))).toEqual(error)
      expect(wire.of("CreateHITType")).toEqual([])
    })
  )
)

it.scopedLive(
  "a page of ours may be longer",
  on(
    () =>
      Effect.gen(function* () {
        const { id } = yield* requester
        expect((yield* Crowd.plan(yield* batch, id)).units).toBe(3)
      }),
    { host: "https://tasks.example.com/task" }
  )
)
