/** What is on offer to anybody, looked at no more than once a second however many look. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type TaskRun, TaskRuns } from "../../TaskRuns.js"
import { ifThere } from "./found.js"

const runsAtMost = 100

/** A run with something left to do, and how many of its units are free. */
export interface Open {
  readonly run: TaskRun
  readonly left: number
}

export const make = Effect.flatMap(TaskRuns, (runs) =>
  runs.list.pipe(
    Stream.take(runsAtMost),
    Stream.mapEffect((run) =>
      Effect.map(
        ifThere(runs.counts(run.id)),
        Option.map((units) => ({ run, left: units.launched, held: units.assigned }))
      )
    ),
    Stream.filterMap((found) => found),
    Stream.filter(({ held, left }) => left + held > 0),
    Stream.runCollect,
    Effect.map((all): ReadonlyArray<Open> => Chunk.toReadonlyArray(all)),
    Effect.cachedWithTTL("1 second")
  )
)
