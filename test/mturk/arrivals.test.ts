/** What a browser may say of who arrives at a page of our own. */
import { expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { ProviderData } from "../../src/MTurk.js"

const isTaken = Schema.is(ProviderData)
const said = { workerId: "A1ADA", assignmentId: "3ASSIGNMENT", hitId: "3HIT" }

it("ids of the service are taken", () => {
  expect(isTaken(said)).toBe(true)
})

it.each(["", " A1", "A".repeat(65), "A\u0000", "A/../B", "<b>"])("%j is no id", (id) => {
  for (const field of Object.keys(said)) expect(isTaken({ ...said, [field]: id })).toBe(false)
})

it("a preview is nobody's arrival", () => {
  expect(isTaken({ ...said, assignmentId: "ASSIGNMENT_ID_NOT_AVAILABLE" })).toBe(false)
})
