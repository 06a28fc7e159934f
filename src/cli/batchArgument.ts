/** The batch that a command is about: where it is, and what is checked before anything is sent. */
import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import type { Batch } from "../Batch.js"
import * as permissions from "./permissions.js"
import * as places from "./places.js"
import * as warnings from "./warnings.js"

export const batchArg = Args.text({ name: "batch" }).pipe(
  Args.withDescription("A directory with task.json, task.html, and data.csv or data.jsonl")
)

/** Where `crowd run` and `crowd serve` will show it. */
export const where = { url: places.options.url, framesUrl: places.options.framesUrl }

interface Given extends Partial<places.Given> {
  readonly batch: string
  readonly strict: boolean
}

/** The batch with all it is warned of; fails where warnings count as faults. */
export const checked = (batch: Batch, given: Given) =>
  Effect.tap(permissions.warned(batch, given), (warned) => warnings.check(warned, given))
