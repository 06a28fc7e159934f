/** The rows of a batch on their way into its run. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Batch } from "../Batch.js"
import type { InvalidInput, StoreError, TaskRunNotFound } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import type { Inputs, Service } from "../TaskRuns.js"

/** Few at once, so that the first units are out soon. */
const rowsAtOnce = 64

type LoadError = InvalidInput | TaskRunNotFound | StoreError

/** Adds the rows that are not there yet. */
export interface RowLoader {
  /** Adds the first, for which there is time while the crowd registers the task. */
  readonly first: Effect.Effect<void, LoadError>
  /** Goes on until so many were added, or all are there. For one fiber at a time, and no more once it was interrupted. */
  readonly until: (added: number) => Effect.Effect<void, LoadError>
  /** Adds what is still missing, whatever became of `until`. */
  readonly rest: Effect.Effect<void, LoadError>
}

export const make = (
  runs: Service,
  batch: Batch,
  run: RunId
): Effect.Effect<RowLoader, TaskRunNotFound | StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const there = yield* runs.rows(run)
    const next = yield* Stream.toPull(batch.rows.pipe(Stream.drop(there), Stream.grouped(rowsAtOnce)))
    let added = 0
    let ended = false

    const add = (rows: ReadonlyArray<Inputs>) =>
      Effect.map(runs.addRows(run, there + added, rows), () => {
        added += rows.length
      })

    const end = Effect.sync(() => {
      ended = true
    })

    const more = Effect.matchEffect(next, {
      onFailure: Option.match({ onNone: () => end, onSome: Effect.fail }),
      onSuccess: (groups) => Effect.forEach(groups, (rows) => add(Chunk.toReadonlyArray(rows)), { discard: true })
    })

    const until: RowLoader["until"] = (rows) =>
      Effect.whileLoop({ while: () => !ended && added < rows, body: () => more, step: () => {} })

    const again = Effect.flatMap(make(runs, batch, run), ({ until }) => until(Number.POSITIVE_INFINITY))

    return {
      first: until(2 * rowsAtOnce),
      until,
      rest: Effect.suspend(() => (ended ? Effect.void : Effect.scoped(again)))
    }
  })
