/** What is on offer to anybody, looked at no more than once a second however many look. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { RunId } from "../../Ids.js"
import { isOver } from "../../internal/undecided.js"
import { type TaskRun, TaskRuns } from "../../TaskRuns.js"
import { ifThere } from "./found.js"

/** A run with something left to do, and how many of its units are free. */
export interface Open {
  readonly run: TaskRun
  readonly left: number
}

export const make = Effect.flatMap(TaskRuns, (runs) => {
  /** Runs of which nothing more comes are not counted again. */
  const over = new Set<RunId>()

  const look = (run: TaskRun) =>
    Effect.map(
      ifThere(runs.counts(run.id)),
      Option.flatMap((units) => {
        if (isOver(units)) over.add(run.id)
        return units.launched + units.assigned > 0 ? Option.some({ run, left: units.launched }) : Option.none()
      })
    )

  return runs.list.pipe(
    Stream.filter(({ id }) => !over.has(id)),
    Stream.mapEffect(look),
    Stream.filterMap((found) => found),
    Stream.runCollect,
    Effect.map((all): ReadonlyArray<Open> => Chunk.toReadonlyArray(all)),
    Effect.cachedWithTTL("1 second")
  )
})
