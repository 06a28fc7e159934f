import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { htmlQuestion, layer, Marketplace } from "./support.js"

const type = {
  Title: "Label a text",
  Description: "One word will do",
  Keywords: "text, label",
  Reward: "0.05",
  AssignmentDurationInSeconds: 600,
  AutoApprovalDelayInSeconds: 3600
}

const hit = { ...type, LifetimeInSeconds: 86_400, Question: htmlQuestion(), MaxAssignments: 2 }

describe("HITs", () => {
  it.scoped("are created, read and listed", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const { HIT } = yield* call((c) => c.send(new SDK.CreateHITCommand({ ...hit, RequesterAnnotation: "row 1" })))
      expect(HIT).toMatchObject({
        Title: "Label a text",
        Keywords: "text, label",
        Reward: "0.05",
        HITStatus: "Assignable",
        MaxAssignments: 2,
        RequesterAnnotation: "row 1",
        NumberOfAssignmentsAvailable: 2
      })
      const read = yield* call((c) => c.send(new SDK.GetHITCommand({ HITId: HIT?.HITId })))
      expect(read.HIT).toEqual(HIT)
      const { HITs, NextToken, NumResults } = yield* call((c) => c.send(new SDK.ListHITsCommand({})))
      expect(HITs).toEqual([HIT])
      expect(NumResults).toBe(1)
      expect(NextToken).toBeUndefined()
      const balance = yield* call((c) => c.send(new SDK.GetAccountBalanceCommand({})))
      expect(balance).toMatchObject({ AvailableBalance: "1000.00", OnHoldBalance: "0.00" })
    }).pipe(Effect.provide(layer()))
  )
})
