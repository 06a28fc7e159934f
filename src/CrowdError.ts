/**
 * Every way in which hiring a crowd can fail, as classes, as one union type and as a Schema. Each class survives
 * encode → JSON → decode, carries the ids of what it speaks about as fields, and has a message a person can act on.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as Ids from "./Ids.js"
import * as causes from "./internal/cause.js"
import { FiniteDuration } from "./internal/finite.js"
import { named } from "./internal/named.js"
import * as Money from "./Money.js"

const Entity = Schema.Literal(
  "Requester",
  "TaskRun",
  "Assignment",
  "Unit",
  "Worker",
  "Agent",
  "Qualification",
  "Intent"
)

/**
 * @since 0.1.0
 * @category errors
 */
export class RequesterNotFound extends Schema.TaggedError<RequesterNotFound>("effect-crowd/RequesterNotFound")(
  "RequesterNotFound",
  { requester: Schema.String }
) {
  override get message() {
    return `No requester ${this.requester}. Register one first (Requesters.register).`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class TaskRunNotFound extends Schema.TaggedError<TaskRunNotFound>("effect-crowd/TaskRunNotFound")(
  "TaskRunNotFound",
  { run: Schema.String }
) {
  override get message() {
    return `No run ${this.run}. TaskRuns.list has the runs of this provider.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class UnitNotFound extends Schema.TaggedError<UnitNotFound>("effect-crowd/UnitNotFound")("UnitNotFound", {
  unit: Schema.String
}) {
  override get message() {
    return `No unit ${this.unit}. Is this the database it was launched from?`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class WorkerNotFound extends Schema.TaggedError<WorkerNotFound>("effect-crowd/WorkerNotFound")(
  "WorkerNotFound",
  { worker: Schema.String }
) {
  override get message() {
    return `No worker ${this.worker}. A worker is known from the first unit they accept.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class AgentNotFound extends Schema.TaggedError<AgentNotFound>("effect-crowd/AgentNotFound")("AgentNotFound", {
  agent: Schema.String
}) {
  override get message() {
    return `No agent ${this.agent}: nothing was accepted or submitted under that id.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class QualificationNotFound extends Schema.TaggedError<QualificationNotFound>(
  "effect-crowd/QualificationNotFound"
)("QualificationNotFound", { qualification: Schema.String }) {
  override get message() {
    return `No qualification ${this.qualification}. Create it first.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class IntentNotFound extends Schema.TaggedError<IntentNotFound>("effect-crowd/IntentNotFound")(
  "IntentNotFound",
  { token: Schema.String }
) {
  override get message() {
    return `No uncertain effect has the token ${this.token}. Journal.list has those there are.`
  }
}

/** Statuses of an agent before, or without, a submission. */
const withoutWork = ["accepted", "in_task", "disconnected", "returned", "expired"]

/**
 * The table of transitions (`States`) has no way from where the entity is by this operation.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidTransition extends Schema.TaggedError<InvalidTransition>("effect-crowd/InvalidTransition")(
  "InvalidTransition",
  { entity: Entity, id: Schema.String, from: Schema.String, operation: Schema.String }
) {
  override get message() {
    const empty = this.entity === "Agent" && withoutWork.includes(this.from) ? " and has submitted nothing" : ""
    return `Cannot ${this.operation} ${this.id}: this ${this.entity.toLowerCase()} is ${this.from}${empty}.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class InsufficientFunds extends Schema.TaggedError<InsufficientFunds>("effect-crowd/InsufficientFunds")(
  "InsufficientFunds",
  {
    needed: Money.Money,
    available: Money.Money,
    /** Of a launch that was not begun: how many units were sent before, how many were to be sent now, and how many of those the money buys. */
    launch: Schema.optionalWith(Schema.Struct({ sent: Schema.Int, toSend: Schema.Int, affordable: Schema.Int }), {
      exact: true
    })
  }
) {
  override get message() {
    const needed = `${Money.format(this.needed)} needed`
    const available = `${Money.format(this.available)} available`
    if (this.launch === undefined) return `Not enough money: ${needed}, ${available}. Nothing was sent; add funds.`
    const { affordable, sent, toSend } = this.launch
    const before = sent === 0 ? "Nothing was sent" : `${sent} were sent before, and nothing now`
    return `Not enough money: ${needed} for ${toSend} units, ${available}, which buys ${affordable}. ${before}; add funds or launch fewer units.`
  }
}

/**
 * What a worker should be told with a decision cannot be. Nothing was decided.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidFeedback extends Schema.TaggedError<InvalidFeedback>("effect-crowd/InvalidFeedback")(
  "InvalidFeedback",
  { description: Schema.String }
) {
  override get message() {
    return `This feedback cannot be given: ${this.description}. Nothing was decided.`
  }
}

/**
 * An amount in a currency that is not paid here: the crowd pays in others, or the run is accounted in another one.
 *
 * @since 0.1.0
 * @category errors
 */
export class CurrencyNotPaid extends Schema.TaggedError<CurrencyNotPaid>("effect-crowd/CurrencyNotPaid")(
  "CurrencyNotPaid",
  { provider: Schema.String, currency: Schema.String, paid: Schema.NonEmptyArray(Schema.String) }
) {
  override get message() {
    const paid = this.paid.join(", ")
    return `${this.provider} pays in ${paid} here, not in ${this.currency}. Nothing was sent; write the amount in ${paid}.`
  }
}

/**
 * Why a worker may not take a unit.
 *
 * @since 0.1.0
 * @category models
 */
export type IneligibleReason =
  | { readonly _tag: "Blocked" }
  | { readonly _tag: "LacksQualification"; readonly qualification: string }
  | { readonly _tag: "OverWorkerLimit"; readonly limit: number }
  | { readonly _tag: "OverRowLimit"; readonly limit: number }
  | { readonly _tag: "AlreadyWorked" }
  | { readonly _tag: "NothingLeft" }
/**
 * @since 0.1.0
 * @category models
 */
export const IneligibleReason: Schema.Schema<IneligibleReason> = Schema.Union(
  Schema.TaggedStruct("Blocked", {}),
  Schema.TaggedStruct("LacksQualification", { qualification: Schema.String }),
  Schema.TaggedStruct("OverWorkerLimit", { limit: Schema.Int }),
  Schema.TaggedStruct("OverRowLimit", { limit: Schema.Int }),
  Schema.TaggedStruct("AlreadyWorked", {}),
  Schema.TaggedStruct("NothingLeft", {})
)

const explain = (reason: IneligibleReason): string => {
  switch (reason._tag) {
    case "Blocked":
      return "they are blocked by this requester"
    case "LacksQualification":
      return `they lack the qualification ${reason.qualification}`
    case "OverWorkerLimit":
      return `they hold or have submitted as many units as one worker may (${reason.limit})`
    case "OverRowLimit":
      return `they were shown as many different assignments as one worker may be (${reason.limit}), and none of these is free`
    case "AlreadyWorked":
      return "they have already worked on every assignment that is left"
    case "NothingLeft":
      return "no unit is free just now"
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class NotEligible extends Schema.TaggedError<NotEligible>("effect-crowd/NotEligible")("NotEligible", {
  run: Ids.RunId,
  worker: Schema.String,
  reason: IneligibleReason
}) {
  override get message() {
    return `Worker ${this.worker} cannot work on ${this.run}: ${explain(this.reason)}.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class CredentialsRejected extends Schema.TaggedError<CredentialsRejected>("effect-crowd/CredentialsRejected")(
  "CredentialsRejected",
  { provider: Schema.String, description: Schema.String }
) {
  override get message() {
    return `${this.provider} does not accept these credentials: ${this.description}`
  }
}

/**
 * What a requester was registered with does not fit `Requesters.registerArgs`.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRegisterArgs extends Schema.TaggedError<InvalidRegisterArgs>("effect-crowd/InvalidRegisterArgs")(
  "InvalidRegisterArgs",
  { provider: Schema.String, description: Schema.String }
) {
  override get message() {
    return `${this.provider} cannot register a requester from this: ${this.description}`
  }
}

/**
 * What a browser sent does not fit the provider's schema.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidProviderData extends Schema.TaggedError<InvalidProviderData>("effect-crowd/InvalidProviderData")(
  "InvalidProviderData",
  { provider: Schema.String, description: Schema.String }
) {
  override get message() {
    return `${this.provider} cannot read what the browser sent: ${this.description}`
  }
}

/**
 * Answers that cannot be kept: not JSON, larger than `Agents.maxAnswersBytes`, or of more names than
 * `Agents.maxAnswerNames`.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidAnswers extends Schema.TaggedError<InvalidAnswers>("effect-crowd/InvalidAnswers")(
  "InvalidAnswers",
  { agent: Ids.AgentId, description: Schema.String }
) {
  override get message() {
    return `The answers of ${this.agent} cannot be kept: ${this.description}`
  }
}

/**
 * Work in which nothing is filled in, of a task that has something to fill in.
 *
 * @since 0.1.0
 * @category errors
 */
export class NothingAnswered extends Schema.TaggedError<NothingAnswered>("effect-crowd/NothingAnswered")(
  "NothingAnswered",
  { agent: Ids.AgentId }
) {
  override get message() {
    return "Nothing is filled in. Answer what the task asks, then submit it."
  }
}

/**
 * Somebody sent work in the name of an agent that is another worker's.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotYourAgent extends Schema.TaggedError<NotYourAgent>("effect-crowd/NotYourAgent")("NotYourAgent", {
  agent: Ids.AgentId,
  /** Who asked, as far as that is known. */
  worker: Schema.String
}) {
  override get message() {
    return `${this.agent} is not the work of ${this.worker}. Nothing was stored.`
  }
}

/**
 * The agent has submitted already, and with other answers; the first ones stand.
 *
 * @since 0.1.0
 * @category errors
 */
export class AlreadySubmitted extends Schema.TaggedError<AlreadySubmitted>("effect-crowd/AlreadySubmitted")(
  "AlreadySubmitted",
  { agent: Ids.AgentId }
) {
  override get message() {
    return `${this.agent} was submitted before with other answers; the first ones stand.`
  }
}

/**
 * A visitor whom the crowd does not let in, before anything else is looked at.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unwelcome extends Schema.TaggedError<Unwelcome>("effect-crowd/Unwelcome")("Unwelcome", {
  address: Schema.String,
  reason: Schema.Literal("denied", "not_allowed", "unreadable", "blocked")
}) {
  override get message() {
    return {
      denied: `${this.address} is on the list of addresses that may not take part.`,
      not_allowed: `${this.address} is not among the addresses that may take part. Ask the requester to add it.`,
      blocked: `Somebody who worked from ${this.address} is blocked, and nobody else takes part from there. If that is not you, ask the requester to let you in.`,
      unreadable: `It is not known from which address this comes ("${this.address}"). A proxy in between must be configured.`
    }[this.reason]
  }
}

/**
 * Visitors of this crowd give themselves a name, and this one has none yet.
 *
 * @since 0.1.0
 * @category errors
 */
export class NameNeeded extends Schema.TaggedError<NameNeeded>("effect-crowd/NameNeeded")("NameNeeded", {}) {
  override get message() {
    return "Choose a name first."
  }
}

/**
 * The address holds a task of the run already, in a browser that is not this one: somebody else's behind the same
 * address, or another one of the same person, who may say so.
 *
 * @since 0.1.0
 * @category errors
 */
export class HeldByAddress extends Schema.TaggedError<HeldByAddress>("effect-crowd/HeldByAddress")("HeldByAddress", {
  run: Ids.RunId,
  since: Schema.DateTimeUtcFromNumber
}) {
  override get message() {
    return `This address has held a task of ${this.run} since ${DateTime.formatIso(this.since)}, in another browser. If that was you, say so (POST /api/work/runs/${this.run}/agents/mine) and go on with it; otherwise wait until it is submitted or given back.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class NameTaken extends Schema.TaggedError<NameTaken>("effect-crowd/NameTaken")("NameTaken", {
  name: Schema.String
}) {
  override get message() {
    return `Somebody is called ${this.name} already. If that is you, use the browser you began with, or have the requester free the name (Local.release); otherwise choose another name.`
  }
}

/**
 * Visitors from this address have taken as many new names as may be taken there in an hour.
 *
 * @since 0.1.0
 * @category errors
 */
export class TooManyNames extends Schema.TaggedError<TooManyNames>("effect-crowd/TooManyNames")("TooManyNames", {
  address: Schema.String,
  perHour: Schema.Int
}) {
  override get message() {
    return `From ${this.address} ${this.perHour} new names were taken within an hour. Wait, use the browser that has your name, or ask the requester to allow more (namesPerHour).`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class NameNotTaken extends Schema.TaggedError<NameNotTaken>("effect-crowd/NameNotTaken")("NameNotTaken", {
  name: Schema.String
}) {
  override get message() {
    return `Nobody is called ${this.name}: no visitor has chosen this name.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class InvalidName extends Schema.TaggedError<InvalidName>("effect-crowd/InvalidName")("InvalidName", {
  name: Schema.String,
  description: Schema.String
}) {
  override get message() {
    return `"${this.name}" cannot be a worker's name: ${this.description}.`
  }
}

/**
 * A layer was given a setting that makes no sense.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidSetting extends Schema.TaggedError<InvalidSetting>("effect-crowd/InvalidSetting")(
  "InvalidSetting",
  { setting: Schema.String, value: Schema.String, description: Schema.String }
) {
  override get message() {
    return `The setting ${this.setting} cannot be "${this.value}": ${this.description}.`
  }
}

/**
 * This crowd pays a bonus only for work on a unit.
 *
 * @since 0.1.0
 * @category errors
 */
export class BonusNeedsUnit extends Schema.TaggedError<BonusNeedsUnit>("effect-crowd/BonusNeedsUnit")(
  "BonusNeedsUnit",
  { worker: Ids.WorkerId }
) {
  override get message() {
    return `A bonus for ${this.worker} must name a unit they worked on.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class BlockNeedsScope extends Schema.TaggedError<BlockNeedsScope>("effect-crowd/BlockNeedsScope")(
  "BlockNeedsScope",
  { worker: Ids.WorkerId }
) {
  override get message() {
    return `Blocking ${this.worker} must name the requester, or a unit whose requester it is.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export class QualificationExists extends Schema.TaggedError<QualificationExists>("effect-crowd/QualificationExists")(
  "QualificationExists",
  { name: Schema.String }
) {
  override get message() {
    return `A qualification named ${this.name} exists already; use it, or choose another name.`
  }
}

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

/**
 * Every failure as a Schema, for logs, wires and `--json`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CrowdError = Schema.Union(
  RequesterNotFound,
  TaskRunNotFound,
  UnitNotFound,
  WorkerNotFound,
  AgentNotFound,
  QualificationNotFound,
  IntentNotFound,
  InvalidTransition,
  InsufficientFunds,
  CurrencyNotPaid,
  NotEligible,
  CredentialsRejected,
  InvalidRegisterArgs,
  InvalidProviderData,
  InvalidAnswers,
  NothingAnswered,
  InvalidFeedback,
  NotYourAgent,
  AlreadySubmitted,
  Unwelcome,
  NameNeeded,
  HeldByAddress,
  NameTaken,
  TooManyNames,
  NameNotTaken,
  InvalidName,
  InvalidSetting,
  BonusNeedsUnit,
  BlockNeedsScope,
  QualificationExists,
  BatchChanged,
  InvalidInput,
  Uncertain,
  ProviderError,
  StoreError
)
/**
 * @since 0.1.0
 * @category models
 */
export type CrowdError = typeof CrowdError.Type
