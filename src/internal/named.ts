import type * as Schema from "effect/Schema"

/** The same Schema, whose type keeps its name as a part of others, where a struct is read as all its fields. */
export const named =
  <A>() =>
  <I, R>(schema: Schema.Schema<A, I, R>): Schema.Schema<A, I, R> =>
    schema
