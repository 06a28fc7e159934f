/** Unique request tokens, remembered for a day. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import type { Context } from "../context.js"
import type { TokenRow } from "../rows.js"
import type { Caller } from "./operation.js"
import type * as refusal from "./refusal.js"

/** What they are used for. */
export const kinds = ["hit", "extend", "expire", "bonus"] as const
export type Kind = (typeof kinds)[number]

const hours = 24

const isOver = ({ at }: typeof TokenRow.Type, now: DateTime.Utc): boolean =>
  DateTime.lessThanOrEqualTo(DateTime.add(at, { hours }), now)

/**
 * Remembers the token, in the transaction of what is done under it. Where it was used within a day, fails with what
 * `repeated` makes of what it was used for.
 */
export const use = (
  { rows }: Context,
  caller: Caller,
  options: {
    readonly kind: Kind
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
    const isFresh = Option.exists(known, (row) => !isOver(row, caller.now))
    if (isFresh)
      return yield* options.repeated(
        Option.getOrElse(
          Option.flatMap(known, ({ hit }) => hit),
          () => ""
        )
      )
    yield* rows.tokens.put(options.kind, key, row)
  })

const pageSize = 500

/** Between two looks through all of them. */
const rest = 60 * 60_000

/** Any of them may have been used again since it was read. */
const removeOver = ({ rows, store }: Context, keys: ReadonlyArray<string>, now: DateTime.Utc) =>
  keys.length === 0
    ? Effect.void
    : store.transaction(
        Effect.gen(function* () {
          const over = yield* Effect.filter(keys, (key) =>
            Effect.map(rows.tokens.get(key), (row) => Option.exists(row, (row) => isOver(row, now)))
          )
          yield* rows.tokens.remove(...over)
        })
      )

const tidyKind = (context: Context, kind: Kind, now: DateTime.Utc): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { tidied } = context.processState
    const { after, from } = tidied.get(kind) ?? { after: "", from: 0 }
    if (now.epochMillis < from) return
    const page = yield* context.rows.tokens.page(kind, { after, limit: pageSize })
    const over = page.filter(({ value }) => isOver(value, now)).map(({ key }) => key)
    yield* removeOver(context, over, now)
    const last = page.length < pageSize ? undefined : page.at(-1)
    tidied.set(
      kind,
      last === undefined ? { after: "", from: now.epochMillis + rest } : { after: last.key, from: now.epochMillis }
    )
  })

/** Removes those whose day is over, of a page of each kind. */
export const tidy = (context: Context, now: DateTime.Utc): Effect.Effect<void, StoreError> =>
  Effect.forEach(kinds, (kind) => tidyKind(context, kind, now), { discard: true })
