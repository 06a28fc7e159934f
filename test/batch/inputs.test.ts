import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import { type Task, taskDefaults } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"
import { kit } from "../support/failures.js"

const task: Task = { ...taskDefaults, title: "Title", reward: Money.make(5), maxUnitsPerWorker: Option.none() }

const rows = [{ x: "1" }]

const refused = (change: { readonly name?: string; readonly task?: Partial<Task> }) =>
  Batch.fromRows({ name: "mine", template: "<p>${x}</p>", rows, ...change, task: { ...task, ...change.task } }).pipe(
    Effect.flip,
    Effect.map(({ faults }) => faults.map(({ file, message }) => `${file} ${message}`))
  )

const euros = (minor: number) => Money.make(minor, Money.Currency.make("EUR"))

const euroBatch = Batch.fromRows({ name: "mine", template: "<p>${x}</p>", rows, task: { ...task, reward: euros(5) } })

describe("Batch.fromRows with values that make no sense fails with InvalidInput", () => {
  const unpaid = { currency: Money.USD, minor: 0.5 }
  it.effect.each([
    ["an empty title", { title: "" }, "task title is empty"],
    ["an untrimmed title", { title: " Title " }, "task title has blanks around it; take them away"],
    ["a title with a NUL", { title: "a\u0000b" }, "task title holds a NUL character"],
    ["zero units", { unitsPerAssignment: 0 }, "task unitsPerAssignment is 0; every row needs units"],
    ["half a unit", { unitsPerAssignment: 0.5 }, "task unitsPerAssignment is 0.5; every row needs units"],
    ["an endless duration", { duration: Duration.infinity }, "task duration never ends"],
    ["an endless lifetime", { lifetime: Duration.infinity }, "task lifetime never ends"],
    ["an endless delay", { autoApprovalDelay: Duration.infinity }, "task autoApprovalDelay never ends"],
    ["a limit of none", { maxUnitsPerWorker: Option.some(0) }, "task maxUnitsPerWorker"],
    ["half a cent", { reward: unpaid }, "task reward.minor expected a whole number of minor units"],
    ["an empty keyword", { keywords: [""] }, "task keywords.0 is empty"]
  ] as const)("%s", ([, change, message]) =>
    Effect.gen(function* () {
      const faults = yield* refused({ task: change })
      expect(faults).toHaveLength(1)
      expect(faults[0]).toContain(message)
    })
  )

  it.effect("an empty name, and all that is wrong besides at once", () =>
    Effect.gen(function* () {
      const faults = yield* refused({ name: " ", task: { title: "", duration: Duration.infinity } })
      expect(faults).toEqual([
        "name is empty; name the batch, so that its run is found again",
        "task title is empty",
        "task duration never ends; write 365 days or less"
      ])
    })
  )
})

describe("a currency the crowd does not pay in", () => {
  it.effect("is CurrencyNotPaid to plan and to launch, before anything is sent", () =>
    Effect.gen(function* () {
      const me = yield* (yield* Requesters).register("me", {})
      const batch = yield* euroBatch
      const error = { _tag: "CurrencyNotPaid", provider: "mock", currency: "EUR", paid: ["USD"] }
      expect(yield* Effect.flip(Crowd.plan(batch, me.id))).toMatchObject(error)
      expect(yield* Effect.flip(Crowd.launch(batch, { requester: me.id }))).toMatchObject(error)
      expect((yield* (yield* Mock.Mock).state).deeds).toEqual([])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is CurrencyNotPaid for a bonus, and says what is paid", () =>
    Effect.gen(function* () {
      const { agent } = yield* kit.completed()
      const bonus = { worker: agent.worker, amount: euros(5), reason: "thorough" }
      const error = yield* Effect.flip((yield* Workers).bonus(bonus))
      expect(error).toMatchObject({ _tag: "CurrencyNotPaid", currency: "EUR", paid: ["USD"] })
      expect(error.message).toBe("mock pays in USD here, not in EUR. Nothing was sent; write the amount in USD.")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is launched where the crowd pays in it", () =>
    Effect.gen(function* () {
      const me = yield* (yield* Requesters).register("me", {})
      const batch = yield* euroBatch
      const run = yield* Crowd.launch(batch, { requester: me.id })
      expect(run.task.reward).toEqual(euros(5))
    }).pipe(Effect.provide(Mock.layer({ balance: euros(100) })))
  )
})

describe("a bonus that is no money", () => {
  it.effect("is refused with every fault, and nothing is sent", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      const agent = yield* kit.accepted(run, "ada")
      const amount = { currency: Money.USD, minor: Number.NaN }
      const bonus = { to: { _tag: "Agent", agent: agent.id }, amount, reason: " " } as const
      const [paid] = yield* Stream.runCollect(Crowd.bonuses(run.id, Stream.make(bonus)))
      expect(paid?.outcome).toMatchObject({
        left: { _tag: "InvalidInput", faults: [{ file: "amount" }, { file: "reason" }] }
      })
      expect((yield* (yield* Mock.Mock).state).deeds.filter(({ method }) => method === "bonus")).toEqual([])
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("Crowd.launch", () => {
  const poor = Mock.layer({ balance: Money.make(1) })
  const launch = (budget?: "check" | "ignore") =>
    Effect.gen(function* () {
      const me = yield* (yield* Requesters).register("me", {})
      const batch = yield* Batch.fromRows({ name: "mine", template: "<p>${x}</p>", rows, task })
      return yield* Crowd.launch(batch, { requester: me.id, budget })
    }).pipe(Effect.provide(poor))

  it.effect("looks at the budget unless it is told to ignore it", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(launch())).toMatchObject({ _tag: "InsufficientFunds" })
      expect(yield* Effect.flip(launch("check"))).toMatchObject({ _tag: "InsufficientFunds" })
      expect((yield* launch("ignore")).name).toBe("mine")
    })
  )
})
