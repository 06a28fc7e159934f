import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Ids from "../../Ids.js"
import { Journal } from "../../Journal.js"
import type { Core } from "../../Provider.js"
import { Qualifications } from "../../Qualifications.js"
import { Workers } from "../../Workers.js"
import type { Suite } from "../Suite.js"
import { type Kit, make, refusal, type Test } from "./kit.js"

type Needs<R> = Core | Qualifications | R

const made = <R>(kit: Kit<R>) =>
  Effect.gen(function* () {
    const qualifications = yield* Qualifications
    return yield* qualifications.create(yield* kit.unique("qualification"), "of the conformance suite")
  })

const keeping = <R>(test: Test<Needs<R>>, kit: Kit<Needs<R>>): void => {
  test("MUST make a qualification once, and find it by its name", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const one = yield* made(kit)
      expect(yield* qualifications.find(one.name)).toEqual(one)
      yield* refusal(qualifications.create(one.name, "another"), "QualificationExists")
      const all = [...(yield* Stream.runCollect(qualifications.list))]
      expect(all.filter(({ name }) => name === one.name)).toEqual([one])
    }))

  test("MUST delete a qualification with all that was granted of it", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const { name } = yield* made(kit)
      const { agent } = yield* kit.completed()
      yield* qualifications.grant(name, agent.worker, 7)
      yield* qualifications.delete(name)
      yield* refusal(qualifications.find(name), "QualificationNotFound")
      yield* refusal(qualifications.value(name, agent.worker), "QualificationNotFound")
      yield* qualifications.create(name, "again")
      expect(yield* qualifications.value(name, agent.worker)).toEqual(Option.none())
    }))

  test("MUST say QualificationNotFound and WorkerNotFound of what it does not know", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const { name } = yield* made(kit)
      const none = yield* kit.unique("qualification")
      const nobody = yield* Ids.workerId
      yield* refusal(qualifications.delete(none), "QualificationNotFound")
      yield* refusal(qualifications.grant(none, nobody, 1), "QualificationNotFound")
      yield* refusal(qualifications.revoke(none, nobody), "QualificationNotFound")
      yield* refusal(qualifications.grant(name, nobody, 1), "WorkerNotFound")
      yield* refusal(qualifications.revoke(name, nobody), "WorkerNotFound")
    }))
}

const granting = <R>(test: Test<Needs<R>>, kit: Kit<Needs<R>>): void => {
  test("MUST make none without a name, and grant no part of a number", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const { agent } = yield* kit.completed()
      const { name } = yield* qualifications.create(yield* kit.unique("qualification"), "")
      yield* refusal(qualifications.create(" ", ""), "InvalidInput")
      yield* refusal(qualifications.grant(name, agent.worker, 1.5), "InvalidInput")
      expect(yield* qualifications.value(name, agent.worker)).toEqual(Option.none())
    }))

  test("MUST grant a value, replace it, and revoke it, each also twice", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const { name } = yield* made(kit)
      const { agent } = yield* kit.completed()
      const value = qualifications.value(name, agent.worker)
      expect(yield* value).toEqual(Option.none())
      yield* qualifications.revoke(name, agent.worker)
      for (const wanted of [7, 7, 9]) {
        yield* qualifications.grant(name, agent.worker, wanted)
        expect(yield* value).toEqual(Option.some(wanted))
      }
      yield* qualifications.revoke(name, agent.worker)
      yield* qualifications.revoke(name, agent.worker)
      expect(yield* value).toEqual(Option.none())
      yield* qualifications.grant(name, agent.worker, 0)
      expect(yield* value).toEqual(Option.some(0))
    }))

  test("MUST let only those work who have what the task asks for", () =>
    Effect.gen(function* () {
      const qualifications = yield* Qualifications
      const workers = yield* Workers
      const { name } = yield* made(kit)
      const workerName = yield* kit.worker
      const { worker } = yield* kit.submitted(yield* kit.accepted(yield* kit.launched(), workerName))
      const run = yield* kit.launched({
        task: { qualifications: [{ name, comparator: "greater_than_or_equal", value: 5 }] }
      })
      const lacking = Option.some({ _tag: "LacksQualification", qualification: name })
      expect(yield* workers.isEligible(worker, run.id)).toEqual(lacking)
      expect(Either.isLeft(yield* Effect.either(kit.accepted(run, workerName)))).toBe(true)
      yield* qualifications.grant(name, worker, 4)
      expect(yield* workers.isEligible(worker, run.id)).toEqual(lacking)
      yield* qualifications.grant(name, worker, 5)
      expect((yield* kit.accepted(run, workerName)).worker).toBe(worker)
    }))
}

const inTrouble = <R>(test: Test<Needs<R>>, kit: Kit<Needs<R>>): void => {
  const { loseAnswer, refuse } = kit.harness

  if (refuse !== undefined) {
    test("MUST keep its own record as it was when the crowd refuses a grant, and grant when it is asked again", () =>
      Effect.gen(function* () {
        const qualifications = yield* Qualifications
        const { name } = yield* made(kit)
        const { agent } = yield* kit.completed()
        yield* qualifications.grant(name, agent.worker, 1)
        yield* refuse("grant")
        yield* refusal(kit.patient(qualifications.grant(name, agent.worker, 2)), "ProviderError")
        expect(yield* qualifications.value(name, agent.worker)).toEqual(Option.some(1))
        yield* qualifications.grant(name, agent.worker, 2)
        expect(yield* qualifications.value(name, agent.worker)).toEqual(Option.some(2))
      }))
  }

  if (loseAnswer !== undefined) {
    test("MUST end as it was asked last, when the answer to what was asked before is lost", () =>
      Effect.gen(function* () {
        const qualifications = yield* Qualifications
        const journal = yield* Journal
        const { name } = yield* made(kit)
        const { agent } = yield* kit.completed()
        yield* loseAnswer("grant")
        yield* Effect.either(kit.patient(qualifications.grant(name, agent.worker, 1)))
        const answer = yield* Effect.either(kit.patient(qualifications.revoke(name, agent.worker)))
        yield* kit.patient(journal.settle())
        if (Either.isLeft(answer)) expect(answer.left._tag).toBe("Uncertain")
        expect(yield* qualifications.value(name, agent.worker)).toEqual(Option.none())
      }))
  }
}

export const qualifications: Suite<Qualifications> = {
  run: (test, harness) => {
    const kit = make(harness)
    describe("Qualifications", () => {
      keeping(test, kit)
      granting(test, kit)
      inTrouble(test, kit)
    })
  }
}
