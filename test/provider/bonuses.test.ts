import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as Crowd from "../../src/Crowd.js"
import type { RunId } from "../../src/Ids.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { kit } from "../support/failures.js"

const thanks = { to: { _tag: "Worker", name: "ada" }, amount: Money.make(50), reason: "thank you" } as const

const pay = (run: RunId) =>
  Effect.map(Stream.runCollect(Crowd.bonuses(run, Stream.make(thanks))), (all) =>
    [...all].map(({ outcome }) => Either.isRight(outcome))
  )

const paidIn = (run: RunId) =>
  Effect.flatMap(TaskRuns, (runs) => Effect.map(runs.summary(run), ({ cost }) => cost.bonuses))

describe("a bonus for a worker", () => {
  it.effect("is paid once in each run, though all else is the same", () =>
    Effect.gen(function* () {
      const first = yield* kit.launched()
      const second = yield* kit.launched()
      yield* kit.accepted(first, "ada")
      yield* kit.accepted(second, "ada")
      for (const run of [first, first, second, second]) expect(yield* pay(run.id)).toEqual([true])
      expect(yield* paidIn(first.id)).toBe(50)
      expect(yield* paidIn(second.id)).toBe(50)
      expect((yield* (yield* Mock.Mock).state).deeds.filter(({ method }) => method === "bonus")).toHaveLength(2)
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("a bonus for an agent", () => {
  it.effect("of another run is not paid", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      const other = yield* kit.completed()
      const to = { _tag: "Agent", agent: other.agent.id } as const
      const [paid] = yield* Stream.runCollect(Crowd.bonuses(run.id, Stream.make({ ...thanks, to })))
      expect(paid?.outcome).toMatchObject({ left: { _tag: "AgentNotFound", agent: to.agent } })
      expect([yield* paidIn(run.id), yield* paidIn(other.run.id)]).toEqual([0, 0])
    }).pipe(Effect.provide(Mock.layer()))
  )
})
