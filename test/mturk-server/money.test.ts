import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as fees from "../../src/mturk-server/money/fees.js"
import * as samples from "./samples.js"
import { type Held, layer, Marketplace } from "./support.js"

const masters = [{ QualificationTypeId: "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", Comparator: "Exists" as const }]
const sandboxMasters = [{ QualificationTypeId: "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", Comparator: "Exists" as const }]
const noMasters = [{ QualificationTypeId: "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", Comparator: "DoesNotExist" as const }]

/** Reward, assignments, requirements and the fee, all in cents and worked out by hand. */
const rewards: ReadonlyArray<readonly [number, number, typeof masters | typeof noMasters, number]> = [
  [0, 1, [], 1],
  [1, 1, [], 1],
  [2, 1, [], 1],
  [5, 1, [], 1],
  [7, 1, [], 1],
  [8, 1, [], 2],
  [10, 1, [], 2],
  [12, 1, [], 2],
  [13, 1, [], 3],
  [25, 9, [], 5],
  [100, 9, [], 20],
  [1, 10, [], 1],
  [3, 10, [], 1],
  [4, 10, [], 2],
  [5, 10, [], 2],
  [6, 10, [], 2],
  [7, 10, [], 3],
  [100, 10, [], 40],
  [100, 1000, [], 40],
  [1, 1, masters, 1],
  [5, 1, masters, 1],
  [6, 1, masters, 2],
  [10, 1, masters, 3],
  [100, 1, masters, 25],
  [100, 1, sandboxMasters, 25],
  [10, 10, masters, 5],
  [100, 10, masters, 45],
  [99, 10, masters, 45],
  [100, 1, noMasters, 20],
  [12_345, 1, [], 2469]
]

const bonuses = [
  [1, 1],
  [5, 1],
  [7, 1],
  [8, 2],
  [12, 2],
  [13, 3],
  [100, 20],
  [250, 50],
  [999, 200]
] as const

const bonus = ({ assignmentId, workerId }: Held, input: Partial<SDK.SendBonusCommandInput> = {}) =>
  Effect.flatMap(Marketplace, ({ call }) =>
    call((c) =>
      c.send(
        new SDK.SendBonusCommand({
          WorkerId: workerId,
          AssignmentId: assignmentId,
          BonusAmount: "1.00",
          Reason: "well done",
          ...input
        })
      )
    )
  )

const payments = (input: SDK.ListBonusPaymentsCommandInput) =>
  Effect.flatMap(Marketplace, ({ call }) => call((c) => c.send(new SDK.ListBonusPaymentsCommand(input))))

describe("fees", () => {
  it.each(rewards)(
    "a reward of %i in a HIT of %i assignments (%j) costs %i more",
    (reward, maxAssignments, requirements, fee) => {
      expect(fees.ofReward(reward, { maxAssignments, requirements })).toBe(fee)
    }
  )

  it.each(bonuses)("a bonus of %i costs %i more", (amount, fee) => {
    expect(fees.ofBonus(amount)).toBe(fee)
  })
})

