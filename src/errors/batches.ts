/** Batches and files that cannot be used as they are. */
import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"
import { named } from "../internal/schemas.js"

/**
 * How many rows, and the numbers of the first of them.
 *
 * @since 0.1.0
 * @category models
 */
export const RowsNamed = Schema.Struct({ first: Schema.Array(Schema.Int), count: Schema.Int })

/**
 * @since 0.1.0
 * @category models
 */
export interface RowsNamed extends Schema.Schema.Type<typeof RowsNamed> {}

const rowsInWords = ({ count, first }: RowsNamed): string => {
  const more = count - first.length
  return `${count === 1 ? "row" : "rows"} ${first.join(", ")}${more > 0 ? ` and ${more} more` : ""}`
}

/**
 * The batch of this name has changed since its run was launched: another task or template, files of other content, or
 * rows that are not what they were. Rows count from 1; of many, the first are named.
 *
 * @since 0.1.0
 * @category errors
 */
export class BatchChanged extends Schema.TaggedError<BatchChanged>("effect-crowd/BatchChanged")("BatchChanged", {
  run: Ids.RunId,
  batch: Schema.String,
  /** The task or its template is another. */
  task: Schema.Boolean,
  /** Files of `media/` that are others now, the first of them. */
  media: Schema.Array(Schema.String),
  /** Rows that hold something else now. */
  changed: named<RowsNamed>()(RowsNamed),
  /** Rows that are not there any more. */
  gone: named<RowsNamed>()(RowsNamed)
}) {
  override get message() {
    const what = [
      ...(this.task ? ["its task or template is another"] : []),
      ...(this.media.length > 0 ? [`other content in ${this.media.join(", ")}`] : []),
      ...(this.changed.count > 0 ? [`${rowsInWords(this.changed)} changed`] : []),
      ...(this.gone.count > 0 ? [`${rowsInWords(this.gone)} went away`] : [])
    ]
    const how = what.length === 0 ? "" : `: ${what.join("; ")}`
    return `The batch ${this.batch} has changed since ${this.run} was launched from it${how}. Restore it to continue that run, or ask for a fresh run.`
  }
}

/**
 * One fault in a file, with the line it is on where it is on one (from 1).
 *
 * @since 0.1.0
 * @category models
 */
export const Fault = Schema.Struct({
  file: Schema.String,
  line: Schema.optionalWith(Schema.Int, { exact: true }),
  message: Schema.String
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Fault extends Schema.Schema.Type<typeof Fault> {}

const describeFault = (fault: Fault): string =>
  `${fault.file}${fault.line === undefined ? "" : `:${fault.line}`}: ${fault.message}`

/**
 * What cannot be used as it is: a batch directory, a file of bonuses, what a method was given. Names every fault at once;
 * nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidInput extends Schema.TaggedError<InvalidInput>("effect-crowd/InvalidInput")("InvalidInput", {
  path: Schema.String,
  faults: Schema.NonEmptyArray(named<Fault>()(Fault))
}) {
  override get message() {
    const many = this.faults.length === 1 ? "1 fault" : `${this.faults.length} faults`
    return [`${this.path} has ${many}; nothing was sent.`, ...this.faults.map(describeFault)].join("\n  ")
  }
}
