/** How the service hurts in practice, each with a test by its name. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Batch from "../../src/Batch.js"
import { Agents, Crowd, Journal, Money, Requesters, TaskRuns, Units, Workers } from "../../src/index.js"
import { hit as aHit, assignment, launched, ok, on, refuse, show, throttle } from "./wire.js"

const ada = "A1ADA"
const grace = "A2GRACE"

/** A run of one unit that the worker has submitted, and their agent. */
const submitted = (wire: Parameters<Parameters<typeof on>[0]>[0], worker = ada, more = {}) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const { run, units } = yield* launched()
    const [unit] = units
    if (unit === undefined) return yield* Effect.dieMessage("a run of one row has a unit")
    const now = yield* DateTime.now
    const found = assignment("ASSIGNMENT1", worker, { SubmitTime: Math.floor(now.epochMillis / 1000), ...more })
    show(wire, [{ unit, assignments: [found] }])
    wire.on("GetAssignment", () => ok({ Assignment: found }))
    yield* (yield* Units.Units).sync(run.id)
    const [agent] = yield* Stream.runCollect(agents.list(run.id))
    if (agent === undefined) return yield* Effect.dieMessage("they have submitted")
    return { run, unit, agent, found }
  })

describe("1. a reused AssignmentId pays the wrong worker", () => {
  it.scopedLive(
    "work is approved only of the worker whose it is",
    on((wire) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent, found } = yield* submitted(wire)
        wire.on("GetAssignment", () => ok({ Assignment: { ...found, WorkerId: grace } }))
        wire.on("ApproveAssignment", () => ok())
        const error = yield* Effect.flip(agents.approve(agent.id))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        expect(error.message).toContain(`from ${ada} to ${grace}`)
        expect(wire.of("ApproveAssignment")).toHaveLength(0)
        expect((yield* agents.get(agent.id)).status).toBe("completed")
      })
    )
  )

  it.scopedLive(
    "who has it after a return is another agent",
    on((wire) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { run, units } = yield* launched()
        const [unit] = units
        if (unit === undefined) return
        const hitId = Option.getOrElse(unit.remoteId, () => "")
        const came = yield* agents.register(run.id, { workerId: ada, assignmentId: "ASSIGNMENT1", hitId })
        show(wire, [{ unit, assignments: [assignment("ASSIGNMENT1", grace)] }])
        yield* (yield* Units.Units).sync(run.id)
        const all = [...(yield* Stream.runCollect(agents.list(run.id)))]
        expect(all.map(({ status, workerName }) => [workerName, status]).sort()).toEqual([
          [ada, "returned"],
          [grace, "completed"]
        ])
        expect(all.find(({ id }) => id !== came.id)?.remoteId).toEqual(Option.some("ASSIGNMENT1"))
      })
    )
  )
})

describe("2. double payment through random or time-based tokens", () => {
  it.scopedLive(
    "a bonus has one token for ever, and a token that was used before means paid",
    on((wire) =>
      Effect.gen(function* () {
        const workers = yield* Workers.Workers
        const runs = yield* TaskRuns.TaskRuns
        const { agent, run, unit } = yield* submitted(wire)
        wire.on("SendBonus", ({ UniqueRequestToken }, nth) =>
          nth === 1
            ? "drop"
            : refuse("DuplicateCall", `The idempotency token "${UniqueRequestToken}" has already been processed.`)
        )
        const bonus = { worker: agent.worker, unit: unit.id, amount: Money.make(7), reason: "thorough" }
        const { token } = yield* workers.bonus(bonus)
        yield* workers.bonus(bonus)
        expect(wire.of("SendBonus").map(({ UniqueRequestToken }) => UniqueRequestToken)).toEqual([token, token])
        expect(wire.of("SendBonus")[0]).toMatchObject({
          BonusAmount: "0.07",
          WorkerId: ada,
          AssignmentId: "ASSIGNMENT1",
          Reason: `thorough (ref. ${token.slice(-12)})`
        })
        expect((yield* runs.summary(run.id)).cost).toMatchObject({ bonuses: 7, fees: 1 })
      })
    )
  )
})

