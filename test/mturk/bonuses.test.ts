/** Bonuses without a unit, and long after: what they are paid for is decided once. */
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Ids from "../../src/Ids.js"
import { Agents, Journal, Money, Units, Workers } from "../../src/index.js"
import * as MTurk from "../../src/MTurk.js"
import * as Store from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { kit } from "../support/failures.js"
import { counting } from "../support/stores.js"
import { assignment, credentials, hit, launched, make, ok, over, refuse, show, type Wire } from "./wire.js"

const on = (
  test: (wire: Wire) => Effect.Effect<void, unknown, Effect.Effect.Context<ReturnType<typeof program>>>,
  compensate = false
) => Effect.flatMap(make, (wire) => Effect.provide(test(wire), over(wire, { compensate })))

const program = () => Effect.all([Agents.Agents, Journal.Journal, Units.Units, Workers.Workers, launched()])

/** Ada has submitted two units, the second one last; Grace has only accepted one. */
const met = (wire: Wire) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const workers = yield* Workers.Workers
    const { run, units } = yield* launched(3)
    const [a, b, c] = units
    if (!a || !b || !c) return yield* Effect.dieMessage("a run of three rows has three units")
    show(wire, [
      { unit: a, assignments: [assignment("FIRST", "A1ADA", { SubmitTime: 1_700_000_100 })] },
      { unit: b, assignments: [assignment("SECOND", "A1ADA", { SubmitTime: 1_700_000_200 })] }
    ])
    yield* (yield* Units.Units).sync(run.id)
    const hitId = Option.getOrElse(c.remoteId, () => "")
    yield* agents.register(run.id, { workerId: "A2GRACE", assignmentId: "THIRD", hitId })
    return {
      run,
      unit: a,
      ada: yield* workers.findByName("A1ADA"),
      grace: yield* workers.findByName("A2GRACE")
    }
  })

const amount = Money.make(150)

/** What the service says to whom it does not know. */
const stranger = {
  status: 400,
  body: { __type: "UnrecognizedClientException", message: "The security token included in the request is expired" }
}

describe("a bonus without a unit", () => {
  it.scopedLive("is for the worker's latest submission", () =>
    on((wire) =>
      Effect.gen(function* () {
        const workers = yield* Workers.Workers
        const { ada, unit } = yield* met(wire)
        wire.on("SendBonus", () => ok())
        yield* workers.bonus({ worker: ada.id, amount, reason: "well done" })
        yield* workers.bonus({ worker: ada.id, unit: unit.id, amount, reason: "well done" })
        expect(wire.of("SendBonus").map(({ AssignmentId, BonusAmount }) => [AssignmentId, BonusAmount])).toEqual([
          ["SECOND", "1.50"],
          ["FIRST", "1.50"]
        ])
      })
    )
  )

  it.scopedLive("is found without reading all that a worker ever did", () =>
    Effect.gen(function* () {
      const wire = yield* make
      const { read, store } = counting()
      const crowd = Layer.provideMerge(MTurk.layer({ endpoint: wire.url, credentials }), store)
      yield* Effect.gen(function* () {
        const { put } = yield* Store.Store
        const workers = yield* Workers.Workers
        const { ada, unit } = yield* met(wire)
        const [done] = yield* Stream.runCollect((yield* Agents.Agents).list(unit.run))
        if (done === undefined) return yield* Effect.dieMessage("Ada has submitted")
        const more = yield* Effect.forEach(Array.from({ length: 500 }), (_, n) =>
          Effect.gen(function* () {
            const [id, other, assignment] = [yield* Ids.agentId, yield* Ids.unitId, yield* Ids.assignmentId]
            // The very last was given back.
            const submittedAt = n === 499 ? Option.none() : done.submittedAt
            return { ...done, id, unit: other, assignment, remoteId: Option.some(`MORE${n}`), submittedAt }
          })
        )
        yield* put(tables.agents, more)
        wire.on("SendBonus", () => ok())
        const before = read.rows
        yield* workers.bonus({ worker: ada.id, amount, reason: "well done" })
        yield* workers.bonus({ worker: ada.id, unit: unit.id, amount, reason: "well done" })
        expect(wire.of("SendBonus").map(({ AssignmentId }) => AssignmentId)).toEqual(["MORE498", "FIRST"])
        expect(read.rows - before).toBeLessThan(40)
      }).pipe(Effect.provide(crowd))
    })
  )

  it.scopedLive("of whom there is none needs a unit, also one that somebody else has done", () =>
    on((wire) =>
      Effect.gen(function* () {
        const workers = yield* Workers.Workers
        const { grace, unit } = yield* met(wire)
        const bonus = { worker: grace.id, amount, reason: "sorry" }
        expect((yield* Effect.flip(workers.bonus(bonus)))._tag).toBe("BonusNeedsUnit")
        expect((yield* Effect.flip(workers.bonus({ ...bonus, unit: unit.id })))._tag).toBe("BonusNeedsUnit")
        expect(wire.of("SendBonus")).toHaveLength(0)
      })
    )
  )

  it.scopedLive("is a HIT that only they can see, where the layer is told so, and it is made once", () =>
    on(
      (wire) =>
        Effect.gen(function* () {
          const workers = yield* Workers.Workers
          const { grace, unit } = yield* met(wire)
          wire.on("CreateQualificationType", (_, nth) =>
            nth === 1
              ? ok({ QualificationType: { QualificationTypeId: "ONLY" } })
              : refuse("QualificationTypeAlreadyExists")
          )
          wire.on("ListQualificationTypes", ({ Query }) =>
            ok({ QualificationTypes: [{ QualificationTypeId: "ONLY", Name: Query }] })
          )
          wire.on("AssociateQualificationWithWorker", () => ok())
          wire.on("CreateHITWithHITType", (_, nth) => (nth === 4 ? "drop" : refuse("HITAlreadyExists")))
          wire.on("ListHITs", () =>
            ok({
              HITs: [
                hit("PAYMENT", { RequesterAnnotation: wire.of("CreateHITWithHITType")[3]?.["RequesterAnnotation"] })
              ]
            })
          )
          const { token } = yield* workers.bonus({ worker: grace.id, amount, reason: "sorry" })
          yield* workers.bonus({ worker: grace.id, amount, reason: "sorry" })
          expect(wire.of("AssociateQualificationWithWorker")[0]).toMatchObject({
            WorkerId: "A2GRACE",
            QualificationTypeId: "ONLY"
          })
          expect(wire.of("CreateHITType").at(-1)).toMatchObject({
            Reward: "1.50",
            AutoApprovalDelayInSeconds: 0,
            QualificationRequirements: [
              { QualificationTypeId: "ONLY", Comparator: "Exists", ActionsGuarded: "DiscoverPreviewAndAccept" }
            ]
          })
          const sent = wire.of("CreateHITWithHITType").slice(3)
          expect(sent.map(({ UniqueRequestToken }) => UniqueRequestToken)).toEqual([token, token])
          const needsUnit = workers.bonus({ worker: grace.id, unit: unit.id, amount, reason: "sorry" })
          expect((yield* Effect.flip(needsUnit))._tag).toBe("BonusNeedsUnit")
        }),
      true
    )
  )
})