describe("the account", () => {
  it.scoped("pays for what is approved, with the fee of many assignments, and nothing for what is rejected", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { type } = yield* samples.create({ MaxAssignments: 10, Reward: "1.00" })
      const take = (worker: string) =>
        Effect.tap(market.accept(worker, type), (held) => market.submit(held, { label: "good" }))
      const ada = yield* take("ada")
      const grace = yield* take("grace")
      expect(yield* samples.account).toEqual(["986.00", "14.00"])
      yield* samples.approve(ada)
      expect(yield* samples.account).toEqual(["986.00", "12.60"])
      yield* samples.reject(grace)
      expect(yield* samples.account).toEqual(["987.40", "11.20"])
      yield* samples.approve(grace, { OverrideRejection: true })
      expect(yield* samples.account).toEqual(["986.00", "11.20"])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("must be able to pay all of a HIT before it is made", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(samples.create({ MaxAssignments: 2, Reward: "0.05" }))
      expect(error.code).toBe("InsufficientFunds")
      expect(error.message).toMatch(
        /^This Requester has insufficient funds in their account to complete this transaction\./
      )
      const { id } = yield* samples.create({ MaxAssignments: 1, Reward: "0.05" })
      const { call } = yield* Marketplace
      const more = new SDK.CreateAdditionalAssignmentsForHITCommand({ HITId: id, NumberOfAdditionalAssignments: 2 })
      expect((yield* Effect.flip(call((c) => c.send(more)))).code).toBe("InsufficientFunds")
    }).pipe(Effect.provide(layer({ balance: 11 })))
  )

  it.scoped("holds reward and fee of all places of a HIT when it is made and when it is given more", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const { id } = yield* samples.create({ MaxAssignments: 2, Reward: "0.50" })
      expect(yield* samples.account).toEqual(["8.80", "1.20"])
      const more = new SDK.CreateAdditionalAssignmentsForHITCommand({ HITId: id, NumberOfAdditionalAssignments: 3 })
      yield* call((c) => c.send(more))
      expect(yield* samples.account).toEqual(["7.00", "3.00"])
    }).pipe(Effect.provide(layer({ balance: 1000 })))
  )

  it.scoped("refuses a HIT before a worker has done anything, though nothing of the others is paid yet", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 2, Reward: "0.05" })
      expect((yield* Effect.flip(samples.create({ Reward: "0.05" }))).code).toBe("InsufficientFunds")
      const held = yield* Effect.forEach(["ada", "grace"], (worker) =>
        Effect.tap(market.accept(worker, type), (held) => market.submit(held, { label: "good" }))
      )
      expect((yield* Effect.flip(bonus(held[0] ?? (yield* Effect.dieMessage("two")), {}))).code).toBe(
        "InsufficientFunds"
      )
      yield* Effect.forEach(held, (one) => samples.approve(one))
      expect(yield* samples.account).toEqual(["0.03", "0.00"])
      const again = new SDK.UpdateExpirationForHITCommand({ HITId: id, ExpireAt: new Date(0) })
      yield* call((c) => c.send(again))
      expect(yield* samples.account).toEqual(["0.03", "0.00"])
    }).pipe(Effect.provide(layer({ balance: 15 })))
  )

  it.scoped(
    "gets back what is held for a place when it ends: expired, given back or run out after that, rejected",
    () =>
      Effect.gen(function* () {
        const market = yield* Marketplace
        const { id, type } = yield* samples.create({ MaxAssignments: 5, Reward: "0.50" })
        const ada = yield* market.accept("ada", type)
        const grace = yield* market.accept("grace", type)
        const alan = yield* market.accept("alan", type)
        yield* market.submit(alan, { label: "good" })
        yield* market.giveBack(grace)
        yield* market.accept("grace", type)
        expect(yield* samples.account).toEqual(["997.00", "3.00"])
        yield* samples.expire(id)
        expect(yield* samples.account).toEqual(["998.20", "1.80"])
        yield* market.giveBack(ada)
        expect(yield* samples.account).toEqual(["998.80", "1.20"])
        yield* TestClock.adjust("11 minutes")
        expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 0])
        expect(yield* samples.account).toEqual(["999.40", "0.60"])
        yield* samples.reject(alan)
        expect(yield* samples.account).toEqual(["1000.00", "0.00"])
      }).pipe(Effect.provide(layer()))
  )

  it.scoped("holds again for a HIT that is on offer again, and as much as the other HITType costs", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 2, Reward: "0.50" })
      const ada = yield* market.accept("ada", type)
      yield* samples.expire(id)
      expect(yield* samples.account).toEqual(["999.40", "0.60"])
      yield* call((c) => c.send(new SDK.UpdateExpirationForHITCommand({ HITId: id, ExpireAt: new Date(3_600_000) })))
      expect(yield* samples.account).toEqual(["998.80", "1.20"])
      yield* market.giveBack(ada)
      expect(yield* samples.account).toEqual(["998.80", "1.20"])
      const other = yield* samples.create({ MaxAssignments: 2, Reward: "0.50", Title: "Another" })
      const dearer = yield* call((c) => c.send(new SDK.CreateHITTypeCommand({ ...samples.type, Reward: "1.00" })))
      yield* call((c) => c.send(new SDK.UpdateHITTypeOfHITCommand({ HITId: other.id, HITTypeId: dearer.HITTypeId })))
      expect(yield* samples.account).toEqual(["996.40", "3.60"])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of the sandbox is always full", () =>
    Effect.gen(function* () {
      const { held } = yield* samples.submitted({ Reward: "100.00" })
      yield* samples.approve(held)
      yield* bonus(held, { BonusAmount: "5000" })
      expect(yield* samples.balance).toBe("10000.00")
    }).pipe(Effect.provide(layer({ mode: "sandbox", balance: 0 })))
  )

  it.scoped("is each requester's own", () =>
    Effect.gen(function* () {
      const { callWith, strangers } = yield* Marketplace
      const { held } = yield* samples.submitted()
      yield* samples.approve(held)
      const theirs = yield* callWith({ credentials: strangers }, (c) => c.send(new SDK.GetAccountBalanceCommand({})))
      expect([yield* samples.balance, theirs.AvailableBalance]).toEqual(["999.94", "1000.00"])
    }).pipe(Effect.provide(layer()))
  )
})

