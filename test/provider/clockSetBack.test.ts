import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Results from "../../src/batch/Results.js"
import * as Crowd from "../../src/Crowd.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { kit } from "../support/failures.js"

it.effect("working time is never negative and never the wrong way round after a clock that was set back", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(3_600_000)
    const run = yield* kit.launched()
    const agent = yield* kit.accepted(run)
    yield* TestClock.setTime(1_800_000)
    yield* kit.submitted(agent)
    const { medianTime } = yield* (yield* TaskRuns).summary(run.id)
    expect(medianTime).toEqual(Option.some(0))
    const csv = yield* Stream.mkString(Results.encode(Crowd.results(run.id), "csv"))
    expect(csv).not.toContain("1800,")
  }).pipe(Effect.provide(Mock.layer()))
)
