import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../Agents.js"
import * as Ids from "../../Ids.js"
import { Journal } from "../../Journal.js"
import * as Money from "../../Money.js"
import type { Core } from "../../Provider.js"
import { TaskRuns } from "../../TaskRuns.js"
import { Workers } from "../../Workers.js"
import type { Suite } from "../Suite.js"
import { type Kit, make, refusal, type Test } from "./kit.js"

const refusals = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  const nothing = Money.zero(kit.reward.currency)
  const unheard = Money.make(kit.reward.minor, Money.Currency.make("XXX"))

  test("MUST pay no bonus of nothing, none without a reason, and none in a currency the run is not in", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const { agent } = yield* kit.completed()
      const bonus = { worker: agent.worker, unit: agent.unit, amount: kit.reward, reason: "thorough" }
      yield* refusal(workers.bonus({ ...bonus, amount: nothing }), "InvalidInput")
      yield* refusal(workers.bonus({ ...bonus, reason: "  " }), "InvalidInput")
      const refused = yield* refusal(workers.bonus({ ...bonus, amount: unheard }), "CurrencyNotPaid")
      expect(refused.currency).toBe("XXX")
      expect(refused.paid).toContain(kit.reward.currency)
    }))

  test("MUST block nobody without a reason", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const { agent, run } = yield* kit.completed()
      const scope = { requester: run.requester }
      yield* refusal(workers.block(agent.worker, scope, " "), "InvalidInput")
      expect(yield* workers.isBlocked(agent.worker, scope)).toBe(false)
    }))
}

const bonuses = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  const { loseAnswer, refuse, timesDone } = kit.harness
  const amount = Money.times(kit.reward, 2)

  const worked = Effect.gen(function* () {
    const { agent, run } = yield* kit.completed()
    return { run, bonus: { worker: agent.worker, unit: agent.unit, amount, reason: "thorough" } }
  })
  const paid = (run: Ids.RunId) =>
    Effect.flatMap(TaskRuns, (runs) => Effect.map(runs.summary(run), ({ cost }) => cost.bonuses))

  test("MUST pay a bonus once, and answer a repeat with the receipt of the first time, and that it is one", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const { bonus, run } = yield* worked
      const receipt = yield* workers.bonus(bonus)
      expect(receipt).toMatchObject({ worker: bonus.worker, amount, repeated: false })
      expect(yield* workers.bonus(bonus)).toEqual({ ...receipt, repeated: true })
      expect(yield* paid(run.id)).toBe(amount.minor)
    }))

  test("MUST pay a bonus again under another key", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const { bonus, run } = yield* worked
      const first = yield* workers.bonus(bonus)
      const second = yield* workers.bonus({ ...bonus, key: "again" })
      expect(second.token).not.toBe(first.token)
      expect(yield* paid(run.id)).toBe(2 * amount.minor)
    }))

  if (refuse !== undefined) {
    test("MUST write down no bonus the crowd refuses, and pay it when it is asked again", () =>
      Effect.gen(function* () {
        const workers = yield* Workers
        const { bonus, run } = yield* worked
        yield* refuse("bonus")
        yield* refusal(kit.patient(workers.bonus(bonus)), "ProviderError")
        expect(yield* paid(run.id)).toBe(0)
        yield* workers.bonus(bonus)
        expect(yield* paid(run.id)).toBe(amount.minor)
      }))
  }

  if (loseAnswer !== undefined) {
    test("MUST pay a bonus once when the crowd's answer is lost", () =>
      Effect.gen(function* () {
        const workers = yield* Workers
        const journal = yield* Journal
        const { bonus, run } = yield* worked
        yield* loseAnswer("bonus")
        yield* Effect.either(kit.patient(workers.bonus(bonus)))
        yield* kit.patient(journal.settle())
        const answer = yield* Effect.either(workers.bonus(bonus))
        if (Either.isLeft(answer)) return expect(answer.left._tag).toBe("Uncertain")
        expect(yield* paid(run.id)).toBe(amount.minor)
        if (timesDone !== undefined) expect(yield* timesDone(answer.right.token)).toBe(1)
      }))
  }
}

