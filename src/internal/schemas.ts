/** Schemas that several rooms are made of. */

import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** An error whose JSON carries its message too: what people are shown is written once, where the error is. */
export const withMessage = <A extends { readonly message: string }, I extends object>(
  error: Schema.Schema<A, I>
): Schema.Schema<A, I & { readonly message: string }> =>
  Schema.transform(Schema.extend(Schema.encodedSchema(error), Schema.Struct({ message: Schema.String })), error, {
    strict: true,
    decode: (fields) => fields,
    encode: (fields, { message }) => ({ ...fields, message })
  })

/** The same Schema, whose type keeps its name as a part of others, where a struct is read as all its fields. */
export const named =
  <A>() =>
  <I, R>(schema: Schema.Schema<A, I, R>): Schema.Schema<A, I, R> =>
    schema

/** A length of time as milliseconds; not an endless one, which JSON cannot hold. */
export const FiniteDuration: Schema.Schema<Duration.Duration, number> = Schema.DurationFromMillis.pipe(
  Schema.filter((duration) => Duration.isFinite(duration) || "expected a length of time that ends"),
  Schema.annotations({ arbitrary: () => (fc) => fc.integer({ min: 0, max: 1e12 }).map(Duration.millis) })
)
