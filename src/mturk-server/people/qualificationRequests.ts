/** What workers ask for and is not granted by itself: listed, granted or refused by the requester. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Context, orDefect } from "../context.js"
import * as ids from "../ids.js"
import * as limits from "../protocol/limits.js"
import * as listing from "../protocol/listing.js"
import { operations, type QualificationRequest } from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"
import type { QualificationRequestRow } from "../rows.js"
import * as asking from "./asking.js"
import * as qualificationTypes from "./qualificationTypes.js"

const show = (key: string, { at, type, worker }: QualificationRequestRow): QualificationRequest => ({
  QualificationRequestId: key,
  QualificationTypeId: type,
  WorkerId: ids.workerNameOf(worker),
  SubmitTime: at
})

/** A request that waits for this requester, and the type that it is for. */
const waiting = (context: Context, { requester }: Caller, key: string) =>
  Effect.gen(function* () {
    yield* limits.noLonger("QualificationRequestId", key, 64)
    const request = yield* context.rows.qualificationRequests.get(key)
    if (Option.isNone(request)) return yield* refusal.qualificationRequestDoesNotExist(key)
    const type = yield* context.rows.qualificationTypes.get(request.value.type)
    if (!Option.exists(type, (type) => type.requester === requester)) {
      return yield* refusal.qualificationRequestDoesNotExist(key)
    }
    if (request.value.status !== "submitted") return yield* refusal.qualificationRequestState
    return { request: request.value, type: Option.getOrThrow(type) }
  })

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
  on(operations.AcceptQualificationRequest, ({ IntegerValue = 1, QualificationRequestId }, caller) =>
    Effect.gen(function* () {
      const { request, type } = yield* waiting(context, caller, QualificationRequestId)
      yield* orDefect(context.qualifications.grant(type.local, request.worker, IntegerValue))
      yield* asking.decide(context, caller.requester, { ...request, status: "granted" })
      return {}
    })
  ),
  on(operations.RejectQualificationRequest, ({ QualificationRequestId, Reason }, caller) =>
    Effect.gen(function* () {
      yield* limits.noLonger("Reason", Reason, 1024)
      yield* limits.prose("Reason", Reason)
      const { request } = yield* waiting(context, caller, QualificationRequestId)
      yield* asking.decide(context, caller.requester, {
        ...request,
        status: "rejected",
        reason: Option.fromNullable(Reason)
      })
      return {}
    })
  )
]
