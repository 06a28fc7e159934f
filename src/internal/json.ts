/** JSON as a value that may come from strangers: looked through without recursion, and not without end. */
import * as Equal from "effect/Equal"
import * as Utils from "effect/Utils"
import type { Json } from "../TaskRuns.js"

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

export const isJsonObject = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && isJson(value)

/** The value of a text that is surely JSON. */
export const parseJson = (text: string): Json => {
  const value: unknown = JSON.parse(text)
  return isJson(value) ? value : null
}

/** The order of keys is no difference. */
export const isSame = (a: Json, b: Json): boolean => Utils.structuralRegion(() => Equal.equals(a, b))
