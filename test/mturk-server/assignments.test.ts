import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as answersXml from "../../src/mturk-server/work/answersXml.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"
import * as samples from "./samples.js"
import { layer, Marketplace, strangers } from "./support.js"

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
  expect(yield* samples.balance).toBe("999.76")
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
      expect((yield* read(held.assignmentId)).Assignment).toMatchObject({
        AssignmentStatus: "Submitted",
        AutoApprovalTime: new Date(3_600_000),
        Deadline: new Date(600_000)
      })
      yield* TestClock.adjust("59 minutes")
      expect((yield* read(held.assignmentId)).Assignment?.AssignmentStatus).toBe("Submitted")
      yield* TestClock.adjust("1 minute")
      expect((yield* read(held.assignmentId)).Assignment).toMatchObject({
        AssignmentStatus: "Approved",
        ApprovalTime: new Date(3_600_000)
      })
      expect(yield* samples.balance).toBe("999.94")
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 1])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("rejected by mistake are approved with OverrideRejection, for thirty days", () =>
    Effect.gen(function* () {
      const first = yield* samples.submitted({ AutoApprovalDelayInSeconds: 2_592_000 })
      const second = yield* samples.submitted({ Title: "Another", AutoApprovalDelayInSeconds: 2_592_000 })
      yield* samples.reject(first.held, "empty")
      yield* samples.reject(second.held, "empty")
      expect((yield* read(first.held.assignmentId)).Assignment).toMatchObject({
        AssignmentStatus: "Rejected",
        RequesterFeedback: "empty",
        RejectionTime: new Date(0)
      })
      expect((yield* Effect.flip(samples.approve(first.held))).code).toBe("InvalidAssignmentState")
      yield* TestClock.adjust("30 days")
      yield* samples.approve(first.held, { OverrideRejection: true })
      yield* TestClock.adjust("1 second")
      const late = yield* Effect.flip(samples.approve(second.held, { OverrideRejection: true }))
      expect(late.code).toBe("InvalidAssignmentState")
      expect(yield* samples.balance).toBe("999.94")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are still a worker's whose page fell silent, which is noticed", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const agents = yield* Agents
      const { type } = yield* samples.create()
      const held = yield* market.accept("ada", type)
      yield* agents.heartbeat(held.agent.id)
      yield* TestClock.adjust("4 minutes")
      expect((yield* agents.get(held.agent.id)).status).toBe("disconnected")
      yield* market.submit(held, { label: "good" })
      expect((yield* read(held.assignmentId)).Assignment?.AssignmentStatus).toBe("Submitted")
    }).pipe(Effect.provide(layer({ every: "1 minute" })))
  )

  it.scoped("are not there before somebody submits them; after a return the next worker has the same", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create()
      const ada = yield* market.accept("ada", type)
      const accepted = yield* Effect.flip(read(ada.assignmentId))
      expect([accepted.code, accepted.message]).toEqual([
        "InvalidAssignmentState",
        expect.stringContaining("with a status of: Reviewable,Approved,Rejected")
      ])
      expect((yield* assignmentsOf(id)).Assignments).toEqual([])
      yield* market.giveBack(ada)
      const grace = yield* market.accept("grace", type)
      expect(grace.assignmentId).toBe(ada.assignmentId)
      yield* market.submit(grace, { label: "good" })
      expect((yield* read(ada.assignmentId)).Assignment?.WorkerId).toBe(grace.workerId)
      const wrong = yield* Effect.flip(bonus({ WorkerId: ada.workerId, AssignmentId: ada.assignmentId }))
      expect(wrong.code).toBe("InvalidParameterValue")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of nobody or of another requester do not exist", () =>
    Effect.gen(function* () {
      const { callWith } = yield* Marketplace
      const { held, id } = yield* samples.submitted()
      const missing = yield* Effect.flip(read("NOTHING"))
      expect([missing.code, missing.message]).toEqual([
        "AssignmentDoesNotExist",
        expect.stringMatching(/^Assignment NOTHING does not exist\. /)
      ])
      const theirs = [
        (c: SDK.MTurkClient) => c.send(new SDK.GetAssignmentCommand({ AssignmentId: held.assignmentId })),
        (c: SDK.MTurkClient) => c.send(new SDK.ApproveAssignmentCommand({ AssignmentId: held.assignmentId })),
        (c: SDK.MTurkClient) =>
          c.send(new SDK.RejectAssignmentCommand({ AssignmentId: held.assignmentId, RequesterFeedback: "x" }))
      ]
      for (const use of theirs) {
        expect((yield* Effect.flip(callWith({ credentials: strangers }, use))).code).toBe("AssignmentDoesNotExist")
      }
      const list = (c: SDK.MTurkClient) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id }))
      expect((yield* Effect.flip(callWith({ credentials: strangers }, list))).code).toBe("HITDoesNotExist")
      expect((yield* read(held.assignmentId)).Assignment?.AssignmentStatus).toBe("Submitted")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are listed in pages, by status", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 6 })
      const helds = yield* Effect.forEach(["a", "b", "c", "d", "e"], (worker) =>
        Effect.tap(market.accept(worker, type), (held) => market.submit(held, { label: worker }))
      )
      yield* market.accept("f", type)
      const [one, two] = helds
      if (!one || !two) return yield* Effect.dieMessage("two workers")
      yield* samples.approve(one)
      yield* samples.reject(two)
      const list = (input: Partial<SDK.ListAssignmentsForHITCommandInput>) =>
        Effect.map(assignmentsOf(id, input), ({ Assignments = [], NextToken }) => ({
          ids: Assignments.map(({ AssignmentId }) => AssignmentId),
          NextToken
        }))
      const all = helds.map(({ assignmentId }) => assignmentId)
      expect((yield* list({})).ids).toEqual(all)
      expect((yield* list({ AssignmentStatuses: ["Approved", "Rejected"] })).ids).toEqual(all.slice(0, 2))
      expect((yield* list({ AssignmentStatuses: ["Submitted"] })).ids).toEqual(all.slice(2))
      const first = yield* list({ MaxResults: 2 })
      const second = yield* list({ MaxResults: 2, NextToken: first.NextToken })
      const third = yield* list({ MaxResults: 2, NextToken: second.NextToken })
      expect([...first.ids, ...second.ids, ...third.ids]).toEqual(all)
      expect(yield* list({ NextToken: third.NextToken })).toEqual({ ids: [], NextToken: undefined })
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("feedback has 1024 characters at the most, and no control characters", () =>
    Effect.gen(function* () {
      const { held } = yield* samples.submitted()
      for (const feedback of ["x".repeat(1025), "a\u0000b"]) {
        expect((yield* Effect.flip(samples.reject(held, feedback))).code).toBe("InvalidParameterValue")
        const approval = samples.approve(held, { RequesterFeedback: feedback })
        expect((yield* Effect.flip(approval)).code).toBe("InvalidParameterValue")
      }
      yield* samples.reject(held, "x".repeat(1024))
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("two decisions at once: one of them is made", () =>
    Effect.gen(function* () {
      const { held } = yield* samples.submitted()
      const made = yield* Effect.all(
        [samples.approve(held), samples.reject(held), samples.approve(held), samples.reject(held)].map(Effect.either),
        { concurrency: "unbounded" }
      )
      expect(made.filter(({ _tag }) => _tag === "Right").length).toBe(1)
      const status = (yield* read(held.assignmentId)).Assignment?.AssignmentStatus
      expect(yield* samples.balance).toBe(status === "Approved" ? "999.94" : "1000.00")
    }).pipe(Effect.provide(layer({ store: sqlite.layer() })))
  )
})

describe("answers", () => {
  it.scoped("keep their quotes: simple-amt's regular expression finds JSON in them", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { type } = yield* samples.create()
      const held = yield* market.accept("ada", type)
      yield* market.submit(held, { output: '{"category":"bird","said":"it\'s <b> & c"}' })
      const answer = (yield* read(held.assignmentId)).Assignment?.Answer ?? ""
      expect(answer).toContain(`<FreeText>{"category":"bird","said":"it's &lt;b&gt; &amp; c"}</FreeText>`)
    }).pipe(Effect.provide(layer()))
  )

  it("are texts as they are, several values several answers, and anything else JSON", () => {
    const xml = answersXml.print({
      a: 'x < y & "z"\r\n\u0000\ud800',
      b: ["1", 2],
      c: { d: [1] },
      e: "",
      f: [],
      g: null
    })
    const answers = [...xml.matchAll(/<QuestionIdentifier>(.*?)<\/QuestionIdentifier><FreeText>(.*?)<\/FreeText>/gs)]
    expect(answers.map(([, name, text]) => [name, text])).toEqual([
      ["a", 'x &lt; y &amp; "z"&#13;\n\ufffd\ufffd'],
      ["b", "1"],
      ["b", "2"],
      ["c", '{"d":[1]}'],
      ["e", ""],
      ["f", "[]"],
      ["g", "null"]
    ])
  })
})
