/**
 * JSON as a value that may come from strangers: looked through without recursion, and not without end.
 *
 * @since 0.1.0
 */
import * as Equal from "effect/Equal"
import * as Schema from "effect/Schema"
import * as Utils from "effect/Utils"

/**
 * Any JSON value, nested at most 100 deep.
 *
 * @since 0.1.0
 * @category models
 */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** Deeper than any form or any program nests what it means. */
const deepest = 100

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What it holds; undefined if it is no JSON itself. */
const partsOf = (value: unknown): ReadonlyArray<unknown> | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return []
    case "number":
      return Number.isFinite(value) ? [] : undefined
    case "object":
      if (value === null) return []
      if (Array.isArray(value)) return value
      return isPlain(value) ? Object.values(value) : undefined
    default:
      return undefined
  }
}

/**
 * Whether it is JSON, nested at most 100 deep; objects of classes are not.
 *
 * @since 0.1.0
 * @category guards
 */
export const isJson = (value: unknown): value is Json => {
  let level: ReadonlyArray<unknown> = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return false
    const next: Array<unknown> = []
    for (const one of level) {
      const parts = partsOf(one)
      if (parts === undefined) return false
      for (const part of parts) next.push(part)
    }
    level = next
  }
  return true
}

/**
 * Whether it is a JSON object, neither a list nor null.
 *
 * @since 0.1.0
 * @category guards
 */
export const isJsonObject = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && isJson(value)

/**
 * Returns the value of a text that is surely JSON; null where it is nested too deep.
 *
 * @since 0.1.0
 * @category decoding
 */
export const parseJson = (text: string): Json => {
  const value: unknown = JSON.parse(text)
  return isJson(value) ? value : null
}

/**
 * Whether both are the same value; the order of keys is no difference.
 *
 * @since 0.1.0
 * @category equivalence
 */
export const isSame = (a: Json, b: Json): boolean => Utils.structuralRegion(() => Equal.equals(a, b))

/**
 * @since 0.1.0
 * @category models
 */
export const Json: Schema.Schema<Json> = Schema.declare(isJson, {
  identifier: "Json",
  description: "any JSON value, nested at most 100 deep",
  jsonSchema: { anyOf: ["string", "number", "boolean", "null", "array", "object"].map((type) => ({ type })) },
  arbitrary: () => (fc) => fc.json({ maxDepth: 4 }).map(parseJson),
  equivalence: () => isSame
})
