/** What a batch is warned of, and what is noted of it, before anything is sent. */
import * as Options from "@effect/cli/Options"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type { Batch } from "../Batch.js"
import type { Plan } from "../Crowd.js"
import { type Fault, InvalidInput } from "../CrowdError.js"
import { say } from "./Screen.js"

export const strict = Options.boolean("strict").pipe(
  Options.withDescription("Take what the batch is warned of for faults, and send nothing then")
)

/** Fails with the warnings where they count as faults. */
export const check = ({ warnings }: Batch, given: { readonly batch: string; readonly strict: boolean }) =>
  given.strict && Arr.isNonEmptyReadonlyArray(warnings)
    ? Effect.fail(new InvalidInput({ path: given.batch, faults: warnings }))
    : Effect.void

const line = (word: string, { file, line, message }: Fault): string =>
  `${word}: ${file}${line === undefined ? "" : `:${line}`}: ${message}`

/** One line each; what the crowd says of the price comes last. */
export const lines = ({
  notes,
  provider,
  remarks,
  warnings
}: Pick<Plan, "notes" | "provider" | "remarks" | "warnings">): ReadonlyArray<string> => [
  ...warnings.map((fault) => line("warning", fault)),
  ...notes.map((fault) => line("note", fault)),
  ...remarks.map((remark) => `note: ${provider}: ${remark}`)
]

/** Says the warnings, and what the crowd says of the price, beside the results. */
export const sayAll = (plan: Plan) => Effect.forEach(lines({ ...plan, notes: [] }), say, { discard: true })
