/** Who has which qualification, and what it is worth. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import { grants } from "../../store/tables.js"
import { type Context, orDefect } from "../context.js"
import * as ids from "../ids.js"
import * as listing from "../protocol/listing.js"
import { operations, type Qualification } from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"
import type { QualificationTypeRow } from "../rows.js"
import * as people from "./people.js"
import * as qualificationTypes from "./qualificationTypes.js"

type Grant = typeof grants.schema.Type

const show = ({ changedAt, qualification, value, worker }: Grant): Qualification => ({
  QualificationTypeId: ids.qualificationTypeOf(qualification),
  WorkerId: ids.workerNameOf(worker),
  GrantTime: changedAt,
  IntegerValue: Option.getOrUndefined(value),
  Status: Option.isSome(value) ? "Granted" : "Revoked"
})

const grantOf = (context: Context, type: QualificationTypeRow, worker: Ids.WorkerId) =>
  context.store.get(grants, `${type.id}/${worker}`)

/** A revoked qualification is there, but not as one that can be read. */
const granted = (context: Context, caller: Caller, typeId: string, workerId: string) =>
  Effect.gen(function* () {
    const type = yield* qualificationTypes.own(context, caller, typeId)
    const worker = yield* people.known(context, workerId)
    const grant = yield* grantOf(context, type, worker)
    if (Option.isNone(grant)) return yield* refusal.qualificationDoesNotExist
    if (Option.isNone(grant.value.value)) return yield* refusal.qualificationState
    return { type, worker, grant: grant.value }
  })

export const handlers = (context: Context) => [
  on(operations.AssociateQualificationWithWorker, ({ IntegerValue = 1, QualificationTypeId, WorkerId }, caller) =>
    Effect.gen(function* () {
      const type = yield* qualificationTypes.own(context, caller, QualificationTypeId)
      const worker = yield* people.known(context, WorkerId)
      yield* orDefect(context.qualifications.grant(type.local, worker, IntegerValue))
      return {}
    })
  ),
  on(operations.DisassociateQualificationFromWorker, ({ QualificationTypeId, WorkerId }, caller) =>
    Effect.gen(function* () {
      const { type, worker } = yield* granted(context, caller, QualificationTypeId, WorkerId)
      yield* orDefect(context.qualifications.revoke(type.local, worker))
      return {}
    })
  ),
  on(operations.GetQualificationScore, ({ QualificationTypeId, WorkerId }, caller) =>
    Effect.map(granted(context, caller, QualificationTypeId, WorkerId), ({ grant }) => ({ Qualification: show(grant) }))
  ),
  on(operations.ListWorkersWithQualificationType, ({ QualificationTypeId, Status = "Granted", ...asked }, caller) =>
    Effect.gen(function* () {
      const { id: qualification } = yield* qualificationTypes.own(context, caller, QualificationTypeId)
      const { items, ...page } = yield* listing.page(asked, {
        read: (after, limit) =>
          context.store.page(grants, {
            where: { qualification },
            after:
              after === ""
                ? undefined
                : {
                    id: after,
                    qualification,
                    worker: ids.anyWorker,
                    value: Option.none(),
                    generation: 0,
                    changedAt: caller.now
                  },
            limit
          }),
        keyOf: ({ id }) => id,
        show: (found) =>
          Effect.succeed(
            found.map((grant) => ({ key: grant.id, item: show(grant) })).filter(({ item }) => item.Status === Status)
          )
      })
      return { ...page, Qualifications: items }
    })
  )
]