describe("3. duplicate HITs after a lost answer", () => {
  const already = (message: string) => refuse("HITAlreadyExists", message)

  it.scopedLive(
    "the HIT named in the message is adopted, if its annotation is ours",
    on((wire) =>
      Effect.gen(function* () {
        const [mine, foreign] = ["3MINE00000000000000000000000MI", "3OTHER0000000000000000000000OT"]
        wire.on("CreateHITWithHITType", (_, nth) => (nth === 1 ? "drop" : already(`${foreign}, or: the HIT ${mine}`)))
        wire.on("GetHIT", ({ HITId }) =>
          ok({
            HIT: aHit(String(HITId), {
              RequesterAnnotation: HITId === mine ? wire.of("CreateHITWithHITType")[0]?.["RequesterAnnotation"] : "x"
            })
          })
        )
        const { units } = yield* launched()
        expect(units.map(({ remoteId, status }) => [status, remoteId])).toEqual([["launched", Option.some(mine)]])
      })
    )
  )

  it.scopedLive(
    "a message without an id is made up for by the annotation, on whichever page it is",
    on((wire) =>
      Effect.gen(function* () {
        wire.on("CreateHITWithHITType", () => already("no id in here"))
        wire.on("ListHITs", ({ NextToken }) => {
          if (NextToken === undefined) return ok({ HITs: [], NextToken: "2" })
          if (NextToken === "2") return ok({ HITs: [aHit("OTHER", { RequesterAnnotation: "x" })], NextToken: "3" })
          const annotation = wire.of("CreateHITWithHITType")[0]?.["RequesterAnnotation"]
          return ok({ HITs: [aHit("FOUND", { RequesterAnnotation: annotation })] })
        })
        const { units } = yield* launched()
        expect(units.map(({ remoteId }) => remoteId)).toEqual([Option.some("FOUND")])
      })
    )
  )
})

describe("4. HITs left running, or another run's expired", () => {
  it.scopedLive(
    "closing a run takes back all of its HITs and nobody else's",
    on((wire) =>
      Effect.gen(function* () {
        const { run, units } = yield* launched(5)
        wire.on("ListReviewableHITs", () => ok({ HITs: [] }))
        wire.on("UpdateExpirationForHIT", () => ok())
        wire.on("GetHIT", ({ HITId }) => ok({ HIT: aHit(String(HITId), { HITStatus: "Reviewable" }) }))
        wire.on("DeleteHIT", () => ok())
        yield* Crowd.close(run.id)
        const expired = wire.of("UpdateExpirationForHIT")
        expect(expired.map(({ HITId }) => HITId).sort()).toEqual(
          units.map(({ remoteId }) => Option.getOrElse(remoteId, () => "")).sort()
        )
        expect(expired.every(({ ExpireAt }) => ExpireAt === 0)).toBe(true)
        expect(wire.of("DeleteHIT")).toHaveLength(5)
        expect(wire.of("ListHITs")).toHaveLength(0)
      })
    )
  )

  it.scopedLive(
    "the hidden token of an expiry that was done before is a success",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const { run } = yield* launched()
        wire.on("ListReviewableHITs", () => ok({ HITs: [] }))
        wire.on("UpdateExpirationForHIT", (_, nth) =>
          nth === 1 ? "drop" : refuse("DuplicateCall", 'The idempotency token "H0" has already been processed.')
        )
        const over = { NumberOfAssignmentsPending: 1, Expiration: 0 }
        wire.on("GetHIT", () => ok({ HIT: aHit("HIT1", over) }))
        const wait = yield* units.expireAll(run.id)
        expect(wait).toEqual(run.task.duration)
        expect([...(yield* Stream.runCollect(units.list(run.id)))].map(({ status }) => status)).toEqual(["expired"])
      })
    )
  )
})

