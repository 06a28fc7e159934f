/** The command expire: takes a run back, and may stay for those who are at work on it. */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Agents } from "../../Agents.js"
import type { RunId } from "../../Ids.js"
import { type Summary, TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import * as Invocation from "../Invocation.js"
import { runArg } from "../runArgument.js"
import * as Session from "../Session.js"
import { stoppable } from "../stopping.js"
import * as summary from "../summary.js"

export interface Expired {
  readonly current: Summary
  /** For how many milliseconds work may still come in. */
  readonly left: number
}

/** Until the next look; not much longer than there is something to wait for. */
const pauseOf = (every: Duration.DurationInput, { left }: Expired) =>
  Duration.min(every, Duration.millis(Math.max(left, 500)))

/** Takes back what is undecided. With `wait`, stays until nobody is at work on it any more. */
const takeBack = (run: RunId, { wait }: { readonly wait: boolean }) =>
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
    const { provider } = yield* Session.Session
    const round = units.sync(run).pipe(Effect.zipRight(agents.endOverdue(run)), Effect.zipRight(look))
    const untilNobody: typeof round = Effect.flatMap(round, (found) =>
      found.left === 0 ? Effect.succeed(found) : Effect.delay(untilNobody, pauseOf(provider.every, found))
    )
    return yield* untilNobody
  })

const wait = Options.boolean("wait").pipe(Options.withDescription("Stay until nobody is at work on the run any more"))

const expiredText = ({ current, left }: Expired, waiting: string): string => {
  const { assigned, expired } = current.units
  const late = assigned === 0 ? "Work" : format.count(assigned, "unit")
  const working =
    left === 0
      ? "Nobody is at work on it."
      : `${late} may still come in for ${format.clock(left)}; ${waiting} stays for it.`
  return `${current.run}: ${format.count(expired, "unit")} expired. ${working}`
}

export const expire = Command.make("expire", { run: runArg, wait, ...globalOptions }, (given) =>
  Session.withCrowd(
    given,
    stoppable(
      `expire ${given.run} --wait`,
      "goes on waiting.",
      Effect.gen(function* () {
        const expired = yield* takeBack(given.run, { wait: given.wait })
        const { current, left } = expired
        const waiting = yield* Invocation.crowd(`expire ${given.run} --wait`)
        yield* summary.answer({ run: given.run, units: current.units, waitMillis: left }, () =>
          expiredText(expired, waiting)
        )
      })
    )
  )
).pipe(Command.withDescription("Take every undecided unit back from the crowd"))
