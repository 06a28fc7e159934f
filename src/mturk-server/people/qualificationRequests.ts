/** What workers ask for and is not granted by itself: listed, granted or refused by the requester. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import { type Context, orDefect } from "../context.js"
import * as ids from "../ids.js"
import * as limits from "../protocol/limits.js"
import * as listing from "../protocol/listing.js"
import { operations, type QualificationRequest } from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"
import type { QualificationRequestRow, QualificationTypeRow } from "../rows.js"
import * as qualificationTypes from "./qualificationTypes.js"
import * as workerRequests from "./workerRequests.js"

const show = (key: string, { at, type, worker }: QualificationRequestRow): QualificationRequest => ({
  QualificationRequestId: key,
  QualificationTypeId: type,
  WorkerId: ids.workerNameOf(worker),
  SubmitTime: at
})

interface Waiting {
  readonly request: QualificationRequestRow
  readonly type: QualificationTypeRow
}

/** Decides on a request that waits for this requester, in one transaction: on each it is decided once. */
const decide = (
  context: Context,
  { requester }: Caller,
  key: string,
  decided: (waiting: Waiting) => Effect.Effect<QualificationRequestRow, StoreError>
) =>
  Effect.gen(function* () {
    const { qualificationRequests, qualificationTypes } = context.rows
    const request = yield* qualificationRequests.get(key)
    if (Option.isNone(request)) return yield* refusal.qualificationRequestDoesNotExist(key)
    const found = yield* qualificationTypes.get(request.value.type)
    const type = Option.filter(found, (type) => type.requester === requester)
    if (Option.isNone(type)) return yield* refusal.qualificationRequestDoesNotExist(key)
    if (request.value.status !== "submitted") return yield* refusal.qualificationRequestState
    yield* workerRequests.decide(context, requester, yield* decided({ request: request.value, type: type.value }))
    return {}
  }).pipe(context.store.transaction)

export const handlers = (context: Context) => [
  on(operations.ListQualificationRequests, ({ QualificationTypeId: type, ...asked }, caller) =>
    Effect.gen(function* () {
      if (type !== undefined) yield* qualificationTypes.own(context, caller, type)
      const { items, ...page } = yield* listing.page(asked, {
        read: (after, limit) => context.rows.qualificationRequests.page(caller.requester, { after, limit }),
        keyOf: ({ key }) => key,
        show: (entries) =>
          Effect.succeed(
            entries
              .filter(({ value }) => type === undefined || value.type === type)
              .map(({ key, value }) => ({ key, item: show(key, value) }))
          )
      })
      return { ...page, QualificationRequests: items }
    })
  ),
  on(operations.AcceptQualificationRequest, ({ IntegerValue = 1, QualificationRequestId: key }, caller) =>
    Effect.gen(function* () {
      yield* limits.noLonger("QualificationRequestId", key, 64)
      return yield* decide(context, caller, key, ({ request, type }) =>
        Effect.as(orDefect(context.qualifications.grant(type.local, request.worker, IntegerValue)), {
          ...request,
          status: "granted"
        })
      )
    })
  ),
  on(operations.RejectQualificationRequest, ({ QualificationRequestId: key, Reason }, caller) =>
    Effect.gen(function* () {
      yield* limits.noLonger("Reason", Reason, 1024)
      yield* limits.prose("Reason", Reason)
      yield* limits.noLonger("QualificationRequestId", key, 64)
      return yield* decide(context, caller, key, ({ request }) =>
        Effect.succeed({ ...request, status: "rejected", reason: Option.fromNullable(Reason) })
      )
    })
  )
]