describe("4b. a HIT that was put on offer again is not taken back by the same call", () => {
  it.scopedLive(
    "the service is told another time of the past",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const { run } = yield* launched()
        wire.on("ListReviewableHITs", () => ok({ HITs: [] }))
        wire.on("UpdateExpirationForHIT", ({ ExpireAt }) =>
          Number(ExpireAt) < 2 ? refuse("DuplicateCall", 'The idempotency token "H" has already been processed.') : ok()
        )
        wire.on("GetHIT", () => ok({ HIT: aHit("HIT1") }))
        yield* units.expireAll(run.id)
        expect(wire.of("UpdateExpirationForHIT").map(({ ExpireAt }) => ExpireAt)).toEqual([0, 1, 2])
      })
    )
  )
})

describe("5. approve or bonus seconds after the submit", () => {
  const notYet = refuse("InvalidAssignmentState", "This operation can be called with a status of: null")

  it.scopedLive(
    "what the service does not see yet is tried again until it does",
    on((wire) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent, found } = yield* submitted(wire)
        wire.on("GetAssignment", (_, nth) =>
          nth === 1 ? refuse("AssignmentDoesNotExist", "Assignment X does not exist.") : ok({ Assignment: found })
        )
        wire.on("ApproveAssignment", (_, nth) => (nth === 1 ? notYet : ok()))
        expect((yield* agents.approve(agent.id)).status).toBe("approved")
        expect(wire.of("ApproveAssignment")).toHaveLength(2)
      })
    )
  )

  it.scopedLive(
    "a bonus waits for it too",
    on((wire) =>
      Effect.gen(function* () {
        const workers = yield* Workers.Workers
        const { agent, unit } = yield* submitted(wire)
        wire.on("SendBonus", (_, nth) => (nth === 1 ? notYet : ok()))
        yield* workers.bonus({ worker: agent.worker, unit: unit.id, amount: Money.make(7), reason: "thorough" })
        expect(wire.of("SendBonus")).toHaveLength(2)
      })
    )
  )

  it.scopedLive(
    "of work that is long submitted, the same answer is a refusal",
    on((wire) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent } = yield* submitted(wire, ada, { SubmitTime: 1_700_000_000 })
        wire.on("GetAssignment", () => notYet)
        const error = yield* Effect.flip(agents.approve(agent.id))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
      })
    )
  )
})

describe("6. lost submissions and wrong states", () => {
  it.scopedLive(
    "what was submitted, decided or left elsewhere is reconciled from the service's lists",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const agents = yield* Agents.Agents
        const { run, units: all } = yield* launched(4)
        const [a, b, c, d] = all
        if (!a || !b || !c || !d) return
        const gone = { Expiration: 1_000_000_000 }
        show(wire, [
          { unit: a, assignments: [assignment("ASSIGNMENT1", ada)] },
          { unit: b, assignments: [assignment("ASSIGNMENT2", ada, { AssignmentStatus: "Approved" })] },
          { unit: c, assignments: [assignment("ASSIGNMENT3", ada, { AssignmentStatus: "Rejected" })] },
          { unit: d, assignments: [], hit: gone }
        ])
        yield* units.sync(run.id)
        const list = [...(yield* Stream.runCollect(units.list(run.id)))]
        expect(list.map(({ status }) => status)).toEqual(["completed", "accepted", "rejected", "expired"])
        const [first] = yield* Stream.runCollect(agents.submissions(run.id, { status: "completed" }))
        expect(first).toMatchObject({ workerName: ada, answers: Option.some({ label: "good" }) })
        expect(first?.acceptedAt.epochMillis).toBe(1_700_000_000_000)
        expect((yield* (yield* TaskRuns.TaskRuns).summary(run.id)).cost).toMatchObject({ rewards: 5, fees: 1 })
        expect(yield* units.sync(run.id)).toBe(0)
      })
    )
  )

  it.scopedLive(
    "the seconds in which a HIT is over and its submission not yet to be seen decide nothing",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const { run, units: all } = yield* launched()
        const [unit] = all
        if (unit === undefined) return
        show(wire, [{ unit, assignments: [] }])
        expect(yield* units.sync(run.id)).toBe(0)
        show(wire, [{ unit, assignments: [assignment("ASSIGNMENT1", ada)] }])
        expect(yield* units.sync(run.id)).toBe(1)
        expect((yield* units.get(unit.id)).status).toBe("completed")
      })
    )
  )

  it.scopedLive(
    "auto-approval after the submission was seen is followed",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const { found, run, unit } = yield* submitted(wire)
        const approved = { ...found, AssignmentStatus: "Approved" }
        show(wire, [{ unit, assignments: [approved], hit: { NumberOfAssignmentsCompleted: 1 } }])
        expect(yield* units.sync(run.id)).toBe(1)
        expect((yield* units.get(unit.id)).status).toBe("accepted")
      })
    )
  )
})

