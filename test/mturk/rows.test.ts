/**
 * One HIT for each row: more places in it, taking it back, one more where it takes no more, and limits for one worker.
 */
import {
  CreateAdditionalAssignmentsForHITCommand,
  GetHITCommand,
  ListHITsCommand,
  ListQualificationTypesCommand,
  ListWorkersWithQualificationTypeCommand
} from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Results from "../../src/batch/Results.js"
import { Agents, Crowd, TaskRuns, Units } from "../../src/index.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Marketplace } from "../mturk-server/support.js"
import { Between, layer } from "./market.js"
import { launched, ok, on, opened, refuse } from "./wire.js"

const Setup = Schema.Struct({ hitType: Schema.String, done: Schema.optional(Schema.String) })

const setupOf = (run: TaskRun) => Schema.decodeUnknown(Setup)(Option.getOrNull(run.setup))

const hits = Effect.gen(function* () {
  const { call } = yield* Marketplace
  const { HITs = [] } = yield* call((c) => c.send(new ListHITsCommand({ MaxResults: 100 })))
  return HITs.toReversed()
})

const launch = (run: TaskRun, limit?: number) =>
  Effect.flatMap(Units.Units, (units) => Stream.runDrain(units.launch(run.id, { limit })))

const unitsOf = (run: TaskRun) =>
  Effect.flatMap(Units.Units, (units) => Effect.map(Stream.runCollect(units.list(run.id)), (all) => [...all]))

/** The worker of this name does one unit of a HITType. */
const work = (worker: string, hitType: string) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    const held = yield* market.accept(worker, hitType)
    yield* market.submit(held, { label: "good" })
    return held
  })

const sync = (run: TaskRun) => Effect.flatMap(Units.Units, (units) => units.sync(run.id))

const approveAll = (run: TaskRun) =>
  Effect.flatMap(Agents.Agents, (agents) => Stream.runDrain(agents.approveAll(run.id)))

const costOf = (run: TaskRun) =>
  Effect.map(
    Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.summary(run.id)),
    ({ cost }) => cost
  )

