/** Paying a worker who has no work of ours that a bonus could be for: with a HIT that only they can see. */
import {
  AssociateQualificationWithWorkerCommand,
  CreateHITTypeCommand,
  CreateHITWithHITTypeCommand
} from "@aws-sdk/client-mturk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { escapeUTF8 } from "entities/escape"
import { prepare } from "../batch/TaskPage.js"
import type { ProviderError } from "../CrowdError.js"
import { type BonusOrder, type Receipt, receipt, type Sent } from "../Driver.js"
import type { Token } from "../Ids.js"
import * as Money from "../Money.js"
import { Nothing } from "./client.js"
import { type Crowd, plain, refused, seconds } from "./crowd.js"
import { type CallError, failure } from "./errors.js"
import { search } from "./hits.js"
import { ensure } from "./qualifications.js"
import * as questions from "./questions.js"
import * as replies from "./replies.js"

const onOffer = Duration.days(30)
const toTakeIt = Duration.hours(1)

const pageOf = (reason: string): string =>
  questions.render(
    prepare(`<p>${escapeUTF8(reason)}</p><p>There is nothing to do here: submit this page, and you are paid.</p>`),
    {}
  )

/** Only who was given this can see the HIT. */
const admit = (crowd: Crowd, { order, token }: Sent<BonusOrder>): Effect.Effect<string, CallError> =>
  Effect.tap(ensure(crowd, `Payment ${token}`, "Lets one worker take one payment"), (id) =>
    crowd.client.call(
      "AssociateQualificationWithWorker",
      () =>
        new AssociateQualificationWithWorkerCommand({
          QualificationTypeId: id,
          WorkerId: order.worker.name,
          IntegerValue: 1,
          SendNotification: true
        }),
      Nothing
    )
  )

const typeFor = (crowd: Crowd, { amount, reason }: BonusOrder, qualification: string) =>
  crowd.client.call(
    "CreateHITType",
    () =>
      new CreateHITTypeCommand({
        Title: `A payment for you: ${plain(reason)}`.slice(0, 128),
        Description: plain(reason) || "A payment for you",
        Reward: Money.toDecimal(amount),
        AssignmentDurationInSeconds: seconds(Duration.toMillis(toTakeIt)),
        AutoApprovalDelayInSeconds: 0,
        QualificationRequirements: [
          { QualificationTypeId: qualification, Comparator: "Exists", ActionsGuarded: "DiscoverPreviewAndAccept" }
        ]
      }),
    replies.OneHitType
  )

/** Makes the HIT, approved as soon as it is submitted. */
export const offer = (crowd: Crowd, sent: Sent<BonusOrder>): Effect.Effect<Receipt, CallError> =>
  Effect.gen(function* () {
    const qualification = yield* admit(crowd, sent)
    const { HITTypeId } = yield* typeFor(crowd, sent.order, qualification)
    const command = () =>
      new CreateHITWithHITTypeCommand({
        HITTypeId,
        MaxAssignments: 1,
        LifetimeInSeconds: seconds(Duration.toMillis(onOffer)),
        Question: questions.html(pageOf(sent.order.reason)),
        RequesterAnnotation: sent.token,
        UniqueRequestToken: sent.token
      })
    const { HIT } = yield* crowd.client.call("CreateHITWithHITType", command, replies.NewHit)
    return receipt({ remoteId: HIT.HITId })
  }).pipe(
    Effect.catchIf(
      (error) => error._tag === "Refusal" && error.code === "hitalreadyexists",
      () => found(crowd, sent.token)
    )
  )

const found = (crowd: Crowd, token: Token): Effect.Effect<Receipt, ProviderError> =>
  Effect.flatMap(lookUp(crowd, token), (remoteId) =>
    remoteId === undefined
      ? failure("Unavailable", "CreateHITWithHITType", `the HIT of ${token} is there and nowhere to be seen`)
      : Effect.succeed(receipt({ remoteId }))
  )

/** The HIT of an earlier sending. */
export const lookUp = (crowd: Crowd, token: Token): Effect.Effect<string | undefined, ProviderError> =>
  Effect.mapError(
    Effect.map(search(crowd, [token]), (all) => all.get(token)),
    refused(crowd)
  )