const blocks = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST keep a blocked worker from all work of the requester, until they are unblocked", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const run = yield* kit.launched({ rows: 3 })
      const name = yield* kit.worker
      const agent = yield* kit.submitted(yield* kit.accepted(run, name))
      const scope = { requester: run.requester }
      expect(yield* workers.isBlocked(agent.worker, scope)).toBe(false)
      yield* workers.block(agent.worker, scope, "spam")
      yield* workers.block(agent.worker, scope, "spam")
      expect(yield* workers.isBlocked(agent.worker, scope)).toBe(true)
      expect(yield* workers.isEligible(agent.worker, run.id)).toEqual(Option.some({ _tag: "Blocked" }))
      expect(Either.isLeft(yield* Effect.either(kit.accepted(run, name)))).toBe(true)
      yield* workers.unblock(agent.worker, scope)
      expect(yield* workers.isBlocked(agent.worker, scope)).toBe(false)
      expect((yield* kit.accepted(run, name)).worker).toBe(agent.worker)
    }))

  test("MUST take a unit for the requester whose it is", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const { agent, run } = yield* kit.completed()
      yield* workers.block(agent.worker, { unit: agent.unit }, "spam")
      expect(yield* workers.isBlocked(agent.worker, { requester: run.requester })).toBe(true)
      yield* workers.unblock(agent.worker, { requester: run.requester })
      expect(yield* workers.isBlocked(agent.worker, { unit: agent.unit })).toBe(false)
    }))

  test("MUST NOT keep a worker from another requester's work", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const { agent } = yield* kit.completed()
      const other = yield* kit.requester
      yield* workers.block(agent.worker, { unit: agent.unit }, "spam")
      expect(yield* workers.isBlocked(agent.worker, { requester: other.id })).toBe(false)
    }))

  const { loseAnswer } = kit.harness
  if (loseAnswer !== undefined) {
    test("MUST end as it was asked last, when the answer to what was asked before is lost", () =>
      Effect.gen(function* () {
        const workers = yield* Workers
        const journal = yield* Journal
        const { agent } = yield* kit.completed()
        yield* loseAnswer("block")
        yield* Effect.either(kit.patient(workers.block(agent.worker, { unit: agent.unit }, "spam")))
        const answer = yield* Effect.either(kit.patient(workers.unblock(agent.worker, { unit: agent.unit })))
        yield* kit.patient(journal.settle())
        if (Either.isLeft(answer)) expect(answer.left._tag).toBe("Uncertain")
        expect(yield* workers.isBlocked(agent.worker, { unit: agent.unit })).toBe(false)
      }))
  }
}

