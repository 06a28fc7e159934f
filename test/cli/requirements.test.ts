import { expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { format, parse } from "../../src/cli/requirements.js"

it.each([
  ["masters", { name: "masters", comparator: "exists" }],
  ["percent_approved>=95", { name: "percent_approved", comparator: "greater_than_or_equal", integers: [95] }],
  ["my own, in three words < 3", { name: "my own, in three words", comparator: "less_than", integers: [3] }],
  ["inspector in 1, 2", { name: "inspector", comparator: "in", integers: [1, 2] }],
  ["locale not in US-CA,GB", { name: "locale", comparator: "not_in", locales: ["US-CA", "GB"] }],
  ["locale = US", { name: "locale", comparator: "equal", locales: ["US"] }],
  ["hits_approved != 0", { name: "hits_approved", comparator: "not_equal", integers: [0] }]
])("--require %j is read, and said again so that it is read the same", (text, requirement) => {
  expect(parse(text)).toEqual(Either.right(requirement))
  expect(Either.flatMap(parse(text), (read) => parse(format(read)))).toEqual(Either.right(requirement))
})

it.each(["", ">= 3", "a >=", "a >= b", "a >= 1,2", "locale > US", "a in", "locale in us"])(
  "--require %j is refused with what is wrong",
  (text) => {
    expect(Either.flip(parse(text))).toEqual(Either.right(expect.stringContaining("cannot be: ")))
  }
)
