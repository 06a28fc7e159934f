/** What the processes of the storm are started with, and what the market tells. */
import * as Schema from "effect/Schema"

/** The market's. */
export const Stall = Schema.parseJson(
  Schema.Struct({
    file: Schema.String,
    seed: Schema.Int,
    /** The share of all calls that each fault befalls. */
    shares: Schema.Struct({
      dropBefore: Schema.Number,
      dropAfter: Schema.Number,
      throttle: Schema.Number,
      serverError: Schema.Number,
      unavailable: Schema.Number,
      emptyPage: Schema.Number
    })
  })
)
export type Stall = typeof Stall.Type

/** The requester's. */
export const Errand = Schema.parseJson(
  Schema.Struct({
    file: Schema.String,
    url: Schema.String,
    units: Schema.Int,
    /** How long a call may take, in milliseconds. */
    timeout: Schema.Number
  })
)
export type Errand = typeof Errand.Type

export const Told = Schema.Union(
  Schema.TaggedStruct("Listening", { port: Schema.Int }),
  Schema.TaggedStruct("Called", { operation: Schema.String, fault: Schema.NullOr(Schema.String) })
)
export type Told = typeof Told.Type

/** Both processes know them. */
export const credentials = { accessKeyId: "AKIDSTORM", secretAccessKey: "the secret of the storm" }

/** What the account begins with, in cents. */
export const opening = 10_000_000
