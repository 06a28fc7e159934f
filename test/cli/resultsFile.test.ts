import { expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { fileFor } from "../../src/cli/results.js"

it.each([
  ["sentiment", "sentiment-results.csv"],
  ["Yes/no: is it a cat? (0f2a)", "Yes-no: is it a cat? (0f2a)-results.csv"],
  ["../../etc/passwd", "..-..-etc-passwd-results.csv"],
  ["..\\up\u0000", "..-up--results.csv"]
])("the results of %j go to a file in this folder", (name, file) => {
  expect(fileFor(Option.none(), { name }, "csv")).toBe(file)
  expect(fileFor(Option.some("../out.csv"), { name }, "csv")).toBe("../out.csv")
})
