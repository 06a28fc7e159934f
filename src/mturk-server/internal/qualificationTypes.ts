/** QualificationTypes: each is a qualification of the crowd. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type { Context } from "./context.js"
import * as refusal from "./refusal.js"
import type { HITTypeRow, QualificationTypeRow } from "./rows.js"

export const get = ({ rows }: Context, id: string): Effect.Effect<QualificationTypeRow, refusal.Refusal | StoreError> =>
  Effect.flatMap(
    rows.qualificationTypes.get(id),
    Option.match({ onNone: () => refusal.qualificationTypeDoesNotExist(id), onSome: Effect.succeed })
  )

export const isRequired = ({ requirements }: HITTypeRow, id: string): boolean =>
  Option.exists(requirements, (all) => all.some(({ QualificationTypeId }) => QualificationTypeId === id))
