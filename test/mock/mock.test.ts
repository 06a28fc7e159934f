import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import { Budget } from "../../src/Budget.js"
import { BonusNeedsUnit, CredentialsRejected } from "../../src/CrowdError.js"
import * as Ids from "../../src/Ids.js"
import { Journal } from "../../src/Journal.js"
import { Messages } from "../../src/Messages.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Qualifications } from "../../src/Qualifications.js"
import { Requesters } from "../../src/Requesters.js"
import * as Store from "../../src/Store.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { Workers } from "../../src/Workers.js"
import { failure, kit } from "../support/failures.js"

const rejected = failure("Rejected")

describe("what the Mock is scripted to do", () => {
  it.effect("comes back as the typed error of each method, at its next call only", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const { agent, run } = yield* kit.completed({ rows: 2 })
      const requesters = yield* Requesters
      const runs = yield* TaskRuns
      const units = yield* Units
      const agents = yield* Agents
      const workers = yield* Workers
      const budget = yield* Budget
      const qualifications = yield* Qualifications
      const messages = yield* Messages
      const scope = { requester: run.requester }
      const fresh = yield* runs.open(yield* kit.openOptions())
      yield* runs.addRows(fresh.id, 0, [{ n: "0" }])
      yield* qualifications.create("dutch", "")
      const calls: ReadonlyArray<readonly [Mock.Method, Effect.Effect<unknown, unknown>]> = [
        ["register", requesters.register("somebody", {})],
        ["isRegistered", requesters.isRegistered(run.requester)],
        ["setup", runs.setup(fresh.id)],
        ["cleanup", runs.cleanup(run.id)],
        ["observe", units.sync(run.id)],
        ["offerStatus", units.status(agent.unit)],
        ["agentStatus", agents.status(agent.id)],
        ["markDone", agents.markDone(agent.id)],
        ["launch", Stream.runDrain(units.launch(fresh.id))],
        ["expire", units.expireAll(run.id)],
        ["reject", agents.reject(agent.id, "no")],
        ["approve", agents.approve(agent.id, { overrideRejection: true })],
        ["bonus", workers.bonus({ worker: agent.worker, amount: Money.make(1), reason: "well done" })],
        ["block", workers.block(agent.worker, scope, "spam")],
        ["unblock", workers.unblock(agent.worker, scope)],
        ["createQualification", qualifications.create("french", "")],
        ["grant", qualifications.grant("dutch", agent.worker, 1)],
        ["revoke", qualifications.revoke("dutch", agent.worker)],
        ["deleteQualification", qualifications.delete("dutch")],
        ["available", budget.available(run.requester)],
        ["message", messages.send([agent.worker], { subject: "", text: "" })]
      ]
      for (const [method, call] of calls) {
        yield* mock.script(method, rejected)
        expect([method, yield* Effect.flip(call)]).toMatchObject([
          method,
          { _tag: "ProviderError", reason: "Rejected" }
        ])
        expect([method, Exit.isSuccess(yield* Effect.exit(call))]).toEqual([method, true])
        expect((yield* mock.calls).filter((one) => one.method === method).length).toBeGreaterThan(1)
      }
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("may be an error of one method's own", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const requesters = yield* Requesters
      const workers = yield* Workers
      const { agent } = yield* kit.completed()
      yield* mock.script("register", new CredentialsRejected({ provider: "mock", description: "no" }))
      expect((yield* Effect.flip(requesters.register("somebody", {})))._tag).toBe("CredentialsRejected")
      yield* mock.script("bonus", new BonusNeedsUnit({ worker: agent.worker }))
      const bonus = { worker: agent.worker, amount: Money.make(1), reason: "well done" }
      expect((yield* Effect.flip(workers.bonus(bonus)))._tag).toBe("BonusNeedsUnit")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("happens before the crowd acts, or after", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const agents = yield* Agents
      const balance = Effect.map(mock.state, (state) => state.balance.minor)
      const opening = yield* balance
      const first = yield* kit.completed()
      yield* mock.script("approve", failure("Unavailable"), "after")
      const slow = yield* Effect.fork(agents.approve(first.agent.id))
      yield* TestClock.adjust(0)
      expect(yield* balance).toBe(opening - 5)
      yield* TestClock.adjust("10 minutes")
      expect((yield* Fiber.join(slow)).status).toBe("approved")
      const second = yield* kit.completed()
      yield* mock.script("approve", rejected)
      yield* Effect.flip(agents.approve(second.agent.id))
      expect(yield* balance).toBe(opening - 5)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("may be slowness, and hanging until the call is given up and made again", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const units = yield* Units
      const run = yield* kit.opened({ rows: 2 })
      yield* mock.script("launch", Effect.sleep("10 seconds"))
      const slow = yield* Effect.fork(Stream.runDrain(units.launch(run.id, { limit: 1 })))
      yield* TestClock.adjust("9 seconds")
      expect(yield* Fiber.poll(slow)).toEqual(Option.none())
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(slow)
      yield* mock.script("launch", Effect.never)
      yield* kit.patient(Stream.runDrain(units.launch(run.id)))
      expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["launched", "launched"])
      expect((yield* mock.state).deeds.map(({ method, times }) => [method, times])).toEqual([
        ["launch", 1],
        ["launch", 1]
      ])
    }).pipe(Effect.provide(Mock.layer({ timeout: "20 seconds" })))
  )

  it.effect("comes in the order it was scripted", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const runs = yield* TaskRuns
      const run = yield* kit.opened()
      yield* mock.script("cleanup", Effect.void)
      yield* mock.script("cleanup", rejected)
      yield* runs.cleanup(run.id)
      yield* Effect.flip(runs.cleanup(run.id))
      yield* runs.cleanup(run.id)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is overcome by itself where trying again helps", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const budget = yield* Budget
      const units = yield* Units
      const run = yield* kit.opened()
      for (let n = 0; n < 5; n++) yield* mock.script("available", failure("Throttled"))
      expect((yield* kit.patient(budget.available(run.requester))).minor).toBe(1_000_000)
      yield* mock.script("observe", failure("Throttled"))
      expect(yield* kit.patient(units.sync(run.id))).toBe(0)
      for (let n = 0; n < 6; n++) yield* mock.script("available", failure("Throttled"))
      const given = yield* Effect.flip(kit.patient(budget.available(run.requester)))
      expect(given).toMatchObject({ _tag: "ProviderError", reason: "Throttled" })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is tried again no sooner than the crowd asked for", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const budget = yield* Budget
      const { id } = yield* kit.requester
      yield* mock.script("available", failure("Throttled", { retryAfter: Duration.minutes(5) }))
      const waiting = yield* Effect.fork(budget.available(id))
      yield* TestClock.adjust("4 minutes")
      expect(yield* Fiber.poll(waiting)).toEqual(Option.none())
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(waiting)
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("what the Mock knows", () => {
  it.effect("its balance can be set, is asked of it, and is spent with the fee", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const budget = yield* Budget
      const agents = yield* Agents
      const workers = yield* Workers
      const runs = yield* TaskRuns
      const { agent, run } = yield* kit.completed()
      yield* mock.setBalance(Money.make(5))
      expect(yield* budget.available(run.requester)).toEqual(Money.make(5))
      const unpaid = yield* Effect.flip(agents.approve(agent.id))
      expect(unpaid).toMatchObject({ needed: Money.make(6), available: Money.make(5) })
      yield* mock.setBalance(Money.make(100))
      yield* agents.approve(agent.id)
      yield* workers.bonus({ worker: agent.worker, unit: agent.unit, amount: Money.make(10), reason: "well done" })
      expect(yield* budget.available(run.requester)).toEqual(Money.make(100 - 6 - 12))
      expect((yield* runs.summary(run.id)).cost).toMatchObject({ rewards: 5, bonuses: 10, fees: 3, total: 18 })
      const foreign = { worker: agent.worker, amount: Money.make(1, Money.Currency.make("EUR")), reason: "well done" }
      expect((yield* Effect.flip(workers.bonus(foreign)))._tag).toBe("CurrencyNotPaid")
    }).pipe(Effect.provide(Mock.layer({ feePercent: 20 })))
  )

  it.effect("can be watched", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const balances = yield* Effect.fork(
        mock.watch.pipe(
          Stream.map(({ balance }) => balance.minor),
          Stream.changes,
          Stream.takeUntil((minor) => minor === 7),
          Stream.runCollect
        )
      )
      yield* TestClock.adjust(0)
      yield* mock.setBalance(Money.make(9))
      yield* TestClock.adjust(0)
      yield* mock.setBalance(Money.make(7))
      expect([...(yield* Fiber.join(balances))]).toEqual([1_000_000, 9, 7])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is told to the next sync, once", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const units = yield* Units
      const agents = yield* Agents
      const workers = yield* Workers
      const run = yield* kit.launched({ rows: 3 })
      const [first, second, third] = yield* kit.unitsOf(run)
      if (!first || !second || !third) return yield* Effect.dieMessage("three units")
      const seen = { workerName: "ada", answers: Option.some({ answer: "yes" }), at: yield* DateTime.now }
      yield* mock.setObservations([
        { _tag: "Offer", offer: third.id, status: "withdrawn" },
        { _tag: "Agent", offer: first.id, remoteAgent: "a1", status: "submitted", ...seen },
        { _tag: "Agent", offer: second.id, remoteAgent: "a2", status: "approved", ...seen },
        { _tag: "Agent", offer: second.id, remoteAgent: "a3", status: "returned", ...seen },
        { _tag: "Offer", offer: "elsewhere", status: "offered" }
      ])
      expect(yield* units.sync(run.id)).toBe(3)
      expect(yield* units.sync(run.id)).toBe(0)
      expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["completed", "accepted", "expired"])
      const all = [...(yield* Stream.runCollect(agents.list(run.id)))]
      expect(all.map(({ answers, remoteId, status }) => [Option.getOrNull(remoteId), status, answers])).toEqual([
        ["a1", "completed", seen.answers],
        ["a2", "approved", seen.answers]
      ])
      const ada = yield* workers.findByName("ada")
      expect(all.map(({ worker }) => worker)).toEqual([ada.id, ada.id])
      expect((yield* (yield* TaskRuns).summary(run.id)).cost.rewards).toBe(5)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("outlives the Mock where the Store does", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      yield* mock.setBalance(Money.make(42))
      const budget = yield* Effect.provide(Budget, Mock.layerStore({ balance: Money.make(1) }))
      const { id } = yield* kit.requester
      expect(yield* budget.available(id)).toEqual(Money.make(42))
    }).pipe(Effect.provide(Mock.layerStore()), Effect.provide(Store.layerMemory))
  )

  it.effect("is only what it did: a token is one deed, however often it is sent", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const agents = yield* Agents
      const { agent } = yield* kit.completed()
      yield* mock.script("approve", failure("Unavailable"), "after")
      yield* kit.patient(agents.approve(agent.id))
      const deeds = (yield* mock.state).deeds.filter(({ method }) => method === "approve")
      expect(deeds).toMatchObject([{ subject: agent.id, times: 2, charged: 5 }])
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("two requesters", () => {
  it.effect("each have their own block of a worker, whatever their ids are made of", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const requesters = yield* Requesters
      const first = yield* requesters.register("first", {})
      yield* TestClock.adjust("1 second")
      const second = yield* requesters.register("second", {})
      const { agent } = yield* kit.completed()
      yield* workers.block(agent.worker, { requester: first.id }, "spam")
      yield* workers.block(agent.worker, { requester: second.id }, "spam")
      expect(yield* workers.isBlocked(agent.worker, { requester: second.id })).toBe(true)
    }).pipe(
      Effect.provide(Mock.layer()),
      Effect.provideServiceEffect(
        Ids.Ids,
        Effect.sync(() => Ids.make(() => new Uint8Array(16)))
      )
    )
  )
})

