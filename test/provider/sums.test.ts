import { describe, expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Batch from "../../src/Batch.js"
import { Token } from "../../src/Ids.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import * as Store from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { type Task, TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"
import { kit } from "../support/failures.js"

const task: Task = { ...taskDefaults, title: "Title", reward: Money.make(5), maxUnitsPerWorker: Option.none() }

const faultsOf = (change: Partial<Task>, rows: number) =>
  Batch.fromRows({
    name: "mine",
    template: "<p>${x}</p>",
    rows: Arr.makeBy(rows, (row) => ({ x: String(row) })),
    task: { ...task, ...change }
  }).pipe(
    Effect.flip,
    Effect.map(({ faults }) => faults.map(({ file, message }) => `${file} ${message}`))
  )

describe("A sum that cannot be counted exactly", () => {
  it.effect("has no part: a reward has a limit", () =>
    Effect.gen(function* () {
      expect(yield* faultsOf({ reward: Money.make(Money.mostMinor + 1) }, 1)).toEqual([
        "task reward is 10000000.01 USD; at most 10000000.00 USD is paid at once"
      ])
    })
  )

  it.effect("is refused of a batch, before anything is written", () =>
    Effect.gen(function* () {
      const most = { reward: Money.make(Money.mostMinor), unitsPerAssignment: 5_000_000 }
      expect(yield* faultsOf(most, 2)).toEqual([
        "task reward of 2 rows with 5000000 units each comes to more than can be counted exactly"
      ])
    })
  )

  const rich = Mock.layer({ balance: Money.make(Number.MAX_SAFE_INTEGER) })

  it.effect("is refused of a bonus, which has a limit too", () =>
    Effect.gen(function* () {
      const { agent } = yield* kit.completed()
      const { bonus } = yield* Workers
      const seventyTrillion = Money.make(7_000_000_000_000_000)
      const refused = yield* Effect.flip(bonus({ worker: agent.worker, amount: seventyTrillion, reason: "thorough" }))
      expect(refused).toMatchObject({ _tag: "InvalidInput", faults: [{ file: "amount" }] })
      expect(refused.message).toContain("at most 10000000.00 USD is paid at once")
      yield* bonus({ worker: agent.worker, amount: Money.make(Money.mostMinor), reason: "thorough" })
    }).pipe(Effect.provide(rich))
  )

  it.effect("fails no view, and takes no bonus more", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* kit.completed()
      const store = yield* Store.Store
      const paidAt = yield* DateTime.now
      yield* store.insert(
        tables.payments,
        [1, 2].map((n) => ({
          id: Token.make(`bonus_${n}`),
          kind: "bonus" as const,
          run: Option.some(run.id),
          unit: Option.none(),
          worker: agent.worker,
          currency: Money.USD,
          amount: Number.MAX_SAFE_INTEGER - 1,
          fee: 0,
          reason: Option.none(),
          paidAt
        }))
      )
      const { cost } = yield* (yield* TaskRuns).summary(run.id)
      expect([cost.bonuses, cost.total]).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
      const { bonus } = yield* Workers
      const more = { worker: agent.worker, run: run.id, amount: Money.make(1), reason: "thorough" }
      expect((yield* Effect.flip(bonus(more))).message).toContain("comes to more than can be counted exactly")
    }).pipe(Effect.provide(Layer.provideMerge(Mock.layerStore(), Store.layerMemory)))
  )
})
