/** What a failure was made from, for whoever reads its log. */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"

/** The causes of a cause that are kept. */
const deepest = 5

/** Undefined where it throws, as an error's `stack` does whose name no text can be made of. */
const valueOf = (thrown: object, key: string): unknown =>
  Either.getOrUndefined(Either.try(() => (Predicate.hasProperty(thrown, key) ? thrown[key] : undefined)))

const textOf = (thrown: object, key: string): string | undefined => {
  const value = valueOf(thrown, key)
  return Predicate.isString(value) ? value : undefined
}

const copyOf = (thrown: object, depth: number): Error => {
  const inner = depth < deepest ? valueOf(thrown, "cause") : undefined
  const message = textOf(thrown, "message") ?? "no message"
  const copy = new Error(message, inner === undefined ? {} : { cause: bare(inner, depth + 1) })
  copy.name = textOf(thrown, "name") ?? "Error"
  copy.stack = textOf(thrown, "stack") ?? `${copy.name}: ${message}`
  const code = valueOf(thrown, "code")
  return Predicate.isString(code) || Predicate.isNumber(code) ? Object.assign(copy, { code }) : copy
}

/**
 * Its name, message, stack, code and causes, and nothing else: errors of HTTP clients hold their requests, headers and
 * all, and those of databases what was written.
 */
const bare = (thrown: unknown, depth = 0): unknown => (Predicate.isObject(thrown) ? copyOf(thrown, depth) : thrown)

/** Where it is read by `Cause.pretty` and by loggers, but not by what makes JSON of all properties. */
export const keep = (error: Error, cause: unknown): void => {
  if (cause !== undefined) Object.defineProperty(error, "cause", { value: bare(cause), enumerable: false })
}