describe("7. a failed approve or reject recorded as done", () => {
  it.scopedLive(
    "what the service refuses is not done here either",
    on((wire) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const runs = yield* TaskRuns.TaskRuns
        const { agent, run } = yield* submitted(wire)
        const broke = "This Requester has insufficient funds in their account to complete this transaction."
        wire.on("ApproveAssignment", () => refuse("InsufficientFunds", broke))
        wire.on("GetAccountBalance", () => ok({ AvailableBalance: "0.03" }))
        wire.on("RejectAssignment", () => refuse("InvalidParameterValue"))
        const error = yield* Effect.flip(agents.approve(agent.id))
        expect(error).toMatchObject({ _tag: "InsufficientFunds", needed: { minor: 6 }, available: { minor: 3 } })
        yield* Effect.flip(agents.reject(agent.id, "empty"))
        expect(yield* agents.get(agent.id)).toEqual(agent)
        expect((yield* runs.summary(run.id)).cost.total).toBe(0)
      })
    )
  )

  it.scopedLive(
    "what was done although the answer was lost is read back",
    on((wire) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent, found } = yield* submitted(wire)
        wire.on("ApproveAssignment", () => {
          wire.on("GetAssignment", () => ok({ Assignment: { ...found, AssignmentStatus: "Approved" } }))
          return "drop"
        })
        expect((yield* agents.approve(agent.id, { feedback: "well\ndone" })).status).toBe("approved")
        expect(wire.of("ApproveAssignment")).toHaveLength(1)
        expect(wire.of("ApproveAssignment")[0]).toMatchObject({ RequesterFeedback: "well done" })
      })
    )
  )

  it.scopedLive(
    "a rejection of what was approved meanwhile says so",
    on((wire) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const { agent, found } = yield* submitted(wire)
        wire.on("GetAssignment", () => ok({ Assignment: { ...found, AssignmentStatus: "Approved" } }))
        const error = yield* Effect.flip(agents.reject(agent.id, "empty"))
        expect(error.message).toContain("was approved meanwhile")
        expect(wire.of("RejectAssignment")).toHaveLength(0)
      })
    )
  )
})

describe("8. throttling, and one GetHIT per unit per poll", () => {
  it.scopedLive(
    "a sync takes a call for a hundred units and one for each that changed, whatever is throttled",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        const { run, units: all } = yield* launched(250)
        const done = (n: number) =>
          show(
            wire,
            all.slice(0, n).map((unit, i) => ({ unit, assignments: [assignment(`ASSIGNMENT${i}`, `A${i}`)] }))
          )
        const callsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
          Effect.gen(function* () {
            const before = wire.calls.length
            const changed = yield* effect
            return { changed, calls: wire.calls.length - before }
          })
        done(120)
        expect(yield* callsOf(units.sync(run.id))).toEqual({ changed: 120, calls: 120 + 2 + 1 })
        expect(yield* callsOf(units.sync(run.id))).toEqual({ changed: 0, calls: 2 + 1 })
        done(123)
        expect(yield* callsOf(units.sync(run.id))).toEqual({ changed: 3, calls: 3 + 2 + 1 })
        done(250)
        expect(yield* callsOf(units.sync(run.id))).toEqual({ changed: 127, calls: 127 + 3 + 1 })
        wire.on("ListReviewableHITs", (_, nth) => (nth % 2 === 1 ? throttle : ok({ HITs: [] })))
        expect((yield* callsOf(units.sync(run.id))).changed).toBe(0)
        expect(wire.of("GetHIT")).toHaveLength(0)
      })
    ),
    60_000
  )
})

