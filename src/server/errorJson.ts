import * as Schema from "effect/Schema"

/** An error whose JSON carries its message too: what people are shown is written once, where the error is. */
export const told = <A extends { readonly message: string }, I extends object>(
  error: Schema.Schema<A, I>
): Schema.Schema<A, I & { readonly message: string }> =>
  Schema.transform(Schema.extend(Schema.encodedSchema(error), Schema.Struct({ message: Schema.String })), error, {
    strict: true,
    decode: (fields) => fields,
    encode: (fields, { message }) => ({ ...fields, message })
  })
