import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import { Journal } from "../../src/Journal.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { failure, kit } from "./kit.js"

/** What the crowd was made to decide of the agent. */
const decisions = (agent: string) =>
  Effect.gen(function* () {
    const mock = yield* Mock.Mock
    const { deeds } = yield* mock.state
    return deeds.filter(({ subject }) => subject === agent).map(({ method }) => method)
  })

describe("a decision that is under way", () => {
  it.effect("is not crossed by another one", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const mock = yield* Mock.Mock
      const { agent } = yield* kit.completed()
      yield* mock.script("reject", Effect.sleep("10 seconds"))
      const rejecting = yield* Effect.fork(agents.reject(agent.id, "empty"))
      yield* TestClock.adjust("1 second")
      const approving = yield* Effect.fork(Effect.either(agents.approve(agent.id)))
      yield* TestClock.adjust("10 minutes")
      expect((yield* Fiber.join(rejecting)).status).toBe("rejected")
      expect(yield* Fiber.join(approving)).toMatchObject({ left: { _tag: "InvalidTransition", from: "rejected" } })
      expect(yield* decisions(agent.id)).toEqual(["reject"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is not crossed by the approval of all that waits", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const mock = yield* Mock.Mock
      const runs = yield* TaskRuns
      const run = yield* kit.launched({ rows: 2 })
      const first = yield* kit.submitted(yield* kit.accepted(run))
      const second = yield* kit.submitted(yield* kit.accepted(run))
      yield* mock.script("reject", Effect.sleep("10 seconds"))
      const rejecting = yield* Effect.fork(agents.reject(first.id, "empty"))
      yield* TestClock.adjust("1 second")
      yield* Stream.runDrain(agents.approveAll(run.id))
      yield* TestClock.adjust("10 minutes")
      expect((yield* Fiber.join(rejecting)).status).toBe("rejected")
      expect((yield* agents.get(second.id)).status).toBe("approved")
      expect(yield* decisions(first.id)).toEqual(["reject"])
      expect((yield* runs.summary(run.id)).cost.rewards).toBe(5)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is finished before another is made, even if its answer never came", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const mock = yield* Mock.Mock
      const { agent, run } = yield* kit.completed()
      yield* Effect.replicateEffect(mock.script("approve", failure("Unavailable"), "after"), 6)
      yield* Effect.flip(kit.patient(agents.approve(agent.id)))
      expect((yield* agents.get(agent.id)).status).toBe("completed")
      const crossed = yield* Effect.flip(kit.patient(agents.reject(agent.id, "no")))
      expect(crossed).toMatchObject({ _tag: "InvalidTransition", from: "approved", operation: "reject" })
      expect(yield* decisions(agent.id)).toEqual(["approve"])
      expect((yield* (yield* TaskRuns).summary(run.id)).cost.rewards).toBe(5)
      expect(yield* (yield* Journal).settle(run.id)).toMatchObject({ done: 0, pending: 0 })
    }).pipe(Effect.provide(Mock.layer()))
  )
})
