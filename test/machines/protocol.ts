/** What a process of the cluster is started with, and what it tells of itself. */
import * as Schema from "effect/Schema"

export const CrowdName = Schema.Literal("mock", "local", "mturk")
export type CrowdName = typeof CrowdName.Type

export const Joining = Schema.parseJson(
  Schema.Struct({
    /** Of the database, by way of the line that can be cut. */
    url: Schema.String,
    crowd: CrowdName,
    /** Where MTurk's protocol is spoken. */
    endpoint: Schema.String
  })
)
export type Joining = typeof Joining.Type

/** A line of a process: what it conducts at this moment, and how much it has done since it began. */
export const Report = Schema.parseJson(
  Schema.Struct({
    at: Schema.Number,
    owned: Schema.Array(Schema.String),
    rounds: Schema.Int,
    /** Calls of the driver: what the crowd was asked. */
    calls: Schema.Int
  })
)
export type Report = typeof Report.Type