export const workers: Suite<never> = {
  run: (test, harness) => {
    const kit = make(harness)
    describe("Workers", () => {
      test("MUST know a worker again, by id and by the name the crowd calls them", () =>
        Effect.gen(function* () {
          const workers = yield* Workers
          const run = yield* kit.launched({ rows: 2 })
          const name = yield* kit.worker
          const first = yield* kit.submitted(yield* kit.accepted(run, name))
          const second = yield* kit.accepted(run, name)
          expect(second.worker).toBe(first.worker)
          const worker = yield* workers.get(first.worker)
          expect(worker.name).toBe(first.workerName)
          expect(yield* workers.findByName(first.workerName)).toEqual(worker)
          const all = [...(yield* Stream.runCollect(workers.list))]
          expect(all.filter(({ name }) => name === first.workerName)).toEqual([worker])
        }))

      test("MUST say of a worker whether they may take a unit, and take none for it", () =>
        Effect.gen(function* () {
          const workers = yield* Workers
          const runs = yield* TaskRuns
          const { agent } = yield* kit.completed()
          const run = yield* kit.launched({ task: { maxUnitsPerWorker: Option.some(1) } })
          expect(yield* workers.isEligible(agent.worker, run.id)).toEqual(Option.none())
          expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["launched"])
          yield* kit.accepted(run)
          expect(yield* workers.isEligible(agent.worker, run.id)).toEqual(Option.some({ _tag: "NothingLeft" }))
          expect((yield* runs.summary(run.id)).workers).toBe(1)
        }))

      test("MUST tell what a worker holds in a run and what bars them from it, and take nothing for it", () =>
        Effect.gen(function* () {
          const workers = yield* Workers
          const run = yield* kit.launched({ rows: 2, task: { maxUnitsPerWorker: Option.some(1) } })
          const before = yield* kit.completed()
          const free = { held: Option.none(), barred: Option.none() }
          expect(yield* workers.standing(run.id, before.agent.worker)).toEqual(free)
          expect(yield* workers.standing(run.id)).toEqual(free)
          expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["launched", "launched"])
          const agent = yield* kit.accepted(run)
          const limit = Option.some({ _tag: "OverWorkerLimit", limit: 1 })
          expect(yield* workers.standing(run.id, agent.worker)).toEqual({ held: Option.some(agent.id), barred: limit })
          yield* kit.submitted(agent)
          expect(yield* workers.standing(run.id, agent.worker)).toEqual({ held: Option.none(), barred: limit })
        }))

      test("MUST tell each worker's part in a run", () =>
        Effect.gen(function* () {
          const workers = yield* Workers
          const run = yield* kit.launched({ rows: 3 })
          const name = yield* kit.worker
          const agent = yield* kit.submitted(yield* kit.accepted(run, name))
          yield* kit.givenBack(yield* kit.accepted(run, name))
          const other = yield* kit.accepted(run)
          yield* workers.bonus({ worker: agent.worker, unit: agent.unit, amount: kit.reward, reason: "thorough" })
          yield* workers.block(other.worker, { requester: run.requester }, "spam")
          const parts = [...(yield* Stream.runCollect(workers.ofRun(run.id)))]
          expect(parts.map(({ worker }) => worker.id)).toEqual([agent.worker, other.worker])
          expect(parts[0]).toMatchObject({
            taken: 2,
            agents: { completed: 1, returned: 1, accepted: 0 },
            bonuses: kit.reward,
            blocked: false
          })
          expect(parts[0]?.medianTime).toEqual(Option.some(expect.any(Number)))
          expect(parts[1]).toMatchObject({ taken: 1, medianTime: Option.none(), blocked: true })
          const behind = yield* Stream.runCollect(workers.ofRun(run.id, { after: agent.worker }))
          expect([...behind]).toEqual([parts[1]])
        }))

      test("MUST tell how far a worker is in a run, and how many more units they could take", () =>
        Effect.gen(function* () {
          const workers = yield* Workers
          const task = { maxUnitsPerWorker: Option.some(3), unitsPerAssignment: 2 }
          const run = yield* kit.launched({ rows: 4, task })
          const nothing = { ...kit.reward, minor: 0 }
          const start = { submitted: 0, waiting: 0, available: 3, earned: nothing, toCome: nothing }
          expect(yield* workers.progress(run.id)).toEqual(start)
          const name = yield* kit.worker
          const first = yield* kit.accepted(run, name)
          expect(yield* workers.progress(run.id, first.worker)).toEqual({ ...start, available: 2 })
          yield* kit.submitted(first)
          const waiting = { submitted: 1, waiting: 1, available: 2, earned: nothing, toCome: kit.reward }
          expect(yield* workers.progress(run.id, first.worker)).toEqual(waiting)
          yield* Effect.flatMap(Agents, (agents) => agents.approve(first.id))
          const paid = { submitted: 1, waiting: 0, available: 2, earned: kit.reward, toCome: nothing }
          expect(yield* workers.progress(run.id, first.worker)).toEqual(paid)
          yield* workers.bonus({ worker: first.worker, unit: first.unit, amount: kit.reward, reason: "thorough" })
          const twice = { ...kit.reward, minor: 2 * kit.reward.minor }
          expect(yield* workers.progress(run.id, first.worker)).toMatchObject({ earned: twice })
        }))

      refusals(test, kit)
      bonuses(test, kit)
      blocks(test, kit)

      test("MUST say WorkerNotFound, UnitNotFound and RequesterNotFound of what it does not know", () =>
        Effect.gen(function* () {
          const workers = yield* Workers
          const nobody = yield* Ids.workerId
          const unit = yield* Ids.unitId
          const requester = yield* Ids.requesterId
          const { agent, run } = yield* kit.completed()
          const bonus = { worker: agent.worker, amount: kit.reward, reason: "thorough" }
          yield* refusal(workers.get(nobody), "WorkerNotFound")
          yield* refusal(workers.findByName(nobody), "WorkerNotFound")
          yield* refusal(workers.bonus({ ...bonus, worker: nobody }), "WorkerNotFound")
          yield* refusal(workers.bonus({ ...bonus, unit }), "UnitNotFound")
          yield* refusal(workers.bonus({ ...bonus, run: yield* Ids.runId }), "TaskRunNotFound")
          yield* refusal(workers.block(nobody, { requester: run.requester }, "spam"), "WorkerNotFound")
          yield* refusal(workers.block(agent.worker, { requester }, "spam"), "RequesterNotFound")
          yield* refusal(workers.unblock(agent.worker, { unit }), "UnitNotFound")
          yield* refusal(workers.isBlocked(nobody, { requester: run.requester }), "WorkerNotFound")
          yield* refusal(workers.isEligible(nobody, run.id), "WorkerNotFound")
          yield* refusal(workers.isEligible(agent.worker, yield* Ids.runId), "TaskRunNotFound")
          yield* refusal(workers.standing(run.id, nobody), "WorkerNotFound")
          yield* refusal(workers.standing(yield* Ids.runId, agent.worker), "TaskRunNotFound")
          yield* refusal(workers.progress(run.id, nobody), "WorkerNotFound")
          yield* refusal(workers.progress(yield* Ids.runId, agent.worker), "TaskRunNotFound")
          yield* refusal(Stream.runDrain(workers.ofRun(yield* Ids.runId)), "TaskRunNotFound")
        }))
    })
  }
}
