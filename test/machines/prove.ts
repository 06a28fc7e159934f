/** Processes that share the runs of a crowd while they are killed, frozen, restarted and cut off. */
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { TaskRuns } from "../../src/TaskRuns.js"
import * as postgres from "../support/postgres.js"
import { unanswered } from "../support/unanswered.js"
import { until } from "../support/until.js"
import * as atTheCrowd from "./atTheCrowd.js"
import * as campaign from "./campaign.js"
import * as fleets from "./fleet.js"
import { lay } from "./line.js"
import * as ownership from "./ownership.js"
import type { CrowdName } from "./protocol.js"
import type * as script from "./script.js"

export interface Options {
  readonly crowd: CrowdName
  readonly processes: number
  readonly runs: number
  readonly rows: number
  /** Seconds after each event. */
  readonly calm: number
  /** Over so many seconds all work but the last is handed in. */
  readonly lasting: number
  readonly happens: (stage: script.Stage) => ReturnType<typeof script.everyEvent>
}

export interface Proof {
  readonly events: ReadonlyArray<script.Event>
  readonly members: ReadonlyArray<fleets.Member>
  readonly runs: ReadonlyArray<string>
  /** From when each run had an owner until the last work was handed in. */
  readonly during: ownership.Span
  readonly ownership: ownership.Ownership
  /** What the crowd was asked meanwhile, and how many rounds there were. */
  readonly calls: number
  readonly rounds: number
  /** Each thing that is not as it must be, in words. */
  readonly wrong: ReadonlyArray<string>
}

/** All work but the last of each run, evenly over the events; the last once they are over. */
const labour = (runs: ReadonlyArray<Parameters<typeof campaign.workOnce>[0]>, rows: number) => {
  const turns = Array.from({ length: rows - 1 }, (_, turn) => turn)
  const all = (turn: number) => Effect.forEach(runs, (run) => campaign.workOnce(run, `worker-${turn}`))
  const during = (seconds: number) =>
    Effect.forEach(turns, (turn) => Effect.zipRight(all(turn), Effect.sleep((1000 * seconds) / rows)), {
      discard: true
    })
  return { during, last: all(rows) }
}

export const prove = (options: Options): Effect.Effect<Proof, unknown> => {
  const { crowd, rows } = options
  const program = (url: string) =>
    Effect.gen(function* () {
      const line = yield* lay(url)
      const fleet = yield* fleets.make({ url: line.url, crowd, endpoint: yield* campaign.endpoint })
      const before = yield* atTheCrowd.books
      const launched = yield* campaign.launched(options.runs, rows)
      const runs = launched.map(({ id }) => id)
      const living = new Set(yield* Effect.replicateEffect(fleet.start, options.processes))
      const isOwned = Effect.sync(() =>
        runs.every((run) => [...living].some(({ reports }) => reports.at(-1)?.owned.includes(run)))
      )
      yield* until("each run has an owner", isOwned, identity, 30)
      const from = Date.now()
      const calledBefore = yield* campaign.callsAtService
      const { during, last } = labour(launched, rows)
      const stage: script.Stage = { fleet, line, living, calm: options.calm, events: [] }
      yield* Effect.zipRight(options.happens(stage), during(options.lasting), { concurrent: true })
      const span = { from, to: Date.now() }
      const called = yield* campaign.callsAtService
      yield* last
      const wrong: Array<string> = []
      const tell = (error: unknown) => Effect.sync(() => void wrong.push(String(error)))
      const counts = Effect.flatMap(TaskRuns, (all) => Effect.forEach(runs, all.counts))
      const areAccepted = until(
        "every unit is accepted",
        counts,
        (all) => all.every(({ accepted }) => accepted === rows),
        300
      )
      yield* Effect.catchAll(areAccepted, tell)
      yield* Effect.catchAll(
        until("every message is answered", unanswered, (left) => left === 0, 20),
        tell
      )
      for (const run of runs) wrong.push(...(yield* campaign.wrong(run, rows)))
      wrong.push(...(yield* atTheCrowd.wrong(before, runs, rows)))
      return {
        events: stage.events,
        members: fleet.members,
        runs,
        during: span,
        ownership: ownership.ownershipOf(fleet.members, runs),
        calls: crowd === "mturk" ? called - calledBefore : ownership.doneIn(fleet.members, "calls", span),
        rounds: ownership.doneIn(fleet.members, "rounds", span),
        wrong
      }
    })
  return Effect.gen(function* () {
    const url = yield* postgres.url
    return yield* Effect.provide(program(url), campaign.hired(crowd, url))
  }).pipe(Effect.scoped)
}
