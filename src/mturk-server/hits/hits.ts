/** Making HITs, and changing what is on offer of them. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import * as Ids from "../../Ids.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import * as fees from "../money/fees.js"
import * as limits from "../protocol/limits.js"
import {
  type CreateAdditionalAssignmentsForHITRequest,
  type CreateHITWithHITTypeRequest,
  operations
} from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"
import * as tokens from "../protocol/tokens.js"
import type { HITRow } from "../rows.js"
import * as upkeep from "../upkeep.js"
import * as hitTypes from "./hitTypes.js"
import * as offer from "./offer.js"
import * as questions from "./questions.js"
import * as views from "./views.js"

/** Each is a unit that can be taken: more than a crowd of one's own has people. */
const maxAssignmentsAtMost = 10_000

type Fields = Omit<CreateHITWithHITTypeRequest, "HITTypeId">

const questionOf = (input: Fields): Effect.Effect<string, refusal.Refusal> =>
  Effect.gen(function* () {
    if (input.HITLayoutId !== undefined) return yield* refusal.layoutDoesNotExist(input.HITLayoutId)
    if (input.Question === undefined) return yield* refusal.invalidValue("A HIT needs a Question.")
    if (input.HITLayoutParameters !== undefined) {
      return yield* refusal.invalidValue(
        "HITLayoutParameters are for a HITLayoutId, and this service keeps no layouts."
      )
    }
    yield* questions.checkFields(yield* questions.parse(input.Question))
    return input.Question
  })

const checkPlaces = (count: number) =>
  count > maxAssignmentsAtMost
    ? refusal.invalidValue(
        `A HIT has ${maxAssignmentsAtMost} assignments at the most here, and this would be ${count}. Make several HITs of one HITType.`
      )
    : Effect.void

const check = (input: Fields) =>
  Effect.gen(function* () {
    yield* limits.within("LifetimeInSeconds", input.LifetimeInSeconds, 30, limits.year)
    yield* checkPlaces(input.MaxAssignments ?? 1)
    yield* limits.within("MaxAssignments", input.MaxAssignments ?? 1, 1, maxAssignmentsAtMost)
    yield* limits.noLonger("RequesterAnnotation", input.RequesterAnnotation, 255)
    if (input.AssignmentReviewPolicy !== undefined || input.HITReviewPolicy !== undefined) {
      return yield* refusal.invalidValue("Review policies are not offered by this service.")
    }
  })

/** The next row of the HITType's run. The HITType is held until the transaction ends. */
const nextRow = (context: Context, requester: Ids.RequesterId, id: string) =>
  Effect.gen(function* () {
    const type = yield* hitTypes.get(context, requester, id)
    yield* context.rows.hitTypes.put(requester, id, { ...type, rows: type.rows + 1 })
    return type
  })

const make = (
  context: Context,
  caller: Caller,
  typeId: string,
  input: Fields
): Effect.Effect<views.View, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    yield* check(input)
    const question = yield* questionOf(input)
    const assignment = yield* Ids.assignmentId
    const id = ids.hitOf(assignment)
    return yield* context.store.transaction(
      Effect.gen(function* () {
        if (input.UniqueRequestToken !== undefined) {
          const token = input.UniqueRequestToken
          yield* tokens.use(context, caller, { kind: "hit", token, hit: id, repeated: refusal.hitExists })
        }
        const type = yield* nextRow(context, caller.requester, typeId)
        const row: HITRow = {
          id,
          requester: caller.requester,
          run: type.run,
          assignment,
          row: type.rows,
          createdAt: caller.now,
          expiration: DateTime.add(caller.now, { seconds: input.LifetimeInSeconds }),
          question,
          annotation: Option.fromNullable(input.RequesterAnnotation),
          maxAssignments: input.MaxAssignments ?? 1,
          unitKey: yield* ids.unitKey,
          units: 0,
          moved: 0,
          reviewing: false,
          disposed: false
        }
        yield* offer.enter(context, row)
        const opened = yield* offer.open(context, { row, type, units: [] }, caller.now)
        return yield* viewOf(context, opened)
      })
    )
  })

