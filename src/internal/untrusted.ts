/** Decoding what others sent: a JSON text can hold what no text can be made of, such as `{"toString": 1}`. */
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import type { ParseOptions } from "effect/SchemaAST"

/** As V8, Firefox and Safari say it; nothing else is said in these words. */
const words = /\bto primitive\b|^No default value$/

/** Whether this was thrown by an attempt to make a text of such a value. */
export const isUnprintable = (thrown: unknown): boolean => thrown instanceof Error && words.test(thrown.message)

const unprintable = ({ ast }: Schema.Schema.Any): ParseResult.ParseError =>
  ParseResult.parseError(new ParseResult.Type(ast, undefined, "holds an object of which no text can be made"))

/** `ParseResult` throws where the tag of a union is such an object, and where it has to say of one that it is wrong. */
export const decodeUntrusted = <A, I>(schema: Schema.Schema<A, I>, options?: ParseOptions) => {
  const decode = ParseResult.decodeUnknownEither(schema, options)
  const decodeLegibly = (input: unknown): Either.Either<A, ParseResult.ParseIssue> => {
    const decoded = decode(input)
    if (Either.isLeft(decoded)) ParseResult.TreeFormatter.formatIssueSync(decoded.left)
    return decoded
  }
  return (input: unknown): Either.Either<A, ParseResult.ParseError> =>
    Either.try({
      try: () => Either.mapLeft(decodeLegibly(input), ParseResult.parseError),
      catch: (thrown) => {
        if (isUnprintable(thrown)) return unprintable(schema)
        throw thrown
      }
    }).pipe(Either.flatMap(identity))
}