describe("the HIT of a row", () => {
  it.scopedLive("has a place for each of its units, and goes to different people", () =>
    Effect.gen(function* () {
      const { run, units } = yield* launched(2, { unitsPerAssignment: 3 })
      const { hitType } = yield* setupOf(run)
      const all = yield* hits
      expect(all.map(({ MaxAssignments }) => MaxAssignments)).toEqual([3, 3])
      const offers = units.map(({ remoteId }) => Option.getOrNull(remoteId))
      expect(new Set(offers)).toEqual(new Set(all.map(({ HITId }) => HITId)))
      expect(units.every(({ offerSize }) => offerSize === 3)).toBe(true)
      const done = [yield* work("ann", hitType), yield* work("ann", hitType)]
      expect(Either.isLeft(yield* Effect.either(work("ann", hitType)))).toBe(true)
      yield* sync(run)
      const lines = yield* Stream.mkString(Results.encode(Crowd.results(run.id), "csv"))
      for (const { assignmentId, hitId } of done) {
        expect(lines).toMatch(new RegExp(`^${hitId},.*,3,${"[^,]*,".repeat(4)}${assignmentId},`, "m"))
      }
    }).pipe(Effect.provide(layer()))
  )

  it.scopedLive("has more places once more of the row is launched, as many as there are units whatever gets lost", () =>
    Effect.gen(function* () {
      const { wire } = yield* Between
      const { call } = yield* Marketplace
      const run = yield* opened(1, { unitsPerAssignment: 5 })
      yield* launch(run, 2)
      wire.on("CreateAdditionalAssignmentsForHIT", (_, nth) => (nth === 1 ? "lose" : "forward"))
      yield* launch(run, 2)
      const [first] = yield* hits
      expect(first?.MaxAssignments).toBe(4)
      // Somebody else was quicker: nothing is added twice.
      yield* call((c) =>
        c.send(
          new CreateAdditionalAssignmentsForHITCommand({ HITId: first?.HITId ?? "", NumberOfAdditionalAssignments: 1 })
        )
      )
      yield* launch(run)
      expect((yield* hits).map(({ MaxAssignments }) => MaxAssignments)).toEqual([5])
      expect((yield* unitsOf(run)).map(({ offerSize }) => offerSize)).toEqual([2, 2, 2, 2, 2])
    }).pipe(Effect.provide(layer()))
  )

  it.scopedLive("is taken back once, and its places are on offer again before any are added", () =>
    Effect.gen(function* () {
      const units = yield* Units.Units
      const runs = yield* TaskRuns.TaskRuns
      const { wire } = yield* Between
      const { call } = yield* Marketplace
      const { run } = yield* launched(1, { unitsPerAssignment: 3 })
      const { hitType } = yield* setupOf(run)
      const available = Effect.map(hits, (all) =>
        all.map(({ MaxAssignments, NumberOfAssignmentsAvailable }) => [MaxAssignments, NumberOfAssignmentsAvailable])
      )
      yield* work("ann", hitType)
      for (const round of [1, 2]) {
        yield* units.expireAll(run.id)
        expect(yield* available).toEqual([[3, 0]])
        expect(wire.of("UpdateExpirationForHIT").filter(({ ExpireAt }) => Number(ExpireAt) < 10)).toHaveLength(
          round === 1 ? 1 : 3
        )
        expect(yield* runs.relaunch(run.id)).toBe(2)
        yield* launch(run)
        expect(yield* available).toEqual([[3, 2]])
      }
      expect(wire.of("CreateAdditionalAssignmentsForHIT")).toEqual([])
      yield* work("bob", hitType)
      yield* work("cyd", hitType)
      yield* sync(run)
      const { HIT } = yield* call((c) =>
        c.send(new GetHITCommand({ HITId: String(wire.of("UpdateExpirationForHIT")[0]?.["HITId"]) }))
      )
      expect(HIT?.HITStatus).toBe("Reviewable")
      expect((yield* runs.counts(run.id)).completed).toBe(3)
    }).pipe(Effect.provide(layer()))
  )

  it.scopedLive(
    "stays taken back where it would sell more places than are asked for: those get a HIT of their own",
    () =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const units = yield* Units.Units
        const runs = yield* TaskRuns.TaskRuns
        const { run } = yield* launched(1, { unitsPerAssignment: 3 })
        const { hitType } = yield* setupOf(run)
        yield* work("ann", hitType)
        yield* units.expireAll(run.id)
        const [first] = yield* Stream.runCollect(agents.list(run.id))
        if (first === undefined) return yield* Effect.dieMessage("ann has submitted")
        yield* agents.reject(first.id, "empty")
        expect(yield* runs.relaunch(run.id, { only: ["rejected"] })).toBe(1)
        yield* launch(run)
        expect(
          (yield* hits).map(({ MaxAssignments, NumberOfAssignmentsAvailable }) => [
            MaxAssignments,
            NumberOfAssignmentsAvailable
          ])
        ).toEqual([
          [3, 0],
          [1, 1]
        ])
      }).pipe(Effect.provide(layer()))
  )

  it.scopedLive("sells the place of a rejected unit by one more, with fees to the cent", () =>
    Effect.gen(function* () {
      const agents = yield* Agents.Agents
      const runs = yield* TaskRuns.TaskRuns
      const { run } = yield* launched(1, { unitsPerAssignment: 10 })
      const { hitType } = yield* setupOf(run)
      yield* Effect.forEach(Array.from({ length: 10 }), (_, n) => work(`w${n}`, hitType), { discard: true })
      yield* sync(run)
      const [first] = yield* Stream.runCollect(agents.list(run.id))
      if (first === undefined) return yield* Effect.dieMessage("ten have submitted")
      yield* agents.reject(first.id, "empty")
      yield* approveAll(run)
      // 40 % of 5 cents each, for a HIT that was made with ten assignments.
      expect(yield* costOf(run)).toMatchObject({ rewards: 45, fees: 18 })
      expect(yield* runs.relaunch(run.id)).toBe(1)
      yield* launch(run)
      expect((yield* hits).map(({ MaxAssignments }) => MaxAssignments)).toEqual([11])
      yield* work("w10", hitType)
      yield* sync(run)
      yield* approveAll(run)
      expect(yield* costOf(run)).toMatchObject({ rewards: 50, fees: 20 })
    }).pipe(Effect.provide(layer()))
  )
})

