/** What the generated model is made of. What a value must be is said in the service's own words. */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

interface Bounds {
  readonly min?: number
  readonly max?: number
}

const must = (be: string) => ({ message: () => `Member must ${be}` })

const atLeast = (min = Number.NEGATIVE_INFINITY) => must(`have value greater than or equal to ${min}`)
const atMost = (max = Number.POSITIVE_INFINITY) => must(`have value less than or equal to ${max}`)

const anything = /^/

export const text = ({ max = Number.POSITIVE_INFINITY, min = 0, pattern = anything }: TextBounds = {}) =>
  Schema.String.pipe(
    Schema.filter((value) => value.length >= min, must(`have length greater than or equal to ${min}`)),
    Schema.filter((value) => value.length <= max, must(`have length less than or equal to ${max}`)),
    Schema.filter((value) => pattern.test(value), must(`satisfy regular expression pattern: ${pattern.source}`))
  )

interface TextBounds extends Bounds {
  readonly pattern?: RegExp
}

export const integer = ({ max, min }: Bounds = {}) =>
  Schema.Int.pipe(
    Schema.filter((value) => value >= (min ?? value), atLeast(min)),
    Schema.filter((value) => value <= (max ?? value), atMost(max))
  )

export const oneOf = <const Values extends ReadonlyArray<string>>(...values: Values) =>
  Schema.String.pipe(
    Schema.filter(
      (value): value is Values[number] => values.includes(value),
      must(`satisfy enum value set: [${values.join(", ")}]`)
    )
  )

/** Seconds since 1970; written without a fraction. */
export const timestamp = Schema.transform(
  Schema.Number.pipe(Schema.filter((seconds) => Math.abs(seconds) <= 8_640_000_000_000)),
  Schema.DateTimeUtcFromSelf,
  {
    strict: true,
    decode: (seconds) => DateTime.unsafeMake(Math.round(seconds * 1000)),
    encode: (at) => Math.floor(DateTime.toEpochMillis(at) / 1000)
  }
)

/** Null is as good as nothing. */
export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { nullable: true })

export interface Operation<Input, InputEncoded, Output, OutputEncoded> {
  readonly name: string
  readonly input: Schema.Schema<Input, InputEncoded>
  readonly output: Schema.Schema<Output, OutputEncoded>
}

export const operation = <Input, InputEncoded, Output, OutputEncoded>(
  name: string,
  input: Schema.Schema<Input, InputEncoded>,
  output: Schema.Schema<Output, OutputEncoded>
): Operation<Input, InputEncoded, Output, OutputEncoded> => ({ name, input, output })
