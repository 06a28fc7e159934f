/** A crowd without a test mode: drafts are made, and nothing is offered. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Batch from "../../src/Batch.js"
import * as Conductor from "../../src/Conductor.js"
import * as Crowd from "../../src/Crowd.js"
import { Journal } from "../../src/Journal.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Provider } from "../../src/Provider.js"
import { Requesters } from "../../src/Requesters.js"
import * as Store from "../../src/Store.js"
import { TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { failure, kit } from "../support/failures.js"

const drafting = Effect.provide(Mock.layer({ drafts: true, feePercent: 20 }))

const counts = (run: Crowd.Progress["run"]) => Effect.flatMap(TaskRuns, (runs) => runs.counts(run))

const batch = Batch.fromRows({
  name: "draft",
  task: {
    ...taskDefaults,
    title: "Draft",
    reward: Money.make(50),
    unitsPerAssignment: 2,
    maxUnitsPerWorker: Option.none()
  },
  template: "<p>${n}</p><input name=label>",
  rows: [{ n: "1" }, { n: "2" }, { n: "3" }]
})

const launched = Effect.gen(function* () {
  const requester = yield* (yield* Requesters).register("me", {})
  return yield* Crowd.launch(yield* batch, { requester: requester.id })
})

const launches = Effect.flatMap(Mock.Mock, (mock) =>
  Effect.map(mock.calls, (calls) => calls.filter(({ method }) => method === "launch").length)
)

describe("a driver that makes drafts", () => {
  it.effect("launches nothing: the run is set up, its units stay created, and the crowd is not asked", () =>
    Effect.gen(function* () {
      expect((yield* Provider).isDraft).toBe(true)
      const run = yield* launched
      expect(Option.isSome(run.setup)).toBe(true)
      expect(yield* counts(run.id)).toMatchObject({ created: 6, launched: 0 })
      expect([...(yield* Stream.runCollect((yield* Units).launch(run.id)))]).toEqual([])
      expect((yield* launched).id).toBe(run.id)
      expect(yield* counts(run.id)).toMatchObject({ created: 6, launched: 0 })
      expect(yield* launches).toBe(0)
    }).pipe(drafting)
  )

  it.effect("says what publishing would come to, asking again after an error that may pass", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const run = yield* launched
      const draft = {
        address: Option.none(),
        trial: Option.none(),
        cost: [
          { name: "rewards", amount: Money.make(300) },
          { name: "fees", amount: Money.make(60) }
        ],
        total: Money.make(360)
      }
      expect(yield* runs.draft(run.id)).toEqual(Option.some(draft))
      yield* (yield* Mock.Mock).script("draft", failure("Throttled"))
      const again = yield* kit.patient(runs.draft(run.id))
      expect(again).toEqual(Option.some(draft))
    }).pipe(drafting)
  )

  it.effect("does not ask whether there is money, which is asked when the run is published", () => {
    const poor = { balance: Money.make(1), feePercent: 20 }
    return Effect.gen(function* () {
      const draft = yield* Effect.provide(launched, Mock.layerStore({ ...poor, drafts: true }))
      const refused = yield* Effect.flip(Effect.provide(launched, Mock.layerStore(poor)))
      expect(refused).toMatchObject({ _tag: "InsufficientFunds", launch: { sent: 0, toSend: 6 } })
      const live = Mock.layerStore({ feePercent: 20 })
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* (yield* Mock.Mock).setBalance(Money.make(1_000))
          const run = yield* launched
          expect(run.id).toBe(draft.id)
          expect(yield* counts(run.id)).toMatchObject({ created: 0, launched: 6 })
          expect(yield* (yield* TaskRuns).draft(run.id)).toEqual(Option.none())
        }),
        live
      )
    }).pipe(Effect.provide(Store.layerMemory))
  })

  it.effect("ends no offers: units wait for as long as it takes to publish them", () =>
    Effect.gen(function* () {
      const run = yield* launched
      yield* TestClock.adjust("30 days")
      expect((yield* Conductor.round(run.id)).units.created).toBe(6)
      expect(yield* (yield* TaskRuns).due(run.id)).toEqual(Option.none())
    }).pipe(drafting)
  )

  it.effect("sends no launch that another process was cut off in, and leaves it to the next that does", () =>
    Effect.gen(function* () {
      const cutOff = Effect.gen(function* () {
        yield* (yield* Mock.Mock).script("launch", Effect.never)
        const launching = yield* Effect.fork(launched)
        yield* kit.patient(
          Effect.repeat(launches, { schedule: Schedule.spaced("100 millis"), until: (asked) => asked > 0 })
        )
        yield* Fiber.interrupt(launching)
      })
      yield* Effect.provide(cutOff, Mock.layerStore())
      yield* TestClock.adjust("1 hour")
      const drafted = Effect.gen(function* () {
        const run = yield* kit.patient(launched)
        expect(yield* (yield* Journal).settle(run.id)).toMatchObject({ pending: 6, uncertain: 0, failed: 0 })
        yield* Conductor.round(run.id)
        expect(yield* launches).toBe(0)
        expect(yield* counts(run.id)).toMatchObject({ created: 6, launched: 0 })
        expect(yield* (yield* TaskRuns).due(run.id)).toEqual(Option.none())
      })
      yield* Effect.provide(drafted, Mock.layerStore({ drafts: true }))
      const live = Effect.flatMap(kit.patient(launched), ({ id }) => counts(id))
      expect(yield* Effect.provide(live, Mock.layerStore())).toMatchObject({ created: 0, launched: 6 })
    }).pipe(Effect.provide(Store.layerMemory))
  )

  it.effect("makes what a relaunch lacks, whatever there is to pay it with, and offers none of it", () =>
    Effect.gen(function* () {
      const run = yield* launched
      yield* (yield* Units).expireAll(run.id)
      yield* Crowd.relaunch(run.id)
      expect(yield* counts(run.id)).toMatchObject({ created: 6, launched: 0, expired: 6 })
      expect(yield* launches).toBe(0)
    }).pipe(Effect.provide(Mock.layer({ drafts: true, balance: Money.make(1) })))
  )
})

describe("a driver that makes none", () => {
  it.effect("has no draft of a run", () =>
    Effect.gen(function* () {
      expect((yield* Provider).isDraft).toBe(false)
      expect(yield* (yield* TaskRuns).draft((yield* kit.launched()).id)).toEqual(Option.none())
    }).pipe(Effect.provide(Mock.layer()))
  )
})
