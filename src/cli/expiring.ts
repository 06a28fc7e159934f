/** Taking a run back, and staying for those who are at work on it. */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents } from "../Agents.js"
import * as Crowd from "../Crowd.js"
import { Receipt } from "../Driver.js"
import { type RunId, UnitId } from "../Ids.js"
import { type Intent, Journal } from "../Journal.js"
import { type Summary, TaskRuns } from "../TaskRuns.js"
import { Units } from "../Units.js"
import { Session } from "./Session.js"

export interface Expired {
  readonly current: Summary
  /** For how many milliseconds work may still come in. */
  readonly left: number
}

/** A unit that somebody was at work on when the crowd took it back, whom only the crowd knows. */
interface Unseen {
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
const unseenOf = (run: RunId) =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const found = (yield* Journal).list("done", run).pipe(
      Stream.filterMap(toUnseen),
      Stream.filter(({ until }) => DateTime.greaterThan(until, now)),
      Stream.runCollect
    )
    return Chunk.toReadonlyArray(yield* found)
  })

/** Of those that have not come in, how long the last may take. */
const unseenFor = (unseen: ReadonlyArray<Unseen>, now: DateTime.Utc) =>
  Effect.gen(function* () {
    const units = yield* (yield* Units).getAll(unseen.map(({ unit }) => unit))
    const open = new Set(units.filter(({ status }) => status === "expired").map(({ id }) => id))
    const left = unseen.filter(({ unit }) => open.has(unit)).map(({ until }) => DateTime.distance(now, until))
    return left.reduce((most, one) => Math.max(most, one), 0)
  })

/** Until the next look; not much longer than there is something to wait for. */
const pauseOf = (every: Duration.DurationInput, { left }: Expired) =>
  Duration.min(every, Duration.millis(Math.max(left, 500)))

/** Takes back what is undecided. With `wait`, stays until nobody is at work on it any more. */
export const expire = (run: RunId, { wait }: { readonly wait: boolean }) =>
  Effect.gen(function* () {
    const longest = yield* Crowd.expire(run)
    const end = DateTime.addDuration(yield* DateTime.now, longest)
    const unseen = yield* unseenOf(run)
    const look = Effect.gen(function* () {
      const now = yield* DateTime.now
      const current = yield* (yield* TaskRuns).summary(run)
      const held = current.units.assigned === 0 ? 0 : Math.max(1, DateTime.distance(now, end))
      return { current, left: Math.max(held, yield* unseenFor(unseen, now)) } satisfies Expired
    })
    if (!wait) return yield* look
    const agents = yield* Agents
    const { provider } = yield* Session
    const round = Crowd.reconcile(run).pipe(Effect.zipRight(agents.endOverdue(run)), Effect.zipRight(look))
    const untilNobody: typeof round = Effect.flatMap(round, (found) =>
      found.left === 0 ? Effect.succeed(found) : Effect.delay(untilNobody, pauseOf(provider.every, found))
    )
    return yield* untilNobody
  })
