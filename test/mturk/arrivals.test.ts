/** What a browser may say of who arrives at a page of our own. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agents } from "../../src/index.js"
import { ProviderData } from "../../src/MTurk.js"
import { arrive, lived } from "./syncs.js"

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

it.effect("whoever comes with the assignment of somebody who has left gets their unit, before any sync", () =>
  lived({ rows: 1, units: 3, host: "https://pages.example" }, ({ places, run }) =>
    Effect.gen(function* () {
      const agents = yield* Agents.Agents
      const [, second] = places
      if (second === undefined) return
      yield* arrive(run, places)
      const first = yield* agents.register(run.id, {
        workerId: `A${second.id}`,
        assignmentId: second.id,
        hitId: second.hit
      })
      const next = yield* agents.register(run.id, { workerId: "ANOTHER", assignmentId: second.id, hitId: second.hit })
      expect([first.repeated, next.repeated, next.unit]).toEqual([true, false, first.unit])
      expect((yield* agents.get(first.id)).status).toBe("returned")
    })
  )
)