const viewOf = (context: Context, row: HITRow): Effect.Effect<views.View, refusal.Refusal | StoreError> =>
  Effect.flatMap(views.load(context, [row]), ([view]) =>
    view === undefined ? refusal.hitDoesNotExist(row.id) : Effect.succeed(view)
  )

/** The row of the caller's HIT; in a transaction, it stays as it is. */
export const owned = (
  context: Context,
  caller: Caller,
  id: string
): Effect.Effect<HITRow, refusal.Refusal | StoreError> =>
  Effect.flatMap(context.rows.hits.get(id), (row) =>
    Option.isSome(row) && row.value.requester === caller.requester
      ? Effect.succeed(row.value)
      : refusal.hitDoesNotExist(id)
  )

/** The caller's HIT as it is now; in a transaction, its row stays as it is. */
export const find = (
  context: Context,
  caller: Caller,
  id: string
): Effect.Effect<views.View, refusal.Refusal | StoreError> =>
  Effect.flatMap(owned(context, caller, id), (row) => viewOf(context, row))

/** What happened by itself until now has happened to the caller's HIT. */
export const settle = (context: Context, caller: Caller, id: string) =>
  Effect.gen(function* () {
    const { run } = yield* owned(context, caller, id)
    yield* upkeep.expireOverdue(context, caller.now)
    yield* upkeep.settleRun(context, run, caller.now)
  })

export const settled = (context: Context, caller: Caller, id: string) =>
  Effect.zipRight(settle(context, caller, id), find(context, caller, id))

/** Changes a HIT, of which what happened by itself is known. */
const change = <A>(
  context: Context,
  caller: Caller,
  id: string,
  use: (view: views.View) => Effect.Effect<A, refusal.Refusal | StoreError>
) =>
  Effect.zipRight(
    settle(context, caller, id),
    context.store.transaction(Effect.flatMap(find(context, caller, id), use))
  )

const put = (context: Context, row: HITRow) => context.rows.hits.put(row.requester, row.id, row)

const notDisposed = ({ row }: views.View) =>
  row.disposed ? refusal.hitState("Disposed", "Assignable, Unassignable, Reviewable, Reviewing") : Effect.void

const expireAt = (context: Context, caller: Caller, view: views.View, at: DateTime.Utc) =>
  Effect.gen(function* () {
    yield* notDisposed(view)
    yield* context.rows.expiring.remove(offer.expiryKey(view.row))
    const row = { ...view.row, expiration: at }
    yield* put(context, row)
    if (offer.isOver(row, caller.now)) yield* offer.withdraw(context, { ...view, row }, caller.now)
    else yield* offer.open(context, { ...view, row: { ...row, reviewing: false } }, caller.now)
  })

/** Its token is what it says. */
const updateExpiration = (context: Context, caller: Caller, view: views.View, at: DateTime.Utc) =>
  Effect.gen(function* () {
    const hit = view.row.id
    const token = `${hit}${DateTime.toEpochMillis(at) / 1000}`
    const repeated = () => refusal.processedBefore(token)
    yield* tokens.use(context, caller, { kind: "expire", token, hit, repeated })
    yield* expireAt(context, caller, view, at)
  })

const addAssignments = (
  context: Context,
  caller: Caller,
  view: views.View,
  { NumberOfAdditionalAssignments: more, UniqueRequestToken: token }: CreateAdditionalAssignmentsForHITRequest
) =>
  Effect.gen(function* () {
    const { row } = view
    yield* notDisposed(view)
    const maxAssignments = row.maxAssignments + more
    yield* limits.within("NumberOfAdditionalAssignments", more, 1, maxAssignmentsAtMost)
    yield* checkPlaces(maxAssignments)
    if (row.maxAssignments < fees.manyAssignments && maxAssignments >= fees.manyAssignments) {
      return yield* refusal.tooFewForIncrease
    }
    if (token !== undefined) {
      const repeated = () => refusal.processedBefore(token)
      yield* tokens.use(context, caller, { kind: "extend", token, hit: row.id, repeated })
    }
    const extended = { ...row, maxAssignments, reviewing: false }
    if (offer.isOver(row, caller.now)) return yield* put(context, extended)
    yield* offer.open(context, { ...view, row: extended }, caller.now)
  })

