import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { RunId } from "../../src/Ids.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import * as samples from "./samples.js"
import { externalQuestion, layer, Marketplace, strangers } from "./support.js"

const send = <A>(use: (client: SDK.MTurkClient) => Promise<A>) => Effect.flatMap(Marketplace, ({ call }) => call(use))

const refusal = <A>(use: (client: SDK.MTurkClient) => Promise<A>) => Effect.flip(send(use))

const dateAfter = (seconds: number) =>
  Effect.map(DateTime.now, (now) => DateTime.toDateUtc(DateTime.add(now, { seconds })))

const expire = (id: string, seconds: number) =>
  Effect.flatMap(dateAfter(seconds), (ExpireAt) =>
    send((c) => c.send(new SDK.UpdateExpirationForHITCommand({ HITId: id, ExpireAt })))
  )

const more = (id: string, count: number, token?: string) =>
  send((c) =>
    c.send(
      new SDK.CreateAdditionalAssignmentsForHITCommand({
        HITId: id,
        NumberOfAdditionalAssignments: count,
        UniqueRequestToken: token
      })
    )
  )

describe("HITs", () => {
  it.scoped("are created, read and listed", () =>
    Effect.gen(function* () {
      const { hit, id } = yield* samples.create({ RequesterAnnotation: "row 1", MaxAssignments: 2 })
      expect(hit).toMatchObject({
        Title: "Label a text",
        Keywords: "text, label",
        Reward: "0.05",
        HITStatus: "Assignable",
        MaxAssignments: 2,
        AutoApprovalDelayInSeconds: 3600,
        AssignmentDurationInSeconds: 600,
        RequesterAnnotation: "row 1",
        Question: samples.hit.Question,
        NumberOfAssignmentsAvailable: 2
      })
      expect(hit.Expiration?.getTime()).toBe(86_400_000)
      expect(yield* samples.read(id)).toEqual(hit)
      const { HITs, NextToken, NumResults } = yield* send((c) => c.send(new SDK.ListHITsCommand({})))
      expect(HITs).toEqual([hit])
      expect(NumResults).toBe(1)
      expect(yield* send((c) => c.send(new SDK.ListHITsCommand({ NextToken })))).toMatchObject({
        NumResults: 0,
        HITs: []
      })
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of the same values have one HITType, of others another", () =>
    Effect.gen(function* () {
      const first = yield* samples.create()
      const second = yield* samples.create()
      const { HITTypeId } = yield* send((c) => c.send(new SDK.CreateHITTypeCommand(samples.type)))
      expect([second.type, HITTypeId]).toEqual([first.type, first.type])
      const other = yield* samples.create({ Reward: "0.06" })
      expect(other.type).not.toBe(first.type)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are made of a HITType with CreateHITWithHITType; an unknown one is refused", () =>
    Effect.gen(function* () {
      const { HITTypeId } = yield* send((c) => c.send(new SDK.CreateHITTypeCommand(samples.type)))
      const rest = { LifetimeInSeconds: 60, Question: externalQuestion("https://example.org/?a=1&b=2") }
      const { HIT } = yield* send((c) => c.send(new SDK.CreateHITWithHITTypeCommand({ HITTypeId, ...rest })))
      expect(HIT).toMatchObject({ HITTypeId, Title: "Label a text", MaxAssignments: 1 })
      const error = yield* refusal((c) =>
        c.send(new SDK.CreateHITWithHITTypeCommand({ HITTypeId: "NOSUCHTYPE", ...rest }))
      )
      expect(error.code).toBe("HITTypeDoesNotExist")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of another requester are not there", () =>
    Effect.gen(function* () {
      const { callWith } = yield* Marketplace
      const { id } = yield* samples.create()
      const read = yield* Effect.flip(
        callWith({ credentials: strangers }, (c) => c.send(new SDK.GetHITCommand({ HITId: id })))
      )
      expect(read.code).toBe("HITDoesNotExist")
      expect(read.message).toMatch(new RegExp(`^Hit ${id} does not exist\\. \\(\\d+\\)$`))
      const listed = yield* callWith({ credentials: strangers }, (c) => c.send(new SDK.ListHITsCommand({})))
      expect(listed.HITs).toEqual([])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are refused for what is wrong with them", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [Partial<SDK.CreateHITCommandInput>, string]> = [
        [{ LifetimeInSeconds: 29 }, "InvalidParameterValue"],
        [{ LifetimeInSeconds: 31_536_001 }, "InvalidParameterValue"],
        [{ AssignmentDurationInSeconds: 29 }, "InvalidParameterValue"],
        [{ AutoApprovalDelayInSeconds: 2_592_001 }, "InvalidParameterValue"],
        [{ MaxAssignments: 0 }, "InvalidParameterValue"],
        [{ Title: "x".repeat(129) }, "InvalidParameterValue"],
        [{ Description: "x".repeat(2001) }, "InvalidParameterValue"],
        [{ Keywords: "x".repeat(1001) }, "InvalidParameterValue"],
        [{ RequesterAnnotation: "x".repeat(256) }, "InvalidParameterValue"],
        [{ Title: "  " }, "InvalidParameterValue"],
        [{ Question: undefined }, "InvalidParameterValue"],
        [{ Question: undefined, HITLayoutId: "LAYOUT" }, "HITLayoutDoesNotExist"],
        [{ Question: "no xml" }, "XMLParseError"],
        [{ Question: `${samples.hit.Question}${" ".repeat(65_536)}` }, "InvalidParameterValue"],
        [
          { Question: "<ExternalQuestion><ExternalURL>https://a.example</ExternalURL></ExternalQuestion>" },
          "XMLParseError"
        ],
        [{ Question: externalQuestion("javascript:alert(1)") }, "XMLParseError"],
        [{ Question: samples.hit.Question.replace("</HTMLQuestion>", "") }, "XMLParseError"],
        [{ Question: '<QuestionForm xmlns="x"></QuestionForm>' }, "InvalidParameterValue"],
        [{ HITReviewPolicy: { PolicyName: "SimplePlurality/2011-09-01" } }, "InvalidParameterValue"]
      ]
      for (const [input, code] of cases) {
        const error = yield* Effect.flip(samples.create(input))
        expect([input, error.code, error.status]).toEqual([input, code, 400])
      }
      const { HITs } = yield* send((c) => c.send(new SDK.ListHITsCommand({})))
      expect(HITs).toEqual([])
    }).pipe(Effect.provide(layer()))
  )
})

describe("a unique request token", () => {
  it.scoped("makes one HIT; a repeat names it; after 24 hours it is forgotten", () =>
    Effect.gen(function* () {
      const { id, type } = yield* samples.create({ UniqueRequestToken: "row-1" })
      const again = yield* Effect.flip(samples.create({ UniqueRequestToken: "row-1", Title: "Another" }))
      expect(again.code?.toLowerCase()).toBe("hitalreadyexists")
      expect(again.message).toContain(id)
      const otherOperation = yield* refusal((c) =>
        c.send(new SDK.CreateHITWithHITTypeCommand({ ...samples.hit, HITTypeId: type, UniqueRequestToken: "row-1" }))
      )
      expect(otherOperation.message).toContain(id)
      yield* TestClock.adjust("24 hours")
      const later = yield* samples.create({ UniqueRequestToken: "row-1" })
      expect(later.id).not.toBe(id)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of a HIT that was refused is not used up", () =>
    Effect.gen(function* () {
      const input = { UniqueRequestToken: "row-1", MaxAssignments: 9, Reward: "100.00" }
      expect((yield* Effect.flip(samples.create(input))).code).toBe("InsufficientFunds")
      yield* samples.create({ ...input, Reward: "0.01" })
    }).pipe(Effect.provide(layer({ balance: 10_000 })))
  )

  it.scoped("is each requester's own", () =>
    Effect.gen(function* () {
      const { callWith } = yield* Marketplace
      const input = { ...samples.hit, UniqueRequestToken: "row-1" }
      const { id } = yield* samples.create(input)
      const theirs = yield* callWith({ credentials: strangers }, (c) => c.send(new SDK.CreateHITCommand(input)))
      expect(theirs.HIT?.HITId).not.toBe(id)
    }).pipe(Effect.provide(layer()))
  )
})

describe("the states of a HIT", () => {
  it.scoped("follow the documented table", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 5 })
      const accept = (worker: string) => market.accept(worker, type)
      expect(yield* samples.counts(id)).toEqual(["Assignable", 0, 5, 0])
      const first = yield* Effect.forEach(["a", "b", "c"], accept)
      expect(yield* samples.counts(id)).toEqual(["Assignable", 3, 2, 0])
      const rest = yield* Effect.forEach(["d", "e"], accept)
      expect(yield* samples.counts(id)).toEqual(["Unassignable", 5, 0, 0])
      yield* Effect.forEach(rest, (held) => market.submit(held, { label: "good" }))
      expect(yield* samples.counts(id)).toEqual(["Unassignable", 3, 0, 0])
      const [one, two, three] = first
      if (!one || !two || !three) return yield* Effect.dieMessage("three workers")
      yield* market.giveBack(one)
      expect(yield* samples.counts(id)).toEqual(["Assignable", 2, 1, 0])
      const again = yield* accept("f")
      expect(again.assignmentId).toBe(one.assignmentId)
      yield* Effect.forEach([two, three, again], (held) => market.submit(held, { label: "good" }))
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 0])
      yield* Effect.forEach([two, three, again, ...rest], (held) => samples.approve(held))
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 5])
      yield* send((c) => c.send(new SDK.UpdateHITReviewStatusCommand({ HITId: id })))
      expect(yield* samples.counts(id)).toEqual(["Reviewing", 0, 0, 5])
      yield* send((c) => c.send(new SDK.DeleteHITCommand({ HITId: id })))
      expect(yield* samples.counts(id)).toEqual(["Disposed", 0, 0, 5])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("a lease that ends makes it assignable again", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create()
      yield* market.accept("ada", type)
      yield* TestClock.adjust("599 seconds")
      expect(yield* samples.counts(id)).toEqual(["Unassignable", 1, 0, 0])
      yield* TestClock.adjust("1 seconds")
      expect(yield* samples.counts(id)).toEqual(["Assignable", 0, 1, 0])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("Reviewing and back; neither from another state", () =>
    Effect.gen(function* () {
      const update = (id: string, Revert: boolean) => (c: SDK.MTurkClient) =>
        c.send(new SDK.UpdateHITReviewStatusCommand({ HITId: id, Revert }))
      const { id } = yield* samples.create()
      expect((yield* refusal(update(id, false))).message).toContain("currently in the state 'Assignable'")
      yield* expire(id, 0)
      expect((yield* refusal(update(id, true))).code).toBe("InvalidHITState")
      yield* send(update(id, false))
      expect((yield* samples.counts(id))[0]).toBe("Reviewing")
      yield* send(update(id, true))
      expect((yield* samples.counts(id))[0]).toBe("Reviewable")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("DeleteHIT wants it reviewable and everything decided", () =>
    Effect.gen(function* () {
      const remove = (id: string) => (c: SDK.MTurkClient) => c.send(new SDK.DeleteHITCommand({ HITId: id }))
      const live = yield* samples.create({ Title: "Live" })
      expect((yield* refusal(remove(live.id))).message).toMatch(
        /^This HIT is currently in the state 'Assignable'. {2}This operation can be called with a status of: Reviewing, Reviewable/
      )
      const { held, id } = yield* samples.submitted()
      expect((yield* refusal(remove(id))).message).toContain("state 'Reviewable'")
      yield* samples.approve(held)
      yield* send(remove(id))
      const again = yield* refusal(remove(id))
      expect([again.code, again.message]).toEqual(["InvalidHITState", expect.stringContaining("state 'Disposed'")])
      const { HITs = [] } = yield* send((c) => c.send(new SDK.ListHITsCommand({})))
      expect(HITs.map(({ HITId }) => HITId)).toEqual([live.id])
    }).pipe(Effect.provide(layer()))
  )
})

describe("expiry", () => {
  it.scoped("comes with the lifetime; who is at work may finish", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 2, LifetimeInSeconds: 60 })
      const held = yield* market.accept("ada", type)
      yield* TestClock.adjust("60 seconds")
      expect(yield* samples.counts(id)).toEqual(["Unassignable", 1, 0, 0])
      expect((yield* Effect.flip(market.accept("grace", type)))._tag).toBe("NotEligible")
      yield* market.submit(held, { label: "good" })
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 0])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("happens without being asked for", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const { type } = yield* samples.create({ LifetimeInSeconds: 60 })
      yield* TestClock.adjust("90 seconds")
      const after = yield* Effect.repeat(runs.counts(RunId.make(`run_${type}`)), {
        until: ({ launched }) => launched === 0
      })
      expect(after.expired).toBe(1)
    }).pipe(Effect.provide(layer({ every: "30 seconds" })))
  )

  it.scoped("at once, with work under way that is then given back", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 3 })
      const held = yield* market.accept("ada", type)
      yield* expire(id, -5)
      expect(yield* samples.counts(id)).toEqual(["Unassignable", 1, 0, 0])
      yield* market.giveBack(held)
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 0])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("the same time again was processed before", () =>
    Effect.gen(function* () {
      const { id } = yield* samples.create()
      yield* expire(id, 0)
      const again = yield* Effect.flip(expire(id, 0))
      expect(again.message).toMatch(/^The idempotency token ".+" has already been processed\./)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("moved into the future offers again what nobody took", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 3 })
      const held = yield* market.accept("ada", type)
      yield* expire(id, 0)
      yield* expire(id, 3600)
      expect(yield* samples.counts(id)).toEqual(["Assignable", 1, 2, 0])
      yield* market.giveBack(held)
      expect(yield* samples.counts(id)).toEqual(["Assignable", 0, 3, 0])
      yield* TestClock.adjust("1 hour")
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 0])
    }).pipe(Effect.provide(layer()))
  )
})