/** The crowd does what it is asked, and its answer is lost however often it is asked. */
const loseAll = (method: "block" | "unblock" | "grant" | "revoke") =>
  Effect.flatMap(Mock.Mock, (mock) =>
    Effect.replicateEffect(mock.script(method, failure("Unavailable"), "after"), 6, { discard: true })
  )

describe("what is asked last stands, even if the answer to what was asked before never came", () => {
  it.effect("block, then unblock", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const workers = yield* Workers
      const { agent, run } = yield* kit.completed()
      const scope = { requester: run.requester }
      yield* loseAll("block")
      const lost = yield* Effect.flip(kit.patient(workers.block(agent.worker, scope, "spam")))
      expect(lost).toMatchObject({ _tag: "ProviderError", reason: "Unavailable" })
      yield* kit.patient(workers.unblock(agent.worker, scope))
      yield* kit.patient(Effect.flatMap(Journal, (journal) => journal.settle()))
      expect(yield* workers.isBlocked(agent.worker, scope)).toBe(false)
      const deeds = (yield* mock.state).deeds.filter(({ subject }) => subject === agent.worker)
      expect(deeds.map(({ method }) => method).sort()).toEqual(["block", "unblock"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("grant, then revoke; grant, then grant the value of before", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const { agent } = yield* kit.completed()
      yield* qualifications.create("dutch", "")
      const value = qualifications.value("dutch", agent.worker)
      const settle = kit.patient(Effect.flatMap(Journal, (journal) => journal.settle()))
      yield* loseAll("grant")
      yield* Effect.flip(kit.patient(qualifications.grant("dutch", agent.worker, 7)))
      yield* kit.patient(qualifications.revoke("dutch", agent.worker))
      yield* settle
      expect(yield* value).toEqual(Option.none())
      yield* qualifications.grant("dutch", agent.worker, 5)
      yield* loseAll("grant")
      yield* Effect.flip(kit.patient(qualifications.grant("dutch", agent.worker, 7)))
      yield* kit.patient(qualifications.grant("dutch", agent.worker, 5))
      yield* settle
      expect(yield* value).toEqual(Option.some(5))
      yield* loseAll("revoke")
      yield* Effect.flip(kit.patient(qualifications.revoke("dutch", agent.worker)))
      yield* kit.patient(qualifications.grant("dutch", agent.worker, 5))
      yield* settle
      expect(yield* value).toEqual(Option.some(5))
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("grant, then delete the qualification: nothing is left that could not be finished", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const journal = yield* Journal
      const { agent } = yield* kit.completed()
      yield* qualifications.create("dutch", "")
      yield* loseAll("grant")
      yield* Effect.flip(kit.patient(qualifications.grant("dutch", agent.worker, 7)))
      yield* qualifications.delete("dutch")
      expect(yield* kit.patient(journal.settle())).toEqual({ done: 0, failed: 0, uncertain: 0, pending: 0 })
      const failed = yield* Stream.runCollect(journal.list("failed"))
      expect([...failed].map(({ kind }) => kind)).toEqual(["grant"])
    }).pipe(Effect.provide(Mock.layer()))
  )
})
