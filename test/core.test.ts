import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Conductor, Crowd, Money, Requesters, TaskRuns } from "../src/index.js"
import * as Mock from "../src/Mock.js"

const batch = {
  name: "b",
  task: { title: "t", reward: Money.make(5), maxUnitsPerWorker: Option.none(), ...TaskRuns.taskDefaults, unitsPerAssignment: 3 },
  template: "<p>${x}</p>",
  columns: ["x"],
  count: 20,
  digest: "d",
  rows: Stream.map(Stream.range(0, 19), (i) => ({ x: String(i) }))
}

describe("core", () => {
  it.effect("runs", () =>
    Effect.gen(function*() {
      const requesters = yield* Requesters.Requesters
      const me = yield* requesters.register("me", {})
      const run = yield* Crowd.launch(batch, { requester: me.id })
      const crowd = yield* Effect.fork(Mock.work(run.id))
      const fiber = yield* Effect.fork(Conductor.conduct(run.id, { approve: true }))
      yield* TestClock.adjust("10 seconds")
      const summary = yield* Fiber.join(fiber)
      yield* Fiber.join(crowd)
      console.log(JSON.stringify(summary))
      const results = yield* Stream.runCollect(Crowd.results(run.id))
      expect(results.length).toBe(60)
      const mock = yield* Mock.Mock
      const state = yield* mock.state
      expect(state.balance.minor).toBe(1_000_000 - 300)
    }).pipe(Effect.provide(Mock.layer())))
})
