import { expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { fileFor } from "../../src/cli/results.js"

it.each([
  ["sentiment", "sentiment-results.csv"],
  ["Yes/no: is it a cat? (0f2a)", "Yes-no: is it a cat? (0f2a)-results.csv"],
  ["../../etc/passwd", "..-..-etc-passwd-results.csv"],
  ["..\\up\u0000", "..-up--results.csv"],
  ["harmless\u202evsc.exe\u2069\u200f\u2028", "harmless-vsc.exe--results.csv"],
  ["half of \ud83d a character", "half of - a character-results.csv"],
  ["\u{1f408}".repeat(300), `${"\u{1f408}".repeat(60)}-results.csv`]
])("the results of %j go to a file in this folder, whose name can be read and written", (name, file) => {
  expect(fileFor(Option.none(), { name }, "csv")).toBe(file)
  expect(fileFor(Option.some("../out.csv"), { name }, "csv")).toBe("../out.csv")
})
