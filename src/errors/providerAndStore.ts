/** What happened, or may have, on the far side: the crowd's and the store's. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"
import { FiniteDuration } from "../internal/schemas.js"
import * as causes from "./cause.js"

/**
 * An effect on the outside world that may have happened and can be neither repeated nor looked up. It is never sent
 * again by itself: look at the crowd, then tell the journal what you found (`Journal.resolve`).
 *
 * @since 0.1.0
 * @category errors
 */
export class Uncertain extends Schema.TaggedError<Uncertain>("effect-crowd/Uncertain")("Uncertain", {
  token: Ids.Token,
  operation: Schema.String,
  subject: Schema.String
}) {
  override get message() {
    return `It is not known whether ${this.operation} of ${this.subject} reached the crowd. Look there, then tell it to Journal.resolve, with the token ${this.token}.`
  }
}

/**
 * - `Throttled`: refused because of too many calls; did not happen.
 * - `Unavailable`: no answer came; may have happened.
 * - `Rejected`: refused for a reason of its own; did not happen.
 * - `NotYet`: the crowd does not see yet what this builds on, such as a submission of seconds ago; did not happen.
 * - `Malformed`: the answer could not be understood; may have happened.
 *
 * @since 0.1.0
 * @category models
 */
export const ProviderErrorReason = Schema.Literal("Throttled", "Unavailable", "Rejected", "NotYet", "Malformed")

/**
 * @since 0.1.0
 * @category models
 */
export type ProviderErrorReason = typeof ProviderErrorReason.Type

const inWords: { readonly [Reason in ProviderErrorReason]: string } = {
  Throttled: "throttled",
  Unavailable: "unavailable",
  Rejected: "rejected",
  NotYet: "not yet",
  Malformed: "malformed"
}

const wholeSeconds = (duration: Duration.Duration): string =>
  Duration.format(Duration.seconds(Math.ceil(Duration.toSeconds(duration))))

/** What such an error was made from. */
interface Caused {
  readonly cause?: unknown
}

const providerErrorFields = {
  reason: ProviderErrorReason,
  provider: Schema.String,
  method: Schema.String,
  retryAfter: Schema.optionalWith(FiniteDuration, { exact: true }),
  description: Schema.String
}

/**
 * What a crowd's own side answered, or failed to answer, and nothing more specific fits. Of a `cause`, name, message,
 * stack, code and causes are kept for logs; none of them is in its JSON.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProviderError extends Schema.TaggedError<ProviderError>("effect-crowd/ProviderError")(
  "ProviderError",
  providerErrorFields
) {
  // What was decoded comes with its options, as to the constructor of any Schema class: it only has no cause.
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor(
    { cause, ...props }: Schema.Struct.Constructor<typeof providerErrorFields> & Caused,
    options?: Schema.MakeOptions
  ) {
    super(props, options)
    causes.keep(this, cause)
  }
  override get message() {
    const wait = this.retryAfter === undefined ? "" : ` Try again in ${wholeSeconds(this.retryAfter)}.`
    return `${this.provider} ${this.method}: ${inWords[this.reason]}: ${this.description.replace(/\.$/, "")}.${wait}`
  }
  /** Whether the same call may succeed later. */
  get isRetryable(): boolean {
    return this.reason === "Throttled" || this.reason === "Unavailable" || this.reason === "NotYet"
  }
  /** Whether the effect asked for may have taken place all the same. */
  get mayHaveHappened(): boolean {
    return this.reason === "Unavailable" || this.reason === "Malformed"
  }
}

/**
 * - `Unavailable`: cannot be opened or reached.
 * - `Busy`: another process held the database for longer than the busy timeout.
 * - `Newer`, `Older`: written by another version of this library.
 * - `Corrupt`: what is there cannot be read.
 * - `ReadOnly`, `Full`: nothing can be written.
 * - `InTransaction`: called inside a transaction of yours, in which no intent can be made sure of before it is sent.
 * - `Failed`: anything else, as described.
 *
 * @since 0.1.0
 * @category models
 */
export const StoreErrorReason = Schema.Literal(
  "Unavailable",
  "Busy",
  "Newer",
  "Older",
  "Corrupt",
  "ReadOnly",
  "Full",
  "InTransaction",
  "Failed"
)

/**
 * @since 0.1.0
 * @category models
 */
export type StoreErrorReason = typeof StoreErrorReason.Type

const storeErrorFields = { reason: StoreErrorReason, operation: Schema.String, description: Schema.String }

/**
 * What is remembered could not be read or written. What was not written did not happen: nothing was sent for it. A
 * `cause` is kept as in a `ProviderError`.
 *
 * @since 0.1.0
 * @category errors
 */
export class StoreError extends Schema.TaggedError<StoreError>("effect-crowd/StoreError")(
  "StoreError",
  storeErrorFields
) {
  // What was decoded comes with its options, as to the constructor of any Schema class: it only has no cause.
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor(
    { cause, ...props }: Schema.Struct.Constructor<typeof storeErrorFields> & Caused,
    options?: Schema.MakeOptions
  ) {
    super(props, options)
    causes.keep(this, cause)
  }
  override get message() {
    return `The store failed (${this.reason}) at ${this.operation}: ${this.description}`
  }
}