describe("a bonus", () => {
  it.scoped("under a token is paid once in a day, and again after", () =>
    Effect.gen(function* () {
      const { held, id } = yield* samples.submitted()
      yield* bonus(held, { UniqueRequestToken: "once" })
      const again = yield* Effect.flip(bonus(held, { UniqueRequestToken: "once" }))
      expect(again.message).toMatch(/^The idempotency token "once" has already been processed\. \(\d+\)$/)
      expect(yield* samples.balance).toBe("998.74")
      yield* TestClock.adjust("23 hours")
      yield* Effect.flip(bonus(held, { UniqueRequestToken: "once" }))
      yield* TestClock.adjust("1 hour")
      yield* bonus(held, { UniqueRequestToken: "once" })
      expect((yield* payments({ HITId: id })).NumResults).toBe(2)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("without a token is paid as often as it is sent", () =>
    Effect.gen(function* () {
      const { held } = yield* samples.submitted()
      yield* Effect.all([bonus(held), bonus(held)])
      expect((yield* payments({ AssignmentId: held.assignmentId })).NumResults).toBe(2)
      expect(yield* samples.balance).toBe("997.54")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that fails leaves its token unused", () =>
    Effect.gen(function* () {
      const { held } = yield* samples.submitted({ Reward: "0.01" })
      const token = { UniqueRequestToken: "once" }
      expect((yield* Effect.flip(bonus(held, { ...token, BonusAmount: "9.00" }))).code).toBe("InsufficientFunds")
      yield* bonus(held, { ...token, BonusAmount: "1" })
    }).pipe(Effect.provide(layer({ balance: 200 })))
  )

  it.scoped("goes to who submitted the assignment, and is more than nothing", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { held } = yield* samples.submitted()
      const other = yield* samples.create({ Title: "Another" })
      const grace = yield* market.accept("grace", other.type)
      const code = (input: Partial<SDK.SendBonusCommandInput>) =>
        Effect.map(Effect.flip(bonus(held, input)), ({ code, name }) => code ?? name)
      expect(yield* code({ WorkerId: grace.workerId })).toBe("InvalidParameterValue")
      expect(yield* code({ WorkerId: "AUNKNOWN" })).toBe("ParameterValidationError")
      expect(yield* code({ AssignmentId: "UNKNOWN" })).toBe("AssignmentDoesNotExist")
      expect(yield* code({ BonusAmount: "0.00" })).toBe("InvalidParameterValue")
      expect(yield* code({ Reason: " " })).toBe("InvalidParameterValue")
      expect((yield* Effect.flip(bonus(grace))).code).toBe("InvalidParameterValue")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is listed by assignment or by HIT, in pages", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 2 })
      const helds = yield* Effect.forEach(["ada", "grace"], (worker) =>
        Effect.tap(market.accept(worker, type), (held) => market.submit(held, { label: "good" }))
      )
      for (const amount of ["0.01", "0.02", "0.03"]) {
        yield* Effect.forEach(helds, (held) => bonus(held, { BonusAmount: amount }))
      }
      const first = yield* payments({ AssignmentId: helds[0]?.assignmentId, MaxResults: 2 })
      expect(first.BonusPayments?.map(({ BonusAmount }) => BonusAmount)).toEqual(["0.01", "0.02"])
      const rest = yield* payments({ AssignmentId: helds[0]?.assignmentId, NextToken: first.NextToken })
      expect(rest.BonusPayments).toMatchObject([{ BonusAmount: "0.03", WorkerId: helds[0]?.workerId }])
      const { NextToken } = rest
      expect((yield* payments({ AssignmentId: helds[0]?.assignmentId, NextToken })).NumResults).toBe(0)
      expect((yield* payments({ HITId: id })).NumResults).toBe(6)
      expect((yield* Effect.flip(payments({}))).code).toBe("InvalidParameterValue")
    }).pipe(Effect.provide(layer()))
  )
})
