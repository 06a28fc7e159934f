/** However much there is, no call reads more of it than it shows, or than one page of a search. */
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { counting } from "../support/stores.js"
import * as samples from "./samples.js"
import { layer, Marketplace } from "./support.js"

const hits = 400

describe("with many HITs", () => {
  const { read, store } = counting()

  it.scoped("no call reads them all", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { held, id, type } = yield* samples.submitted()
      const hit = { ...samples.hit, HITTypeId: type }
      yield* Effect.forEach(
        Array.from({ length: hits }),
        () => market.call((c) => c.send(new SDK.CreateHITWithHITTypeCommand(hit))),
        { concurrency: 8 }
      )
      const rowsOf = <A, E, R>(call: Effect.Effect<A, E, R>) =>
        Effect.gen(function* () {
          const before = read.rows
          yield* call
          return read.rows - before
        })
      const calls: ReadonlyArray<readonly [string, number, (c: SDK.MTurkClient) => Promise<unknown>]> = [
        ["CreateHIT", 40, (c) => c.send(new SDK.CreateHITCommand(samples.hit))],
        ["GetHIT", 40, (c) => c.send(new SDK.GetHITCommand({ HITId: id }))],
        ["ListHITs", 80, (c) => c.send(new SDK.ListHITsCommand({ MaxResults: 10 }))],
        ["ListReviewableHITs", 500, (c) => c.send(new SDK.ListReviewableHITsCommand({ MaxResults: 10 }))],
        [
          "ListReviewableHITs of a HITType",
          500,
          (c) => c.send(new SDK.ListReviewableHITsCommand({ HITTypeId: type, MaxResults: 10 }))
        ],
        [
          "ListReviewableHITs under review",
          20,
          (c) => c.send(new SDK.ListReviewableHITsCommand({ HITTypeId: type, Status: "Reviewing", MaxResults: 10 }))
        ],
        ["ListAssignmentsForHIT", 40, (c) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id }))],
        ["ApproveAssignment", 40, (c) => c.send(new SDK.ApproveAssignmentCommand({ AssignmentId: held.assignmentId }))],
        ["DeleteHIT", 40, (c) => c.send(new SDK.DeleteHITCommand({ HITId: id }))],
        ["GetAccountBalance", 5, (c) => c.send(new SDK.GetAccountBalanceCommand({}))]
      ]
      for (const [name, atMost, use] of calls) {
        const rows = yield* rowsOf(market.call(use))
        expect([name, rows <= atMost, rows]).toEqual([name, true, rows])
      }
      expect(yield* rowsOf(market.accept("grace", type))).toBeLessThan(20)
    }).pipe(Effect.provide(layer({ store })))
  )
})

describe("with a HIT of many assignments", () => {
  const { read, store } = counting()

  it.scoped("a page of those that were submitted reads few others, wherever they are", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 2000, Reward: "0.01" })
      const helds = yield* Effect.forEach(Array.from({ length: 60 }), (_, n) => market.accept(`worker ${n}`, type))
      const [first, ...rest] = helds
      if (first === undefined) return yield* Effect.dieMessage("sixty workers")
      yield* Effect.forEach(rest, (held) => market.submit(held, { label: "good" }))
      const list = (input: Partial<SDK.ListAssignmentsForHITCommandInput>) =>
        market.call((c) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id, MaxResults: 10, ...input })))
      const ids: Array<string | undefined> = []
      let NextToken: string | undefined
      for (let page = 0; page < 3; page++) {
        const before = read.rows
        const found = yield* list({ NextToken })
        expect([page, read.rows - before < 100, read.rows - before]).toEqual([page, true, read.rows - before])
        ids.push(...(found.Assignments ?? []).map(({ AssignmentId }) => AssignmentId))
        NextToken = found.NextToken
      }
      expect(ids).toEqual(rest.slice(0, 30).map(({ assignmentId }) => assignmentId))
      yield* market.submit(first, { label: "late" })
      yield* samples.approve(rest[40] ?? first)
      expect((yield* list({ AssignmentStatuses: ["Approved"] })).Assignments).toMatchObject([
        { AssignmentId: rest[40]?.assignmentId }
      ])
    }).pipe(Effect.provide(layer({ store })))
  )
})
