/** What a crowd says of a task's price, in plans and before anything is sent. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import { CurrencyNotPaid } from "../../src/CrowdError.js"
import { Driver, Money, Provider, Store } from "../../src/index.js"
import type { Json } from "../../src/Json.js"
import { Requesters } from "../../src/Requesters.js"
import { TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { Workers } from "../../src/Workers.js"
import { failure, kit } from "../support/failures.js"
import * as QuietCrowd from "../support/quietCrowd.js"

/** A crowd whose drivers differ in this. */
const crowd = (parts: Partial<Driver.Options>, balance = 1_000_000) =>
  Layer.provide(
    Provider.layer({
      driver: Driver.make({ ...QuietCrowd.make("quiet"), ...Driver.allSettled, ...parts }),
      budget: { available: () => Effect.succeed(Money.make(balance)) }
    }),
    Store.layerMemory
  )

const low = "below the least 8.00 USD an hour"

const batch = Batch.fromRows({
  name: "prices",
  task: {
    ...taskDefaults,
    title: "Prices",
    reward: Money.make(60),
    unitsPerAssignment: 2,
    maxUnitsPerWorker: Option.none()
  },
  template: "<p>${n}</p><input name=label>",
  rows: [{ n: "1" }, { n: "2" }]
})

const requester = Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))

const planned = Effect.gen(function* () {
  const { id } = yield* requester
  return yield* Crowd.plan(yield* batch, id)
})

const launched = Effect.gen(function* () {
  const { id } = yield* requester
  return yield* Crowd.launch(yield* batch, { requester: id })
})

describe("what the crowd says of a price", () => {
  it.effect("is what a plan counts with, and what it remarks", () =>
    Effect.gen(function* () {
      const asked: Array<number> = []
      const layer = crowd({
        estimate: ({ reward }, units) =>
          Effect.sync(() => {
            asked.push(units)
            return { fee: Money.percent(reward, 40), notes: [low] }
          })
      })
      const plan = yield* Effect.provide(planned, layer)
      expect(plan).toMatchObject({
        units: 4,
        fee: Money.make(24),
        fees: Money.make(96),
        total: Money.make(336),
        remarks: [low]
      })
      expect(asked).toEqual([4])
    })
  )

  it.effect("is checked against what there is before anything is sent", () =>
    Effect.gen(function* () {
      const layer = crowd({ estimate: () => Effect.succeed({ fee: Money.make(24), notes: [] }) }, 335)
      const refused = yield* Effect.flip(Effect.provide(launched, layer))
      expect(refused).toMatchObject({ _tag: "InsufficientFunds", needed: Money.make(336), launch: { affordable: 3 } })
    })
  )

  it.effect("is what a relaunch counts with", () =>
    Effect.gen(function* () {
      const run = yield* launched
      yield* (yield* Units).expireAll(run.id)
      expect(yield* Crowd.relaunchPlan(run.id)).toMatchObject({ units: 4, fee: Money.make(24), total: Money.make(336) })
    }).pipe(Effect.provide(crowd({ estimate: () => Effect.succeed({ fee: Money.make(24), notes: [] }) })))
  )

  it.effect("is asked again after an error that may pass", () =>
    Effect.gen(function* () {
      let calls = 0
      const layer = crowd({
        estimate: ({ reward }) =>
          Effect.suspend(() => (++calls < 3 ? failure("Unavailable") : Effect.succeed({ fee: reward, notes: [] })))
      })
      const plan = yield* kit.patient(Effect.provide(planned, layer))
      expect(plan.fee).toEqual(Money.make(60))
    })
  )

  it.effect("may be that it does not pay in this currency, and nothing is launched then", () =>
    Effect.gen(function* () {
      const refusal = new CurrencyNotPaid({ provider: "quiet", currency: "USD", paid: ["GBP"] })
      const layer = crowd({ estimate: () => refusal })
      expect((yield* Effect.flip(Effect.provide(planned, layer)))._tag).toBe("CurrencyNotPaid")
      const program = Effect.gen(function* () {
        expect((yield* Effect.flip(launched))._tag).toBe("CurrencyNotPaid")
        expect(Option.isNone(yield* (yield* TaskRuns).newest)).toBe(true)
      })
      yield* Effect.provide(program, layer)
    })
  )

  it.effect("is the driver's fee where it has nothing of its own to say", () =>
    Effect.gen(function* () {
      const layer = crowd({ fee: ({ amount }) => Money.percent(amount, 20) })
      expect(yield* Effect.provide(planned, layer)).toMatchObject({ fee: Money.make(12), remarks: [] })
    })
  )
})

describe("a fee", () => {
  it.effect(
    "is told what the set-up of its run came back with: in plans of a relaunch, for rewards and for bonuses",
    () => {
      const asked: Array<readonly [string, Option.Option<Json>]> = []
      const layer = crowd({
        setup: () => Effect.succeed({ rate: "0.3333" }),
        fee: ({ amount, kind, setup }) => {
          asked.push([kind, setup])
          return Money.zero(amount.currency)
        }
      })
      const setup = Option.some({ rate: "0.3333" })
      return Effect.gen(function* () {
        yield* planned
        expect(asked.splice(0)).toEqual([["reward", Option.none()]])
        const { agent, run } = yield* kit.completed()
        yield* Crowd.relaunchPlan(run.id)
        yield* Stream.runDrain((yield* Agents).approveAll(run.id))
        const bonus = { worker: agent.worker, amount: Money.make(5), reason: "thorough" }
        const workers = yield* Workers
        yield* workers.bonus({ ...bonus, unit: agent.unit })
        const rewards = asked.filter(([kind]) => kind === "reward")
        const bonuses = asked.filter(([kind]) => kind === "bonus")
        expect(rewards).toHaveLength(2)
        expect(bonuses.length).toBeGreaterThan(0)
        for (const [, told] of asked.splice(0)) expect(told).toEqual(setup)
        yield* workers.bonus(bonus)
        for (const [, told] of asked) expect(told).toEqual(Option.none())
      }).pipe(Effect.provide(layer))
    }
  )
})
