import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"
import * as samples from "./samples.js"
import { layer, Marketplace } from "./support.js"

const assignmentsOf = (id: string, input: Partial<SDK.ListAssignmentsForHITCommandInput> = {}) =>
  Effect.flatMap(Marketplace, ({ call }) =>
    call((c) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id, ...input })))
  )

const read = (id: string) =>
  Effect.flatMap(Marketplace, ({ call }) => call((c) => c.send(new SDK.GetAssignmentCommand({ AssignmentId: id }))))

const bonus = (input: Partial<SDK.SendBonusCommandInput>) =>
  Effect.flatMap(Marketplace, ({ call }) =>
    call((c) =>
      c.send(
        new SDK.SendBonusCommand({
          WorkerId: "A",
          AssignmentId: "A",
          BonusAmount: "0.10",
          Reason: "well done",
          ...input
        })
      )
    )
  )

const campaign = Effect.gen(function* () {
  const market = yield* Marketplace
  const { held, id } = yield* samples.submitted({ MaxAssignments: 2 })
  const { Assignments: waiting = [] } = yield* assignmentsOf(id)
  expect(waiting).toMatchObject([
    { AssignmentId: held.assignmentId, WorkerId: held.workerId, HITId: id, AssignmentStatus: "Submitted" }
  ])
  yield* samples.approve(held, { RequesterFeedback: "thank you" })
  yield* bonus({ WorkerId: held.workerId, AssignmentId: held.assignmentId, UniqueRequestToken: "once" })
  const { Assignment } = yield* read(held.assignmentId)
  expect(Assignment).toMatchObject({ AssignmentStatus: "Approved", RequesterFeedback: "thank you" })
  expect(yield* samples.balance).toBe("999.82")
  const { BonusPayments } = yield* market.call((c) => c.send(new SDK.ListBonusPaymentsCommand({ HITId: id })))
  expect(BonusPayments).toMatchObject([{ WorkerId: held.workerId, BonusAmount: "0.10", Reason: "well done" }])
  const second = yield* market.accept("grace", (yield* samples.read(id)).HITTypeId ?? "")
  yield* market.submit(second, { label: "bad" })
  yield* samples.reject(second)
  expect(yield* samples.balance).toBe("999.82")
  yield* market.call((c) => c.send(new SDK.DeleteHITCommand({ HITId: id })))
  const { HITs } = yield* market.call((c) => c.send(new SDK.ListHITsCommand({})))
  expect(HITs).toEqual([])
})

describe("create, list, approve, pay, delete", () => {
  it.scoped("over memory", () => Effect.provide(campaign, layer()))
  it.scoped("over a SQLite file", () => Effect.provide(campaign, layer({ store: sqlite.layer() })))
  it.scoped("over Postgres", () =>
    Effect.provide(campaign, layer({ store: Layer.provide(SqlStore.layer, postgres.layer) }))
  )
})

describe("assignments", () => {
  it.scoped("approved or rejected twice: recorded error, paid once", () =>
    Effect.gen(function* () {
      const { held } = yield* samples.submitted()
      yield* samples.approve(held)
      for (const again of [samples.approve(held), samples.reject(held)]) {
        const error = yield* Effect.flip(again)
        expect(error.code).toBe("InvalidAssignmentState")
        expect(error.message).toMatch(/^This operation can be called with a status of: Submitted \(\d{13}\)$/)
      }
      expect(yield* samples.balance).toBe("999.94")
    }).pipe(Effect.provide(layer()), (test) => Effect.zipRight(TestClock.setTime(1_624_047_673_908), test))
  )

  it.scoped("approve themselves after the delay, and no earlier", () =>
    Effect.gen(function* () {
      const { held, id } = yield* samples.submitted()
      yield* TestClock.adjust("59 minutes")
      expect((yield* read(held.assignmentId)).Assignment?.AssignmentStatus).toBe("Submitted")
      yield* TestClock.adjust("1 minute")
      expect((yield* read(held.assignmentId)).Assignment?.AssignmentStatus).toBe("Approved")
      expect(yield* samples.balance).toBe("999.94")
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 1])
    }).pipe(Effect.provide(layer()))
  )
})