describe("more assignments", () => {
  it.scoped("are offered at once, under their token only once", () =>
    Effect.gen(function* () {
      const { id } = yield* samples.create({ MaxAssignments: 2 })
      yield* more(id, 3, "more")
      expect((yield* Effect.flip(more(id, 3, "more"))).message).toContain('The idempotency token "more" has already')
      const after = yield* samples.read(id)
      expect([after.MaxAssignments, after.NumberOfAssignmentsAvailable]).toEqual([5, 5])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("cannot bring a HIT from fewer than ten to ten", () =>
    Effect.gen(function* () {
      const small = yield* samples.create({ MaxAssignments: 9 })
      expect((yield* Effect.flip(more(small.id, 1))).code).toBe("InvalidMaximumAssignmentsIncrease")
      const large = yield* samples.create({ MaxAssignments: 10 })
      yield* more(large.id, 1)
      expect((yield* samples.read(large.id)).MaxAssignments).toBe(11)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of an expired HIT wait until it is extended", () =>
    Effect.gen(function* () {
      const { id } = yield* samples.create()
      yield* expire(id, 0)
      yield* more(id, 1)
      expect(yield* samples.counts(id)).toEqual(["Reviewable", 0, 0, 0])
      yield* expire(id, 60)
      expect(yield* samples.counts(id)).toEqual(["Assignable", 0, 2, 0])
    }).pipe(Effect.provide(layer()))
  )
})

describe("another HITType", () => {
  const move = (id: string, type: string | undefined) => (c: SDK.MTurkClient) =>
    c.send(new SDK.UpdateHITTypeOfHITCommand({ HITId: id, HITTypeId: type }))

  it.scoped("takes the HIT with it, and workers find it there", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 2 })
      const dearer = { ...samples.type, Reward: "0.50" }
      const { HITTypeId = "" } = yield* send((c) => c.send(new SDK.CreateHITTypeCommand(dearer)))
      yield* send(move(id, HITTypeId))
      expect(yield* samples.read(id)).toMatchObject({ HITTypeId, Reward: "0.50", NumberOfAssignmentsAvailable: 2 })
      expect((yield* Effect.flip(market.accept("ada", type))).reason._tag).toBe("NothingLeft")
      const held = yield* market.accept("ada", HITTypeId)
      expect(held.hitId).toBe(id)
      expect((yield* refusal(move(id, type))).code).toBe("InvalidHITState")
    }).pipe(Effect.provide(layer()))
  )
})

describe("lists", () => {
  const pagesOf = (size: number | undefined) =>
    Effect.gen(function* () {
      const pages: Array<ReadonlyArray<string | undefined>> = []
      let NextToken: string | undefined
      do {
        const page = yield* send((c) => c.send(new SDK.ListHITsCommand({ MaxResults: size, NextToken })))
        pages.push((page.HITs ?? []).map(({ HITId }) => HITId))
        NextToken = page.NextToken
      } while (NextToken !== undefined)
      return pages
    })

  it.scoped("come in pages of ten unless more are asked for, each HIT once", () =>
    Effect.gen(function* () {
      const made = yield* Effect.forEach(Array.from({ length: 23 }), () => samples.create())
      const ids = made.map(({ id }) => id)
      expect((yield* pagesOf(undefined)).map(({ length }) => length)).toEqual([10, 10, 3, 0])
      expect((yield* pagesOf(7)).flat()).toEqual(ids.toReversed())
      expect((yield* pagesOf(100)).flat()).toEqual(ids.toReversed())
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("have a NextToken on every page with something on it, and end with an empty page without one", () =>
    Effect.gen(function* () {
      yield* Effect.forEach([1, 2, 3, 4], () => samples.create())
      const all: Array<SDK.HIT> = []
      let r = yield* send((c) => c.send(new SDK.ListHITsCommand({ MaxResults: 2 })))
      // psiTurk, AMTI and boto3's examples: `while r['NumResults'] > 0: …; r = list(NextToken=r['NextToken'])`.
      while ((r.NumResults ?? 0) > 0) {
        all.push(...(r.HITs ?? []))
        expect(r.NextToken).toBeTypeOf("string")
        const { NextToken } = r
        r = yield* send((c) => c.send(new SDK.ListHITsCommand({ MaxResults: 2, NextToken })))
      }
      expect(all.length).toBe(4)
      expect([r.NumResults, r.NextToken]).toEqual([0, undefined])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of assignments, of reviewable HITs and of qualifications are read by the same loop", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 3 })
      yield* Effect.forEach(["ada", "grace", "alan"], (worker) =>
        Effect.flatMap(market.accept(worker, type), (held) => market.submit(held, { label: "good" }))
      )
      yield* send((c) =>
        c.send(
          new SDK.CreateQualificationTypeCommand({ Name: "Q", Description: "q", QualificationTypeStatus: "Active" })
        )
      )
      type List = (
        c: SDK.MTurkClient,
        NextToken?: string
      ) => Promise<Pick<SDK.ListAssignmentsForHITCommandOutput, "NumResults" | "NextToken">>
      const lists: ReadonlyArray<readonly [List, number]> = [
        [(c, t) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id, MaxResults: 2, NextToken: t })), 3],
        [(c, t) => c.send(new SDK.ListReviewableHITsCommand({ MaxResults: 1, NextToken: t })), 1],
        [(c, t) => c.send(new SDK.ListQualificationTypesCommand({ MustBeRequestable: true, NextToken: t })), 1]
      ]
      for (const [list, count] of lists) {
        let found = 0
        let r = yield* send((c) => list(c))
        while ((r.NumResults ?? 0) > 0) {
          found += r.NumResults ?? 0
          const { NextToken } = r
          expect(NextToken).toBeTypeOf("string")
          r = yield* send((c) => list(c, NextToken))
        }
        expect([found, r.NextToken]).toEqual([count, undefined])
      }
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of HITs begin with the newest: list_hits()['HITs'][0] is the one made last", () =>
    Effect.gen(function* () {
      yield* Effect.forEach([1, 2, 3], () => samples.create())
      const { id } = yield* samples.create({ Title: "Another" })
      const { HITs } = yield* send((c) => c.send(new SDK.ListHITsCommand({})))
      expect(HITs?.[0]?.HITId).toBe(id)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that leave out much go on until something is found: of 150 HITs the only reviewable one is first", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const live = yield* samples.create({ MaxAssignments: 1 })
      const hit = { ...samples.hit, HITTypeId: live.type }
      yield* Effect.forEach(Array.from({ length: 148 }), () =>
        send((c) => c.send(new SDK.CreateHITWithHITTypeCommand(hit)))
      )
      const { HIT } = yield* send((c) => c.send(new SDK.CreateHITWithHITTypeCommand(hit)))
      yield* send((c) => c.send(new SDK.UpdateExpirationForHITCommand({ HITId: HIT?.HITId, ExpireAt: new Date(0) })))
      const reviewable = (input: SDK.ListReviewableHITsCommandInput) =>
        market.call((c) => c.send(new SDK.ListReviewableHITsCommand(input)))
      for (const input of [{}, { HITTypeId: live.type }]) {
        const { HITs, NextToken } = yield* reviewable(input)
        expect(HITs?.map(({ HITId }) => HITId)).toEqual([HIT?.HITId])
        expect((yield* reviewable({ ...input, NextToken })).NumResults).toBe(0)
      }
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("take no NextToken but their own", () =>
    Effect.gen(function* () {
      const error = yield* refusal((c) => c.send(new SDK.ListHITsCommand({ NextToken: "made-up" })))
      expect(error.code).toBe("InvalidParameterValue")
      const { type } = yield* samples.create()
      yield* samples.create()
      const { NextToken } = yield* send((c) => c.send(new SDK.ListHITsCommand({ MaxResults: 1 })))
      const ofAnother = yield* refusal((c) => c.send(new SDK.ListReviewableHITsCommand({ HITTypeId: type, NextToken })))
      expect(ofAnother.code).toBe("InvalidParameterValue")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of reviewable HITs leave out the others, by HITType or all", () =>
    Effect.gen(function* () {
      const list = (input: SDK.ListReviewableHITsCommandInput) =>
        Effect.map(
          send((c) => c.send(new SDK.ListReviewableHITsCommand(input))),
          ({ HITs = [] }) => HITs.map(({ HITId }) => HITId)
        )
      const first = yield* samples.submitted()
      const live = yield* samples.create()
      const other = yield* samples.submitted({ Title: "Another" })
      expect(yield* list({})).toEqual([first.id, other.id])
      expect(yield* list({ HITTypeId: live.type })).toEqual([first.id])
      expect(yield* list({ HITTypeId: live.type, Status: "Reviewing" })).toEqual([])
      yield* send((c) => c.send(new SDK.UpdateHITReviewStatusCommand({ HITId: first.id })))
      expect(yield* list({ HITTypeId: live.type, Status: "Reviewing" })).toEqual([first.id])
      expect(yield* list({ HITTypeId: other.type, Status: "Reviewing" })).toEqual([])
      expect(yield* list({ Status: "Reviewing" })).toEqual([first.id])
      expect(yield* list({})).toEqual([other.id])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of one HITType go on where they stopped", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const made = yield* Effect.forEach(Array.from({ length: 5 }), () => samples.create())
      const type = made[0]?.type ?? ""
      yield* Effect.forEach(made, () =>
        Effect.flatMap(market.accept("ada", type), (held) => market.submit(held, { label: "good" }))
      )
      const list = (NextToken: string | undefined) =>
        send((c) => c.send(new SDK.ListReviewableHITsCommand({ HITTypeId: type, MaxResults: 2, NextToken })))
      const first = yield* list(undefined)
      const second = yield* list(first.NextToken)
      const third = yield* list(second.NextToken)
      const fourth = yield* list(third.NextToken)
      const listed = [first, second, third, fourth].flatMap(({ HITs = [] }) => HITs.map(({ HITId }) => HITId))
      expect(listed).toEqual(made.map(({ id }) => id))
      expect([fourth.NumResults, fourth.NextToken]).toEqual([0, undefined])
    }).pipe(Effect.provide(layer()))
  )
})
