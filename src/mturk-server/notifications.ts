/** Where requesters want to be told of what happens: kept for scripts that insist on it. Nothing is sent. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Context } from "./context.js"
import * as hitTypes from "./hits/hitTypes.js"
import { operations } from "./protocol/model.js"
import { on } from "./protocol/operation.js"
import * as refusal from "./protocol/refusal.js"

const warning =
  "MTurkServer keeps what UpdateNotificationSettings says, and delivers nothing: ask ListReviewableHITs or ListAssignmentsForHIT instead"

const warnOnce = ({ processState: { warned } }: Context): Effect.Effect<void> => {
  if (warned.get(warning) !== undefined) return Effect.void
  warned.set(warning, true)
  return Effect.logWarning(warning)
}

export const handlers = (context: Context) => [
  on(operations.UpdateNotificationSettings, ({ Active, HITTypeId, Notification }, caller) =>
    Effect.gen(function* () {
      if (Active === undefined && Notification === undefined) {
        return yield* refusal.invalidValue("Either Notification or Active is needed.")
      }
      const { requester } = yield* hitTypes.get(context, caller.requester, HITTypeId)
      yield* context.store.transaction(
        Effect.gen(function* () {
          const { notifications } = context.rows
          const known = yield* notifications.get(HITTypeId)
          const notification = Option.orElse(Option.fromNullable(Notification), () =>
            Option.flatMap(known, ({ notification }) => notification)
          )
          const active = Active ?? Option.match(known, { onNone: () => true, onSome: ({ active }) => active })
          yield* notifications.put(requester, HITTypeId, { notification, active })
        })
      )
      yield* warnOnce(context)
      return {}
    })
  )
]
