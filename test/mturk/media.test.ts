/** Files of a batch where the page goes along in the HIT, and where it does not. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Batch, Crowd, Media, Money, TaskRuns } from "../../src/index.js"
import { on, requester } from "./wire.js"

const batch = Effect.gen(function* () {
  return yield* Batch.fromRows({
    name: "pictures",
    task: { ...TaskRuns.taskDefaults, title: "Look", reward: Money.make(5), maxUnitsPerWorker: Option.none() },
    template: '<img src="media/a.png"><input name=a>',
    rows: [{ n: "1" }],
    media: [yield* Media.fromBytes("media/a.png", new Uint8Array([1]))]
  })
})

it.scopedLive(
  "a page that goes along in the HIT brings no files: plan and launch say what to do, before anything is sent",
  on((wire) =>
    Effect.gen(function* () {
      const { id } = yield* requester
      const error = yield* Effect.flip(Crowd.plan(yield* batch, id))
      expect(error).toMatchObject({ _tag: "InvalidInput", faults: [{ file: "media/" }] })
      expect(error.message).toContain("serve the tasks from a page of yours (--question-url)")
      expect(error.message).toContain("name them by https addresses")
      expect(yield* Effect.flip(Crowd.launch(yield* batch, { requester: id }))).toEqual(error)
      expect(wire.of("CreateHITType")).toEqual([])
    })
  )
)

it.scopedLive(
  "a page of ours shows them",
  on(
    () =>
      Effect.gen(function* () {
        const { id } = yield* requester
        expect((yield* Crowd.plan(yield* batch, id)).units).toBe(1)
      }),
    { host: "https://tasks.example.com/task" }
  )
)
