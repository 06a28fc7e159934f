import { describe, expect, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as codec from "../../src/store/codec.js"
import * as tables from "../../src/store/tables.js"

const Tagged = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("a"), size: Schema.NumberFromString }),
  Schema.Struct({ kind: Schema.Literal("b"), size: Schema.String })
)

interface Tree {
  readonly name: string
  readonly below: ReadonlyArray<Tree>
}
const Tree: Schema.Schema<Tree> = Schema.Struct({
  name: Schema.String,
  below: Schema.Array(Schema.suspend((): Schema.Schema<Tree> => Tree))
})

/** One of every form, those also that are left to Effect. */
const forms = {
  optional: Schema.Struct({ a: Schema.optional(Schema.String), b: Schema.optionalWith(Schema.Int, { exact: true }) }),
  defaults: Schema.Struct({ a: Schema.optionalWith(Schema.Int, { default: () => 1 }) }),
  renamed: Schema.Struct({ a: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("b")) }),
  refined: Schema.Struct({ a: Schema.Int.pipe(Schema.between(1, 9)), b: Schema.NonEmptyTrimmedString }),
  filtered: Schema.Struct({ a: Schema.Int, b: Schema.Int }).pipe(Schema.filter(({ a, b }) => a <= b)),
  transformed: Schema.NumberFromString.pipe(Schema.int()),
  options: Schema.Struct({ a: Schema.OptionFromNullOr(Schema.NumberFromString), b: Schema.Option(Schema.String) }),
  nested: Schema.Struct({ a: Schema.Struct({ b: Schema.NullOr(Schema.DateTimeUtcFromNumber) }) }),
  json: Schema.parseJson(Schema.Struct({ a: Schema.NullOr(Schema.Boolean) })),
  record: Schema.Record({ key: Schema.String, value: Schema.Int }),
  empty: Schema.Struct({}),
  tuple: Schema.Tuple(Schema.String, Schema.NumberFromString),
  primitives: Schema.Union(Schema.Null, Schema.Literal(1, "x"), Schema.Boolean, Schema.UndefinedOr(Schema.Int)),
  tagged: Tagged,
  tree: Tree,
  fallback: Schema.Struct({ a: Schema.Int.annotations({ decodingFallback: () => Either.right(7) }) }),
  strict: Schema.Struct({ a: Schema.Int }).annotations({ parseOptions: { onExcessProperty: "error" } })
}

const shapes = [
  ...Object.entries(forms),
  ...tables.all.map(({ name, schema }) => [`the table ${name}`, schema] as const)
].map(([name, { ast }]) => [name, Schema.make<unknown, unknown>(ast)] as const)

/** The answer, or what it says is wrong; or what is thrown, as Effect does for a tag that is no primitive value. */
const told = <A>(answer: () => Either.Either<A, { readonly message: string }>) =>
  Either.try({ try: answer, catch: String }).pipe(
    Either.flatMap((answered) => Either.mapLeft(answered, ({ message }) => message))
  )

const damaged = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0
    ? fc
        .tuple(fc.constantFrom(...Object.keys(value)), fc.anything())
        .map(([key, other]) => (other === undefined ? { ...value, [key]: undefined } : { ...value, [key]: other }))
    : fc.anything()

describe.each(shapes)("a codec of %s", (_, schema) => {
  const { decode, encode } = codec.make(schema)
  const values = Arbitrary.make(schema)

  it("decodes what Schema decodes, with the same result and the same keys in order", () => {
    return fc.assert(
      fc.property(values, (value) => {
        const encoded = Schema.encodeSync(schema)(value)
        const decoded = told(() => decode(encoded))
        const theirs = told(() => Schema.decodeUnknownEither(schema)(encoded))
        expect(decoded).toStrictEqual(theirs)
        expect(JSON.stringify(decoded)).toBe(JSON.stringify(theirs))
      })
    )
  })

  it("encodes what Schema encodes, with the same result and the same keys in order", () => {
    return fc.assert(
      fc.property(values, (value) => {
        const encoded = encode(value)
        expect(encoded).toStrictEqual(Schema.encodeSync(schema)(value))
        expect(JSON.stringify(encoded)).toBe(JSON.stringify(Schema.encodeSync(schema)(value)))
      })
    )
  })

  it("says of anything else what Schema says", () => {
    const strange = fc.oneof(fc.anything(), values.map(Schema.encodeSync(schema)).chain(damaged))
    return fc.assert(
      fc.property(strange, (value) => {
        expect(told(() => decode(value))).toStrictEqual(told(() => Schema.decodeUnknownEither(schema)(value)))
      }),
      { examples: [[{ kind: { toString: [] }, size: "1" }]] }
    )
  })

  it("refuses to encode what Schema refuses", () => {
    const strange = fc.oneof(fc.anything(), values.chain(damaged))
    const encoded = (encode: (value: unknown) => unknown, value: unknown) => told(() => Either.right(encode(value)))
    return fc.assert(
      fc.property(strange, (value) => {
        expect(encoded(encode, value)).toStrictEqual(encoded(Schema.encodeSync(schema), value))
      })
    )
  })
})
