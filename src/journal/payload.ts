import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { StoreError } from "../CrowdError.js"
import type { Token } from "../Ids.js"
import type { Intent } from "../Journal.js"
import type * as Store from "../Store.js"
import { intents } from "../store/tables.js"

/** What an intent was written down with. */
export const decodePayload = <A, I>(schema: Schema.Schema<A, I>, intent: Intent): Effect.Effect<A, StoreError> =>
  Effect.mapError(
    Schema.decodeUnknown(schema)(intent.payload),
    (error) => new StoreError({ reason: "Corrupt", operation: `read intent ${intent.id}`, description: error.message })
  )

/** An intent speaks of a row that is not there. */
export const missing = (id: string): StoreError =>
  new StoreError({
    reason: "Corrupt",
    operation: "read the journal",
    description: `it speaks of ${id}, which is not there`
  })

/** The rows by their ids. */
export const byId = <Row extends { readonly id: string }>(rows: ReadonlyArray<Row>): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [row.id, row]))

/** It was begun, and it is not known how it ended. */
export const isUnsettled = ({ state }: Intent): boolean => state === "pending" || state === "uncertain"

/** Whether the effect under this token was begun, and it is not known how it ended. */
export const isBegun = (store: Store.Service, token: Token): Effect.Effect<boolean, StoreError> =>
  Effect.map(store.get(intents, token), Option.exists(isUnsettled))