const setReviewing = (context: Context, view: views.View, reviewing: boolean) => {
  const status = views.statusOf(view)
  const from = reviewing ? "Reviewable" : "Reviewing"
  if (status !== from) return refusal.hitState(status, from)
  const { id, run } = view.row
  return Effect.zipRight(context.rows.reviewing.put(run, id, { id }), put(context, { ...view.row, reviewing }))
}

const dispose = (context: Context, view: views.View) =>
  Effect.gen(function* () {
    const { row } = view
    const status = views.statusOf(view)
    const isDone = (status === "Reviewable" || status === "Reviewing") && views.submitted(view) === 0
    if (!isDone) return yield* refusal.hitState(status, "Reviewing, Reviewable")
    yield* context.rows.hits.put(`disposed/${row.requester}`, row.id, { ...row, disposed: true })
    yield* context.rows.expiring.remove(offer.expiryKey(row))
  })

/** Its Units are withdrawn, and others offered in the other HITType's run. Not once somebody has taken one. */
const moveTo = (context: Context, caller: Caller, view: views.View, typeId: string) =>
  Effect.gen(function* () {
    const { row, units } = view
    const wasAccepted = units.some(({ agent }) => Option.isSome(agent))
    if (row.disposed || wasAccepted)
      return yield* refusal.hitState(views.statusOf(view), "Assignable, with no assignment accepted")
    if (ids.hitTypeOf(row.run) === typeId) return
    const type = yield* nextRow(context, caller.requester, typeId)
    const moved = { ...row, run: type.run, row: type.rows, assignment: yield* ids.movedTo(row.id), moved: row.units }
    yield* offer.withdraw(context, view, caller.now)
    yield* offer.enter(context, moved)
    if (offer.isOver(row, caller.now)) return yield* put(context, moved)
    yield* offer.open(context, { row: moved, type, units: [] }, caller.now)
  })

export const handlers = (context: Context) => {
  /** An operation that changes a HIT and answers nothing. */
  const changing = (
    caller: Caller,
    id: string,
    use: (view: views.View) => Effect.Effect<void, refusal.Refusal | StoreError>
  ) => Effect.as(change(context, caller, id, use), {})

  return [
    on(operations.CreateHITType, (input, caller) =>
      Effect.map(hitTypes.create(context, caller.requester, input), ({ run }) => ({ HITTypeId: ids.hitTypeOf(run) }))
    ),
    on(operations.CreateHIT, (input, caller) =>
      Effect.gen(function* () {
        const type = yield* hitTypes.create(context, caller.requester, input)
        return { HIT: views.hit(yield* make(context, caller, ids.hitTypeOf(type.run), input)) }
      })
    ),
    on(operations.CreateHITWithHITType, ({ HITTypeId, ...input }, caller) =>
      Effect.map(make(context, caller, HITTypeId, input), (view) => ({ HIT: views.hit(view) }))
    ),
    on(operations.CreateAdditionalAssignmentsForHIT, (input, caller) =>
      changing(caller, input.HITId, (view) => addAssignments(context, caller, view, input))
    ),
    on(operations.UpdateExpirationForHIT, ({ ExpireAt, HITId }, caller) =>
      changing(caller, HITId, (view) => updateExpiration(context, caller, view, ExpireAt))
    ),
    on(operations.UpdateHITReviewStatus, ({ HITId, Revert = false }, caller) =>
      changing(caller, HITId, (view) => setReviewing(context, view, !Revert))
    ),
    on(operations.UpdateHITTypeOfHIT, ({ HITId, HITTypeId }, caller) =>
      changing(caller, HITId, (view) => moveTo(context, caller, view, HITTypeId))
    ),
    on(operations.DeleteHIT, ({ HITId }, caller) => changing(caller, HITId, (view) => dispose(context, view)))
  ]
}
