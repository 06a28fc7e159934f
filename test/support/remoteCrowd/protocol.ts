/** What the driver and the crowd's process say to each other, and what that process tells a test. */
import * as Schema from "effect/Schema"

export const Kind = Schema.Literal("launch", "expire", "approve", "reject", "bonus", "block", "unblock")
export type Kind = typeof Kind.Type

/**
 * What the crowd promises of its effects. With `repeatable` it does once what it is asked twice under one token; with
 * `refused` it refuses the second time, and can be looked up; with the others it does it twice, and that is on record. With
 * `confirmOnly` a look-up shows what was done only after a while.
 */
export const Assurance = Schema.Literal("repeatable", "refused", "lookUp", "confirmOnly", "neither")
export type Assurance = typeof Assurance.Type

/** How many milliseconds pass until a look-up that can only confirm shows what was done. */
export const showsAfter = 250

/** What it promises of each kind of effect. */
export const Assurances = Schema.Struct({
  launch: Assurance,
  expire: Assurance,
  approve: Assurance,
  reject: Assurance,
  bonus: Assurance,
  block: Assurance,
  unblock: Assurance
})
export type Assurances = typeof Assurances.Type

export const always = (assurance: Assurance): Assurances => ({
  launch: assurance,
  expire: assurance,
  approve: assurance,
  reject: assurance,
  bonus: assurance,
  block: assurance,
  unblock: assurance
})

/**
 * How often, of one call: refused for being one too many, its answer lost after acting, acted on as late as a crowd may,
 * and that after cutting the caller off.
 */
export const Faults = Schema.Struct({
  throttled: Schema.Number,
  lost: Schema.Number,
  slow: Schema.Number,
  late: Schema.Number
})
export type Faults = typeof Faults.Type

export const Config = Schema.parseJson(
  Schema.Struct({
    seed: Schema.Int,
    promised: Assurances,
    /** Which kinds have to be set up before they are sent. */
    preparing: Schema.Array(Kind),
    faults: Faults,
    /** The longest pause before, and after, each deed, in milliseconds. */
    pause: Schema.Number,
    /** How many milliseconds after a call was sent the crowd still acts on it. */
    timeout: Schema.Number
  })
)
export type Config = typeof Config.Type

const Order = Schema.Struct({
  token: Schema.String,
  subject: Schema.String,
  amount: Schema.Int,
  /** Of those that have to be set up: with which set-up they are sent. */
  setUp: Schema.NullOr(Schema.String)
})

export const Call = Schema.parseJson(Schema.Struct({ kind: Kind, sentAt: Schema.Number, orders: Schema.Array(Order) }))
export type Call = typeof Call.Type

/** What an order came to. */
export const Answer = Schema.Union(
  Schema.TaggedStruct("Done", { remoteId: Schema.String }),
  Schema.TaggedStruct("TooLate", {}),
  Schema.TaggedStruct("Refused", {})
)
export type Answer = typeof Answer.Type

export const Answers = Schema.parseJson(Schema.Array(Answer))

/** The crowd's own name for what each order made; null where there is nothing to be seen of it. */
export const Found = Schema.parseJson(Schema.Array(Schema.NullOr(Schema.String)))

/** The set-ups that were made. */
export const SetUps = Schema.parseJson(Schema.Array(Schema.String))

export const Tokens = Schema.parseJson(Schema.Array(Schema.String))

/** What the crowd did under one token. */
const Entry = Schema.Struct({
  ...Order.fields,
  kind: Kind,
  remoteId: Schema.String,
  asked: Schema.Int,
  acted: Schema.Int,
  /** Made for it, in turn. */
  setUps: Schema.Array(Schema.String),
  /** What was asked that must never be. */
  amiss: Schema.Array(Schema.String)
})
export type Entry = typeof Entry.Type

export const Ledger = Schema.Struct({
  entries: Schema.Array(Entry),
  /** How many calls lost their caller before they were answered. */
  cutOff: Schema.Int
})
export type Ledger = typeof Ledger.Type

/** From the crowd's process to the one that started it. */
export const Told = Schema.Union(
  Schema.TaggedStruct("Listening", { port: Schema.Int }),
  Schema.TaggedStruct("Asked", { kind: Kind })
)
export type Told = typeof Told.Type
