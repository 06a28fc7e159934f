/** Workers ask for qualifications: some are granted at once, the others wait for their requester. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type * as Ids from "../../Ids.js"
import { type Context, orDefect } from "../context.js"
import * as ids from "../ids.js"
import type { QualificationRequestRow, QualificationTypeRow } from "../rows.js"

const decidedOf = (requester: Ids.RequesterId): string => `decided/${requester}`

/** Begins with the QualificationType, so that those of one are found without a search. */
const keyOf = (type: string, worker: Ids.WorkerId): string => `${type}${ids.workerNameOf(worker)}`

/** Where a worker stands with a qualification that they may ask for. */
export type Status = "open" | "asked" | "refused"

/** What becomes of asking. */
export type Outcome = "granted" | Status

export interface Standing {
  readonly status: Status
  /** Why the requester refused the last request. */
  readonly reason: Option.Option<string>
}

const open: Standing = { status: "open", reason: Option.none() }

/** Without a delay after which it may be tried again, a qualification is asked for once. */
const mayTryAgain = (
  { retryDelay }: QualificationTypeRow,
  { at }: QualificationRequestRow,
  now: DateTime.Utc
): boolean => Option.exists(retryDelay, (seconds) => DateTime.distance(at, now) >= seconds * 1000)

/** Of a worker who does not have the qualification. */
export const standing = (
  { rows }: Context,
  type: QualificationTypeRow,
  worker: Option.Option<Ids.WorkerId>
): Effect.Effect<Standing, StoreError> =>
  Effect.gen(function* () {
    if (Option.isNone(worker)) return open
    const last = yield* rows.qualificationRequests.get(keyOf(ids.qualificationTypeOf(type.id), worker.value))
    if (Option.isNone(last)) return open
    const { reason, status } = last.value
    if (status === "submitted") return { status: "asked", reason }
    return mayTryAgain(type, last.value, yield* DateTime.now) ? open : { status: "refused", reason }
  })

/** Takes it from those that wait. */
export const decide = (
  { rows }: Context,
  requester: Ids.RequesterId,
  request: QualificationRequestRow
): Effect.Effect<void, StoreError> =>
  rows.qualificationRequests.put(decidedOf(requester), keyOf(request.type, request.worker), request)

/**
 * Asks for a qualification that the worker does not have: it is granted at once, or waits, or may not be asked for now.
 */
const submit = (
  context: Context,
  type: QualificationTypeRow,
  worker: Ids.WorkerId
): Effect.Effect<Outcome, StoreError> =>
  Effect.gen(function* () {
    const { status } = yield* standing(context, type, Option.some(worker))
    if (status !== "open") return status
    const id = ids.qualificationTypeOf(type.id)
    const request = { type: id, worker, at: yield* DateTime.now, reason: Option.none() }
    if (type.autoGranted) {
      const value = Option.getOrElse(type.autoGrantedValue, () => 1)
      yield* orDefect(context.qualifications.grant(type.local, worker, value))
      yield* decide(context, type.requester, { ...request, status: "granted" })
      return "granted"
    }
    yield* context.rows.qualificationRequests.put(type.requester, keyOf(id, worker), {
      ...request,
      status: "submitted"
    })
    return "asked"
  })

/** What the worker has of it; nothing where it was deleted meanwhile. */
export const valueOf = (
  { qualifications }: Context,
  type: QualificationTypeRow,
  worker: Ids.WorkerId
): Effect.Effect<Option.Option<number>, StoreError> =>
  Effect.catchTag(qualifications.value(type.local, worker), "QualificationNotFound", () => Effect.succeedNone)

/** None where there is no such qualification, or nobody may ask for it. */
export const ask = (
  context: Context,
  id: Ids.QualificationId,
  name: string
): Effect.Effect<Option.Option<Outcome>, StoreError> =>
  Effect.gen(function* () {
    const found = yield* context.rows.qualificationTypes.get(ids.qualificationTypeOf(id))
    const type = Option.filter(found, ({ status }) => status === "Active")
    if (Option.isNone(type)) return Option.none()
    const worker = yield* context.enrol(name)
    const value = yield* valueOf(context, type.value, worker)
    return Option.some<Outcome>(Option.isSome(value) ? "granted" : yield* submit(context, type.value, worker))
  })

const pageSize = 100

/** Forgets what was asked of a QualificationType. */
export const forget = (context: Context, type: QualificationTypeRow): Effect.Effect<void, StoreError> => {
  const { qualificationRequests } = context.rows
  const id = ids.qualificationTypeOf(type.id)
  const forgetIn = (group: string): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      const page = yield* qualificationRequests.page(group, { after: id, limit: pageSize })
      const own = page.filter(({ value }) => value.type === id)
      yield* qualificationRequests.remove(...own.map(({ key }) => key))
      if (own.length === pageSize) yield* forgetIn(group)
    })
  return Effect.forEach([type.requester, decidedOf(type.requester)], forgetIn, { discard: true })
}