describe("9. only the first page read", () => {
  it.scopedLive(
    "the 101st blocked worker is blocked",
    on((wire) =>
      Effect.gen(function* () {
        const workers = yield* Workers.Workers
        const { agent, run } = yield* submitted(wire)
        const scope = { requester: run.requester }
        const others = Array.from({ length: 100 }, (_, i) => ({ WorkerId: `A9${i}`, Reason: "spam" }))
        wire.on("CreateWorkerBlock", () => refuse("InvalidParameterValue", "already blocked"))
        wire.on("ListWorkerBlocks", ({ MaxResults, NextToken }) => {
          expect(MaxResults).toBe(100)
          if (NextToken === undefined) return ok({ WorkerBlocks: others, NextToken: "2" })
          return NextToken === "2"
            ? ok({ WorkerBlocks: [], NextToken: "3" })
            : ok({ WorkerBlocks: [{ WorkerId: ada }] })
        })
        expect(yield* workers.isBlocked(agent.worker, scope)).toBe(true)
        expect(wire.of("ListWorkerBlocks")).toHaveLength(3)
        yield* workers.block(agent.worker, scope, "spam")
        expect(wire.of("ListWorkerBlocks")).toHaveLength(6)
        expect(yield* workers.isBlocked(agent.worker, scope)).toBe(true)
        const other = yield* (yield* Requesters.Requesters).register("somebody else", {})
        expect(yield* workers.isBlocked(agent.worker, { requester: other.id })).toBe(false)
      })
    )
  )
})

describe("10. half a batch unfunded, fees ignored, decimals refused", () => {
  it.scopedLive(
    "a batch that the balance does not cover with its fees is not begun",
    on((wire) =>
      Effect.gen(function* () {
        const batch = yield* Batch.fromRows({
          name: "dear",
          template: "<p>${n}</p>",
          rows: Array.from({ length: 10 }, (_, n) => ({ n: String(n) })),
          task: { ...TaskRuns.taskDefaults, title: "Dear", reward: Money.make(8), maxUnitsPerWorker: Option.none() }
        })
        const me = yield* (yield* Requesters.Requesters).register("me", {})
        wire.on("GetAccountBalance", () => ok({ AvailableBalance: "0.99" }))
        const error = yield* Effect.flip(Crowd.launch(batch, { requester: me.id }))
        expect(error).toMatchObject({ _tag: "InsufficientFunds", needed: { minor: 100 }, available: { minor: 99 } })
        wire.on("GetAccountBalance", () => ok({ AvailableBalance: "-12.50" }))
        const owing = yield* Effect.flip(Crowd.launch(batch, { requester: me.id }))
        expect(owing).toMatchObject({ _tag: "InsufficientFunds", needed: { minor: 100 }, available: { minor: 0 } })
        wire.on("GetAccountBalance", () => ok({ AvailableBalance: "-" }))
        expect(yield* Effect.flip(Crowd.launch(batch, { requester: me.id }))).toMatchObject({ reason: "Malformed" })
        expect(wire.of("CreateHITType")).toHaveLength(0)
        wire.on("GetAccountBalance", () => ok({ AvailableBalance: "1.0000" }))
        yield* Crowd.launch(batch, { requester: me.id })
        expect(wire.of("CreateHITType")[0]).toMatchObject({ Reward: "0.08" })
        expect(wire.of("CreateHITWithHITType")).toHaveLength(10)
        expect(yield* Stream.runCount((yield* Journal.Journal).list("done"))).toBe(10)
      })
    )
  )
})
