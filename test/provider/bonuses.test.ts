import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Crowd from "../../src/Crowd.js"
import type { ProviderError } from "../../src/CrowdError.js"
import * as Driver from "../../src/Driver.js"
import type { RunId } from "../../src/Ids.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import * as Provider from "../../src/Provider.js"
import * as Store from "../../src/Store.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"
import { failure, kit } from "../support/failures.js"
import * as QuietCrowd from "../support/quietCrowd.js"

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

describe("the order of a bonus", () => {
  it.effect("names what was handed in for it, and the same whenever it is sent", () => {
    const orders: Array<Driver.BonusOrder> = []
    const lost = new Set([true])
    const bonus = Driver.oneByOne<Driver.BonusOrder, ProviderError>({
      repeatableFor: Duration.infinity,
      send: ({ order }) =>
        Effect.suspend(() => {
          orders.push(order)
          return lost.has(true) ? failure("Unavailable") : Effect.succeed(Driver.receipt())
        })
    })
    const driver = Driver.make({ ...QuietCrowd.make("thankful"), ...Driver.allSettled, bonus })
    const works = () => orders.splice(0).map(({ agent }) => Option.map(agent, ({ id }) => id))
    return Effect.gen(function* () {
      const workers = yield* Workers
      const run = yield* kit.launched({ rows: 4 })
      const next = Effect.flatMap(kit.accepted(run, "ada"), kit.submitted)
      const before = yield* kit.accepted(yield* kit.launched(), "ada")
      const first = yield* next
      const second = yield* next
      const thanks = { worker: first.worker, amount: Money.make(50), reason: "thorough" }
      yield* Effect.flip(kit.patient(workers.bonus({ ...thanks, run: run.id })))
      yield* next
      yield* kit.accepted(run, "ada")
      lost.clear()
      yield* kit.patient(workers.bonus({ ...thanks, run: run.id }))
      expect(new Set(works().map(Option.getOrNull))).toEqual(new Set([second.id]))
      yield* workers.bonus({ ...thanks, unit: first.unit })
      yield* workers.bonus({ ...thanks, unit: before.unit })
      expect(works()).toEqual([Option.some(first.id), Option.none()])
    }).pipe(Effect.provide(Layer.provideMerge(Provider.layer({ driver }), Store.layerMemory)))
  })
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
