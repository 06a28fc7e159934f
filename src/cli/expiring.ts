/** Taking a run back, and staying for those who are at work on it. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents } from "../Agents.js"
import type { RunId } from "../Ids.js"
import { type Summary, TaskRuns } from "../TaskRuns.js"
import { Units } from "../Units.js"
import { Session } from "./Session.js"

export interface Expired {
  readonly current: Summary
  /** For how many milliseconds work may still come in. */
  readonly left: number
}

/** Until the next look; not much longer than there is something to wait for. */
const pauseOf = (every: Duration.DurationInput, { left }: Expired) =>
  Duration.min(every, Duration.millis(Math.max(left, 500)))

/** Takes back what is undecided. With `wait`, stays until nobody is at work on it any more. */
export const expire = (run: RunId, { wait }: { readonly wait: boolean }) =>
  Effect.gen(function* () {
    const units = yield* Units
    yield* units.expireAll(run)
    const look = Effect.gen(function* () {
      const current = yield* (yield* TaskRuns).summary(run)
      const until = yield* units.busyUntil(run)
      const now = yield* DateTime.now
      const busy = Option.match(until, { onNone: () => 0, onSome: (end) => DateTime.distance(now, end) })
      return { current, left: Math.max(current.units.assigned === 0 ? 0 : 1, busy) } satisfies Expired
    })
    if (!wait) return yield* look
    const agents = yield* Agents
    const { provider } = yield* Session
    const round = units.sync(run).pipe(Effect.zipRight(agents.endOverdue(run)), Effect.zipRight(look))
    const untilNobody: typeof round = Effect.flatMap(round, (found) =>
      found.left === 0 ? Effect.succeed(found) : Effect.delay(untilNobody, pauseOf(provider.every, found))
    )
    return yield* untilNobody
  })
