/** What is on offer to anybody, or drafted, looked at no more than once a second however many look. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { RunId } from "../../Ids.js"
import { Provider } from "../../Provider.js"
import { isOver } from "../../provider/runTotals.js"
import { type TaskRun, TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import { noneIfNotFound } from "../notFound.js"

/** A run with something left to do, and how many of its units are free. */
export interface Open {
  readonly run: TaskRun
  readonly left: number
}

export const make = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const units = yield* Units
  const { isDraft } = yield* Provider
  /** Runs of which nothing more came are not counted again, until something does: a HITType can get another HIT. */
  const over = new Set<RunId>()

  const isOpen = (id: RunId) =>
    Effect.exists(["launched", "assigned"] as const, (status) =>
      Effect.map(Stream.runHead(units.list(id, { status })), Option.isSome)
    )

  const count = (run: TaskRun) =>
    Effect.map(
      noneIfNotFound(runs.counts(run.id)),
      Option.flatMap((counts) => {
        if (isOver(counts)) over.add(run.id)
        else over.delete(run.id)
        const open = counts.launched + counts.assigned + (isDraft ? counts.created : 0)
        return open > 0 ? Option.some({ run, left: counts.launched }) : Option.none()
      })
    )

  const look = (run: TaskRun) =>
    Effect.flatMap(over.has(run.id) ? isOpen(run.id) : Effect.succeed(true), (maybe) =>
      maybe ? count(run) : Effect.succeedNone
    )

  return yield* runs.list.pipe(
    Stream.mapEffect(look),
    Stream.filterMap((found) => found),
    Stream.runCollect,
    Effect.map((all): ReadonlyArray<Open> => Chunk.toReadonlyArray(all)),
    Effect.cachedWithTTL("1 second")
  )
})