describe("a bonus whose answer was lost, more than a day ago", () => {
  const lost = (wire: Wire, paid: boolean) =>
    Effect.gen(function* () {
      const workers = yield* Workers.Workers
      const journal = yield* Journal.Journal
      const { ada, run } = yield* met(wire)
      wire.on("SendBonus", () => "drop")
      const cut = yield* Effect.fork(workers.bonus({ worker: ada.id, amount, reason: "well done", run: run.id }))
      yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => wire.of("SendBonus").length > 0 })
      yield* cut.interruptAsFork(cut.id())
      yield* TestClock.adjust(Duration.hours(25))
      const [sent] = wire.of("SendBonus")
      wire.on("ListBonusPayments", ({ AssignmentId }) =>
        ok({
          BonusPayments: paid && AssignmentId === "SECOND" ? [{ WorkerId: "A1ADA", Reason: sent?.["Reason"] }] : []
        })
      )
      wire.on("SendBonus", () => ok())
      const before = wire.of("SendBonus").length
      const settled = yield* journal.settle()
      expect(settled).toMatchObject({ done: 1, pending: 0, uncertain: 0 })
      expect([...(yield* Stream.runCollect(journal.list("done", run.id)))].map(({ kind }) => kind)).toContain("bonus")
      return wire.of("SendBonus").length - before
    })

  it.scoped("is looked up, and not paid again", () =>
    on((wire) => Effect.map(lost(wire, true), (sendings) => expect(sendings).toBe(0)))
  )

  it.scoped("is looked up, and paid if it was not", () =>
    on((wire) => Effect.map(lost(wire, false), (sendings) => expect(sendings).toBe(1)))
  )

  it.scoped("is looked up, and not paid again, though its repeat was refused for credentials that had expired", () =>
    on((wire) =>
      Effect.gen(function* () {
        const workers = yield* Workers.Workers
        const { ada } = yield* met(wire)
        const bonus = kit.patient(workers.bonus({ worker: ada.id, amount, reason: "well done" }))
        wire.on("SendBonus", (_, nth) => (nth === 1 ? "drop" : stranger))
        wire.on("ListBonusPayments", () => stranger)
        expect((yield* Effect.flip(bonus))._tag).toBe("ProviderError")
        yield* TestClock.adjust(Duration.hours(25))
        const sent = wire.of("SendBonus")
        const paid = { WorkerId: "A1ADA", Reason: sent[0]?.["Reason"] }
        wire.on("ListBonusPayments", () => ok({ BonusPayments: [paid] }))
        wire.on("SendBonus", () => ok())
        yield* bonus
        expect(wire.of("SendBonus")).toHaveLength(sent.length)
      })
    )
  )
})
