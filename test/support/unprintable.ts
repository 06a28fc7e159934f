/** JSON of which no text can be made: whoever tries, as decoders do to say what is wrong, throws. */
import * as Predicate from "effect/Predicate"

export const unprintable: ReadonlyArray<unknown> = [
  { toString: [] },
  [{ toString: 0 }],
  { toString: {}, valueOf: {} },
  { constructor: { name: { toString: [] } } }
]

/** The value with one of its parts, however deep, or all of it in place of another. */
const with_ = (value: unknown, other: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) {
    return [other, ...value.flatMap((part, at) => with_(part, other).map((spoilt) => value.with(at, spoilt)))]
  }
  return Predicate.isRecord(value)
    ? [
        other,
        ...Object.entries(value).flatMap(([key, part]) =>
          with_(part, other).map((spoilt) => ({ ...value, [key]: spoilt }))
        )
      ]
    : [other]
}

/** The value with each of its parts spoilt by each of these. */
export const spoilt = (value: unknown): ReadonlyArray<unknown> => unprintable.flatMap((other) => with_(value, other))
