import { expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { Answers } from "../../src/Agents.js"
import { Json } from "../../src/Json.js"

const isJson = Schema.is(Json)
const isSame = Schema.equivalence(Answers)

const nested = (depth: number): unknown => (depth === 0 ? null : [nested(depth - 1)])

it("Json is whatever survives JSON, and nothing else", () => {
  const [json, anything] = [FastCheck.jsonValue({ maxDepth: 5 }), FastCheck.anything({ withDate: true, withMap: true })]
  expect(FastCheck.check(FastCheck.property(json, (value) => isJson(value)))).toMatchObject({ failed: false })
  const survives = FastCheck.property(anything, (value) => {
    if (isJson(value))
      expect(JSON.parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(structuredClone(value))))
  })
  expect(FastCheck.check(survives)).toMatchObject({ failed: false })
  for (const value of [
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    Symbol.iterator,
    () => 1,
    new Date(),
    new Map()
  ]) {
    expect(isJson(value)).toBe(false)
    expect(isJson({ deep: [value] })).toBe(false)
  }
  expect(isJson(JSON.parse('{"__proto__": [1, {"": null}], "a": true}'))).toBe(true)
})

it("Json is nested a hundred deep at the most, and deeper nesting is told without running out of stack", () => {
  expect(isJson(nested(100))).toBe(true)
  expect(isJson(nested(101))).toBe(false)
  expect(isJson(JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`))).toBe(false)
})

it("answers are the same whatever the order of their keys", () => {
  expect(isSame({ a: 1, b: { c: [1, "x"], d: null } }, { b: { d: null, c: [1, "x"] }, a: 1 })).toBe(true)
  expect(isSame({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
  expect(isSame({ a: { b: 1 } }, { a: { b: 1, c: 2 } })).toBe(false)
  expect(isSame({ a: "1" }, { a: 1 })).toBe(false)
})

it("Answers keep every name that JSON can have", () => {
  const text = '{"__proto__":"x","constructor":{"toString":[1]},"":null}'
  const codec = Schema.parseJson(Answers)
  const answers = Schema.decodeSync(codec)(text)
  expect(Object.keys(answers)).toEqual(["__proto__", "constructor", ""])
  expect(Schema.encodeSync(codec)(answers)).toBe(text)
  for (const other of ["[]", "null", '"x"']) expect(() => Schema.decodeSync(codec)(other)).toThrow("Answers")
})
