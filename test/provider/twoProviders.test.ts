import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import type { CrowdError } from "../../src/CrowdError.js"
import * as Mock from "../../src/Mock.js"
import { Provider } from "../../src/Provider.js"
import { Requesters } from "../../src/Requesters.js"
import * as Store from "../../src/Store.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"
import { kit, layer, ledger } from "../support/ledger.js"

describe("two providers that share a store", () => {
  it.effect("do not see each other's requesters, runs and workers", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* kit.completed()
      yield* Effect.gen(function* () {
        const requesters = yield* Requesters
        const runs = yield* TaskRuns
        const workers = yield* Workers
        const agents = yield* Agents
        const asked: ReadonlyArray<Effect.Effect<unknown, CrowdError>> = [
          requesters.get(run.requester),
          runs.get(run.id),
          workers.get(agent.worker),
          workers.findByName(agent.workerName),
          agents.register(run.id, { worker: "ada" })
        ]
        const tags = yield* Effect.forEach(asked, (one) => Effect.map(Effect.flip(one), ({ _tag }) => _tag))
        expect(tags).toEqual([
          "RequesterNotFound",
          "TaskRunNotFound",
          "WorkerNotFound",
          "WorkerNotFound",
          "TaskRunNotFound"
        ])
        expect([...(yield* Stream.runCollect(Stream.merge(requesters.list, runs.list)))]).toEqual([])
        const mine = yield* requesters.register("me", {})
        expect((yield* Effect.flip(runs.open({ ...run, requester: run.requester, template: "" })))._tag).toBe(
          "RequesterNotFound"
        )
        expect((yield* runs.open({ ...run, requester: mine.id, template: "" })).id).not.toBe(run.id)
      }).pipe(Effect.provide(layer(ledger("neither"))))
    }).pipe(Effect.provide(Mock.layerStore()), Effect.provide(Store.layerMemory))
  )

  it.effect("each know a worker of the same name as their own", () =>
    Effect.gen(function* () {
      const { agent } = yield* kit.completed()
      const other = yield* Effect.gen(function* () {
        const run = yield* kit.launched()
        return yield* kit.accepted(run, agent.workerName)
      }).pipe(Effect.provide(layer(ledger("neither"))))
      expect(other.workerName).toBe(agent.workerName)
      expect(other.worker).not.toBe(agent.worker)
    }).pipe(Effect.provide(Mock.layerStore()), Effect.provide(Store.layerMemory))
  )

  it.effect("are two, also when one build makes both", () =>
    Effect.gen(function* () {
      class First extends Context.Tag("effect-crowd/test/First")<First, string>() {}
      class Second extends Context.Tag("effect-crowd/test/Second")<Second, string>() {}
      const nameOf = (context: Context.Context<Provider>) => Context.get(context, Provider).provider
      const first = Layer.map(Mock.layerStore(), (context) => Context.make(First, nameOf(context)))
      const second = Layer.map(layer(ledger("neither")), (context) => Context.make(Second, nameOf(context)))
      const both = yield* Layer.build(Layer.provide(Layer.merge(first, second), Store.layerMemory))
      expect([Context.get(both, First), Context.get(both, Second)]).toEqual(["mock", "ledger"])
    }).pipe(Effect.scoped)
  )
})
