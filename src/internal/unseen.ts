/** Workers whom only the crowd knows, still at work on what was taken back. */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import { Receipt } from "../Driver.js"
import { type RunId, UnitId } from "../Ids.js"
import { type Intent, Journal } from "../Journal.js"
import { Units } from "../Units.js"

/** A unit that somebody was at work on when the crowd took it back, whom only the crowd knows. */
export interface Unseen {
  readonly unit: UnitId
  readonly until: DateTime.Utc
}

const decodeReceipt = Schema.decodeUnknownOption(Receipt)
const decodeUnit = Schema.decodeOption(UnitId)

const toUnseen = ({ kind, receipt, settledAt, subject }: Intent): Option.Option<Unseen> =>
  Option.gen(function* () {
    const { wait } = yield* Option.flatMap(receipt, decodeReceipt)
    return { unit: yield* decodeUnit(subject), until: DateTime.addDuration(yield* settledAt, wait) }
  }).pipe(Option.filter(() => kind === "expire"))

/** What the crowd answered is in the journal, also that of an earlier time. */
export const unseenOf = (run: RunId): Effect.Effect<ReadonlyArray<Unseen>, StoreError, Journal> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const found = (yield* Journal).list("done", run).pipe(
      Stream.filterMap(toUnseen),
      Stream.filter(({ until }) => DateTime.greaterThan(until, now)),
      Stream.runCollect
    )
    return Chunk.toReadonlyArray(yield* found)
  })

/** For how many milliseconds work of those that have not come in may still come. */
export const unseenFor = (unseen: ReadonlyArray<Unseen>): Effect.Effect<number, StoreError, Units> =>
  Effect.gen(function* () {
    if (unseen.length === 0) return 0
    const now = yield* DateTime.now
    const units = yield* (yield* Units).getAll(unseen.map(({ unit }) => unit))
    const open = new Set(units.filter(({ status }) => status === "expired").map(({ id }) => id))
    const left = unseen.filter(({ unit }) => open.has(unit)).map(({ until }) => DateTime.distance(now, until))
    return left.reduce((most, one) => Math.max(most, one), 0)
  })