describe("one more HIT for a row", () => {
  it.scopedLive("is made where the first would pass from nine to ten, and is not shown to its people", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const run = yield* opened(1, { unitsPerAssignment: 10 })
      const { hitType } = yield* setupOf(run)
      yield* launch(run, 9)
      yield* Effect.forEach(Array.from({ length: 9 }), (_, n) => work(`w${n}`, hitType), { discard: true })
      yield* launch(run)
      const [first, second] = yield* hits
      expect([first?.MaxAssignments, second?.MaxAssignments]).toEqual([9, 1])
      expect(second?.QualificationRequirements).toMatchObject([
        { Comparator: "DoesNotExist", ActionsGuarded: "DiscoverPreviewAndAccept" }
      ])
      const id = second?.QualificationRequirements?.[0]?.QualificationTypeId ?? ""
      const { Qualifications = [] } = yield* call((c) =>
        c.send(new ListWorkersWithQualificationTypeCommand({ QualificationTypeId: id, MaxResults: 100 }))
      )
      expect(Qualifications).toHaveLength(9)
      const last = (yield* unitsOf(run)).at(-1)
      expect([last?.remoteId, last?.offerSize]).toEqual([Option.some(second?.HITId), 1])

      const other = second?.HITTypeId ?? ""
      expect(other).not.toBe(hitType)
      expect(Either.isLeft(yield* Effect.either(work("w3", other)))).toBe(true)
      yield* work("w9", other)
      yield* sync(run)
      yield* approveAll(run)
      expect(yield* costOf(run)).toMatchObject({ rewards: 50, fees: 10 })

      yield* Crowd.close(run.id)
      expect(yield* call((c) => c.send(new ListQualificationTypesCommand({ MustBeRequestable: false })))).toMatchObject(
        {
          NumResults: 0
        }
      )
    }).pipe(Effect.provide(layer()))
  )

  it.scopedLive(
    "is made where the first is too old or gone",
    on((wire) =>
      Effect.gen(function* () {
        const run = yield* opened(2, { unitsPerAssignment: 2 })
        yield* launch(run, 3)
        const old = { HITId: "HIT2", HITStatus: "Assignable", MaxAssignments: 1, Expiration: 4_000_000_000 }
        wire.on("GetHIT", () => ok({ HIT: old }))
        wire.on("CreateAdditionalAssignmentsForHIT", () => refuse("HITTooOldForExtension"))
        wire.on("CreateQualificationType", () => ok({ QualificationType: { QualificationTypeId: "KEPTOUT" } }))
        wire.on("ListAssignmentsForHIT", () =>
          ok({ Assignments: [{ AssignmentId: "A", WorkerId: "W1", AssignmentStatus: "Submitted" }] })
        )
        wire.on("AssociateQualificationWithWorker", () => ok())
        yield* launch(run)
        expect(wire.of("AssociateQualificationWithWorker")).toEqual([
          { QualificationTypeId: "KEPTOUT", WorkerId: "W1", IntegerValue: 1, SendNotification: false }
        ])
        expect(wire.of("CreateHITWithHITType")).toHaveLength(3)
        expect((yield* unitsOf(run)).map(({ remoteId }) => Option.getOrNull(remoteId)).toSorted()).toEqual([
          "HIT1",
          "HIT1",
          "HIT2",
          "HIT3"
        ])
      })
    )
  )
})

describe("a limit for one worker", () => {
  it.scopedLive("is kept by a qualification of the run's own, which the sync gives to whoever has reached it", () =>
    Effect.gen(function* () {
      const { wire } = yield* Between
      const { run } = yield* launched(4, { maxUnitsPerWorker: Option.some(2) })
      const { done, hitType } = yield* setupOf(run)
      yield* work("ann", hitType)
      yield* work("ann", hitType)
      // Inside HITs it is passed by what is accepted between two syncs.
      yield* work("ann", hitType)
      yield* sync(run)
      yield* sync(run)
      expect(wire.of("AssociateQualificationWithWorker")).toMatchObject([
        { QualificationTypeId: done, IntegerValue: 1, SendNotification: false }
      ])
      expect(Either.isLeft(yield* Effect.either(work("ann", hitType)))).toBe(true)
      yield* work("bob", hitType)
      yield* sync(run)
      yield* approveAll(run)
      expect((yield* costOf(run)).rewards).toBe(20)
    }).pipe(Effect.provide(layer()))
  )

  it.scopedLive(
    "takes a requirement: with eleven in all, nothing is made",
    on((wire) =>
      Effect.gen(function* () {
        const qualifications = Array.from({ length: 10 }, (_, n) => ({
          name: `q${n}`,
          comparator: "exists" as const,
          value: 1
        }))
        const error = yield* Effect.flip(opened(1, { qualifications, maxUnitsPerWorker: Option.some(2) }))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        expect(String(error)).toContain("this would have 11")
        expect(wire.calls.map(({ operation }) => operation)).toEqual(["GetAccountBalance"])
      })
    )
  )
})
