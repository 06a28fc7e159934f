/** The batch that a command is about: where it is, and what is checked before anything is sent. */
import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import type { Batch } from "../Batch.js"
import * as devicePermissions from "./devicePermissions.js"
import * as pageAddresses from "./pageAddresses.js"
import { Session } from "./Session.js"
import * as warnings from "./warnings.js"

export const batchArg = Args.text({ name: "batch" }).pipe(
  Args.withDescription("A directory with task.json, task.html, and data.csv or data.jsonl")
)

/** Where `crowd run` and `crowd serve` will show it. */
export const where = { url: pageAddresses.options.url, framesUrl: pageAddresses.options.framesUrl }

interface Given extends Partial<pageAddresses.Given> {
  readonly batch: string
  readonly strict: boolean
}

/** The batch with all it is warned of; fails where the crowd cannot do with it, or warnings count as faults. */
export const checked = (batch: Batch, given: Given) =>
  Effect.gen(function* () {
    const { provider } = yield* Session
    if (provider.check !== undefined) yield* provider.check(batch)
    const warned = yield* devicePermissions.warned(batch, given)
    yield* warnings.check(warned, given)
    return warned
  })
