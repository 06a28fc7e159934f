/** What is read of the API's answers; everything else in them is passed over, and no status is unheard of. */
import * as Schema from "effect/Schema"
import { Currency, Minor } from "../Money.js"

/** Ids are hexadecimal, 24 digits long; the API's document does not say so, so that others pass too. */
export const Id = Schema.String.pipe(Schema.pattern(/^[0-9a-zA-Z-]{1,64}$/))

/** What may be left out, and null. */
export const maybe = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(schema, { as: "Option", nullable: true })

/** Written with spaces or underscores, in capitals or not, as the API and its clients do. */
const status = <S extends string>(...known: ReadonlyArray<S>): Schema.Schema<S | "UNKNOWN", string> => {
  const lettersOf = (text: string) => text.toUpperCase().replace(/[^A-Z]/g, "")
  return Schema.transform(Schema.String, Schema.Literal<ReadonlyArray<S | "UNKNOWN">>(...known, "UNKNOWN"), {
    strict: true,
    decode: (text) => known.find((one) => lettersOf(one) === lettersOf(text)) ?? "UNKNOWN",
    encode: (text) => text
  })
}

/** Some amounts come as fractions of a minor unit; what something costs is never less than what is said. */
export const Amount = Schema.transform(Schema.NonNegative.pipe(Schema.finite()), Minor, {
  strict: true,
  decode: Math.ceil,
  encode: (minor) => minor
})

export const listOf = <A, I>(item: Schema.Schema<A, I>) => Schema.Struct({ results: Schema.Array(item) })

export const User = Schema.Struct({ id: Schema.String, email: maybe(Schema.String) })

/** A workspace or a project. */
export const Named = Schema.Struct({ id: Id, title: Schema.String })
export type Named = typeof Named.Type

export const Balance = Schema.Struct({ currency_code: Currency, available_balance: Schema.Number })

export const StudyStatus = status(
  "UNPUBLISHED",
  "SCHEDULED",
  "PUBLISHING",
  "ACTIVE",
  "AWAITING REVIEW",
  "PAUSED",
  "COMPLETED",
  "PROCESSING"
)
export type StudyStatus = typeof StudyStatus.Type

export const StudyShort = Schema.Struct({
  id: Id,
  internal_name: maybe(Schema.String),
  status: Schema.optionalWith(StudyStatus, { default: () => "UNKNOWN" }),
  date_created: Schema.optionalWith(Schema.String, { default: () => "", nullable: true })
})
export type StudyShort = typeof StudyShort.Type

const Code = Schema.Struct({ code: Schema.NullOr(Schema.String), code_type: Schema.String })

export const Study = Schema.Struct({
  id: Id,
  status: StudyStatus,
  reward: Schema.Number,
  total_available_places: Schema.Number,
  places_taken: maybe(Schema.Number),
  completion_codes: Schema.Array(Code),
  fees_percentage: maybe(Schema.Unknown),
  vat_percentage: maybe(Schema.Unknown)
})
export type Study = typeof Study.Type

export const TestStudy = Schema.Struct({ study_id: Id, study_url: Schema.String })

const Priced = Schema.Struct({ amount: Amount, currency: Schema.optional(Schema.String) })

export const Cost = Schema.Struct({ rewards: Schema.Struct({ rewards: Priced, fees: Priced, tax: Priced }) })

export const TotalCost = Schema.Struct({ total_cost: Amount })

/** The first is the newest. */
export const Recommendations = Schema.Array(
  Schema.Struct({ currency: Schema.String, min_reward_per_hour: Amount, recommended_reward_per_hour: Amount })
)

export const SubmissionStatus = status(
  "RESERVED",
  "ACTIVE",
  "TIMED-OUT",
  "AWAITING REVIEW",
  "APPROVED",
  "REJECTED",
  "RETURNED",
  "SCREENED OUT",
  "PARTIALLY APPROVED",
  "PROCESSING"
)
export type SubmissionStatus = typeof SubmissionStatus.Type

const common = {
  id: Id,
  status: SubmissionStatus,
  started_at: maybe(Schema.DateTimeUtc),
  completed_at: maybe(Schema.DateTimeUtc),
  return_requested: maybe(Schema.String)
}

/** As lists have it. */
export const SubmissionShort = Schema.Struct({
  ...common,
  participant_id: Id,
  study_code: maybe(Schema.String)
})
export type SubmissionShort = typeof SubmissionShort.Type

/** As it is asked for by its id. */
export const Submission = Schema.Struct({
  ...common,
  participant: Id,
  study_id: Id,
  entered_code: maybe(Schema.String),
  bonus_payments: Schema.optionalWith(Schema.Array(Schema.Number), { default: () => [], nullable: true })
})
export type Submission = typeof Submission.Type

const Bound = Schema.Union(Schema.Number, Schema.String)

export const Filter = Schema.Struct({
  filter_id: Schema.String,
  title: Schema.String,
  type: Schema.Literal("select", "range"),
  choices: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.Unknown }), { default: () => ({}) }),
  min: maybe(Bound),
  max: maybe(Bound)
})
export type Filter = typeof Filter.Type
