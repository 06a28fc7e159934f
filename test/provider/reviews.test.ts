import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import type { ProviderError } from "../../src/CrowdError.js"
import { Driver, Provider, Store } from "../../src/index.js"
import { Journal } from "../../src/Journal.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { failure, kit } from "../support/failures.js"
import * as QuietCrowd from "../support/quietCrowd.js"

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

  it.effect.each(["softReject", "reject"] as const)(
    "is what was meant, also if the crowd tells of a %s first",
    (which) =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const mock = yield* Mock.Mock
        const run = yield* kit.launched()
        const [unit] = yield* kit.unitsOf(run)
        const agent = yield* kit.submitted(
          yield* agents.register(run.id, { worker: "ada", unit: unit?.id ?? "", agent: "ada" })
        )
        const method = which === "reject" ? "reject" : "approve"
        yield* mock.script(method, Effect.sleep("10 seconds"), "after")
        const deciding = yield* Effect.fork(agents[which](agent.id, "in a hurry"))
        yield* TestClock.adjust("1 second")
        yield* mock.setObservations([
          {
            _tag: "Agent",
            offer: agent.unit,
            workerName: agent.workerName,
            remoteAgent: "ada",
            status: which === "reject" ? "rejected" : "approved",
            answers: agent.answers,
            at: yield* DateTime.now
          }
        ])
        expect(yield* (yield* Units).sync(run.id)).toBe(1)
        yield* TestClock.adjust("10 minutes")
        const decided = yield* Fiber.join(deciding)
        expect([decided.status, decided.feedback]).toEqual([
          which === "reject" ? "rejected" : "soft_rejected",
          Option.some("in a hurry")
        ])
        expect((yield* (yield* TaskRuns).summary(run.id)).cost.rewards).toBe(which === "reject" ? 0 : 5)
      }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("the order of an approval", () => {
  it.effect("says whether the work was good, and the same after a restart", () =>
    Effect.gen(function* () {
      const orders: Array<Pick<Driver.ReviewOrder, "soft" | "overrideRejection">> = []
      const approve = Driver.oneByOne<Driver.ReviewOrder, ProviderError>({
        repeatableFor: Duration.infinity,
        send: ({ order: { overrideRejection, soft } }) =>
          Effect.suspend(() => {
            const isFirst = orders.push({ soft, overrideRejection }) === 1
            return isFirst ? failure("Unavailable") : Effect.succeed(Driver.receipt())
          })
      })
      const driver = Driver.make({
        ...QuietCrowd.make("quiet"),
        ...Driver.allSettled,
        approve
      })
      const program = Effect.gen(function* () {
        const agents = yield* Agents
        const [soft, good, bad] = [yield* kit.completed(), yield* kit.completed(), yield* kit.completed()]
        expect((yield* kit.patient(agents.softReject(soft.agent.id))).status).toBe("soft_rejected")
        yield* agents.approve(good.agent.id)
        yield* agents.reject(bad.agent.id, "It says nothing of the text")
        yield* agents.approve(bad.agent.id, { overrideRejection: true })
      })
      yield* Effect.provide(program, Layer.provide(Provider.layer({ driver }), Store.layerMemory))
      expect(orders).toEqual([
        { soft: true, overrideRejection: false },
        { soft: true, overrideRejection: false },
        { soft: false, overrideRejection: false },
        { soft: false, overrideRejection: true }
      ])
    })
  )
})
