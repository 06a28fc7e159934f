/** Why a visitor or worker is not let in, gets no unit, or cannot hand in. */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"

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
 * The worker gets no unit of the run now; `reason` says why, and whether to try again.
 *
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
 * What is wrong with the link that somebody came by: it does not say who they are (`missing`), was not filled in by the
 * crowd (`unfilled`), is that of a `preview`, has no proof that holds (`unproven`), or belongs to somebody else (`foreign`).
 *
 * @since 0.1.0
 * @category models
 */
export const LinkFault = Schema.Literal("missing", "unfilled", "preview", "unproven", "foreign")
/**
 * @since 0.1.0
 * @category models
 */
export type LinkFault = typeof LinkFault.Type

/**
 * What a browser sent does not fit the provider's schema, or is not believed. `fault` is for the words of workers' pages,
 * where it is known; `description` for whoever made the link.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidProviderData extends Schema.TaggedError<InvalidProviderData>("effect-crowd/InvalidProviderData")(
  "InvalidProviderData",
  { provider: Schema.String, description: Schema.String, fault: Schema.optionalWith(LinkFault, { exact: true }) }
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
 * Another worker has taken this name, or one that reads the same.
 *
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
 * What a visitor chose is no name; `description` says what is wrong with it.
 *
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
