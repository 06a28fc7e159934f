/** Unique request tokens, remembered for a day. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type { Context } from "./context.js"
import type { Caller } from "./operation.js"
import type * as refusal from "./refusal.js"

const hours = 24

/**
 * Remembers the token, in the transaction of what is done under it. Where it was used within a day, fails with what
 * `repeated` makes of what it was used for.
 */
export const use = (
  { rows }: Context,
  caller: Caller,
  options: {
    readonly kind: string
    readonly token: string
    readonly hit?: string
    readonly repeated: (hit: string) => refusal.Refusal
  }
): Effect.Effect<void, refusal.Refusal | StoreError> =>
  Effect.gen(function* () {
    const key = `${options.kind}/${caller.requester}/${options.token}`
    const row = { at: caller.now, hit: Option.fromNullable(options.hit) }
    if (yield* rows.tokens.insert(options.kind, key, row)) return
    const known = yield* rows.tokens.get(key)
    const isFresh = Option.exists(known, ({ at }) => DateTime.greaterThan(DateTime.add(at, { hours }), caller.now))
    if (isFresh)
      return yield* options.repeated(
        Option.getOrElse(
          Option.flatMap(known, ({ hit }) => hit),
          () => ""
        )
      )
    yield* rows.tokens.put(options.kind, key, row)
  })
