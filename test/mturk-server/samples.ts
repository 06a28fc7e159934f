/** What requests are made of. */
import * as SDK from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import { type Held, htmlQuestion, Marketplace } from "./support.js"

export const type = {
  Title: "Label a text",
  Description: "One word will do",
  Keywords: "text, label",
  Reward: "0.05",
  AssignmentDurationInSeconds: 600,
  AutoApprovalDelayInSeconds: 3600
}

export const hit = { ...type, LifetimeInSeconds: 86_400, Question: htmlQuestion() }

type CreateInput = Partial<SDK.CreateHITCommandInput>

/** A new HIT; what it must have is there. */
export const create = (input: CreateInput = {}) =>
  Effect.gen(function* () {
    const { call } = yield* Marketplace
    const { HIT } = yield* call((c) => c.send(new SDK.CreateHITCommand({ ...hit, ...input })))
    if (HIT?.HITId === undefined || HIT.HITTypeId === undefined) return yield* Effect.dieMessage("no HIT came back")
    return { id: HIT.HITId, type: HIT.HITTypeId, hit: HIT }
  })

/** A new qualification type; what it must have is there. */
export const createQualification = (input: Partial<SDK.CreateQualificationTypeCommandInput> = {}) =>
  Effect.gen(function* () {
    const { call } = yield* Marketplace
    const { QualificationType: type } = yield* call((c) =>
      c.send(
        new SDK.CreateQualificationTypeCommand({
          Name: "Reads German",
          Description: "Has read a text aloud",
          QualificationTypeStatus: "Active",
          ...input
        })
      )
    )
    return { id: type?.QualificationTypeId ?? "", type }
  })

export const read = (id: string) =>
  Effect.gen(function* () {
    const { call } = yield* Marketplace
    const { HIT } = yield* call((c) => c.send(new SDK.GetHITCommand({ HITId: id })))
    return HIT ?? (yield* Effect.dieMessage("no HIT came back"))
  })

/** Status, pending, available, completed. */
export const counts = (id: string) =>
  Effect.map(
    read(id),
    (hit) =>
      [
        hit.HITStatus,
        hit.NumberOfAssignmentsPending,
        hit.NumberOfAssignmentsAvailable,
        hit.NumberOfAssignmentsCompleted
      ] as const
  )

/** A HIT of one assignment that Ada has submitted. */
export const submitted = (input: CreateInput = {}, worker = "ada") =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    const made = yield* create(input)
    const held = yield* market.accept(worker, made.type)
    yield* market.submit(held, { label: "good" })
    return { ...made, held }
  })

export const approve = (
  { assignmentId }: Pick<Held, "assignmentId">,
  input: Partial<SDK.ApproveAssignmentCommandInput> = {}
) =>
  Effect.flatMap(Marketplace, ({ call }) =>
    call((c) => c.send(new SDK.ApproveAssignmentCommand({ AssignmentId: assignmentId, ...input })))
  )

export const reject = ({ assignmentId }: Pick<Held, "assignmentId">, feedback = "empty") =>
  Effect.flatMap(Marketplace, ({ call }) =>
    call((c) => c.send(new SDK.RejectAssignmentCommand({ AssignmentId: assignmentId, RequesterFeedback: feedback })))
  )

/** Takes back what nobody has taken. */
export const expire = (id: string) =>
  Effect.flatMap(Marketplace, ({ call }) =>
    call((c) => c.send(new SDK.UpdateExpirationForHITCommand({ HITId: id, ExpireAt: new Date(0) })))
  )

export const balance = Effect.gen(function* () {
  const { call } = yield* Marketplace
  return (yield* call((c) => c.send(new SDK.GetAccountBalanceCommand({})))).AvailableBalance
})

/** What can be spent, and what is on hold. */
export const account = Effect.gen(function* () {
  const { call } = yield* Marketplace
  const { AvailableBalance, OnHoldBalance } = yield* call((c) => c.send(new SDK.GetAccountBalanceCommand({})))
  return [AvailableBalance, OnHoldBalance] as const
})
