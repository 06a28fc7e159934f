/** The command runs: all runs of the database, whatever crowds they are on. */
import * as Command from "@effect/cli/Command"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../../CrowdError.js"
import * as runTotals from "../../provider/runTotals.js"
import { Store } from "../../Store.js"
import type { Cost, TaskRun } from "../../TaskRuns.js"
import { nameOf } from "../Database.js"
import { NoRunYet } from "../failure.js"
import * as findCrowd from "../findCrowd.js"
import * as format from "../format.js"
import { globalOptions } from "../globalOptions.js"
import { print } from "../Screen.js"
import * as Session from "../Session.js"
import * as summary from "../summary.js"

/** A run in one line. */
export interface Line {
  readonly run: TaskRun
  readonly decided: number
  readonly units: number
  readonly toReview: number
  readonly cost: Cost
}

const lineOf = (run: TaskRun): Effect.Effect<Line, StoreError, Store> =>
  Effect.gen(function* () {
    const store = yield* Store
    const units = yield* runTotals.units(store, run.id)
    const cost = yield* runTotals.cost(store, run)
    return {
      run,
      decided: summary.decided({ units }),
      units: summary.total({ units }),
      toReview: units.completed,
      cost
    }
  })

const cellsOf = ({ cost, decided, run, toReview, units }: Line): ReadonlyArray<string> => [
  run.id,
  format.plain(run.name),
  run.provider,
  DateTime.formatIso(run.createdAt).slice(0, 16).replace("T", " "),
  `${format.number(decided)} of ${format.number(units)}`,
  format.number(toReview),
  format.total(cost)
]

const header = ["run", "batch", "crowd", "begun (UTC)", "decided", "to review", "spent"]

/** The lines as a table, its columns as wide as what is in them. */
export const toText = (lines: ReadonlyArray<Line>): string => {
  const rows = [header, ...lines.map(cellsOf)]
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      Arr.zipWith(row, widths, (cell, width) => cell.padEnd(width))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const toJson = ({ cost, decided, run, toReview, units }: Line) => ({
  run: run.id,
  batch: run.name,
  provider: run.provider,
  begun: DateTime.formatIso(run.createdAt),
  decided,
  units,
  toReview,
  cost
})

export const runs = Command.make("runs", globalOptions, (given) =>
  Session.withDatabase(given, ({ database, json, named }) =>
    Effect.gen(function* () {
      const asked = Stream.filter(
        findCrowd.runs,
        ({ provider }) => Option.getOrElse(named, () => provider) === provider
      )
      const lines = Chunk.toReadonlyArray(
        yield* Stream.runCollect(Stream.mapEffect(asked, ({ found }) => lineOf(found)))
      )
      if (json) return yield* print(JSON.stringify({ runs: lines.map(toJson) }))
      if (lines.length > 0) return yield* print(toText(lines))
      const crowd = Option.match(named, { onNone: () => ({}), onSome: ({ name }) => ({ provider: name }) })
      return yield* new NoRunYet({ path: nameOf(database), ...crowd })
    })
  )
).pipe(Command.withDescription("All runs, newest first: batch, crowd, when begun, how far, what was spent"))
