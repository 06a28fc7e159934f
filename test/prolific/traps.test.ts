/** How Prolific hurts in practice (FACTS §4), each with a test by its name. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/index.js"
import { accept, launched, on, submit, sync } from "./market.js"

describe("a list stops at 20", () => {
  it.live(
    "the 101st participant is seen",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* launched(101)
        for (let n = 0; n < 101; n++) yield* submit(yield* accept(run))
        yield* sync(run)
        const agents = yield* Agents.Agents
        const all = yield* Stream.runCollect(agents.list(run.id))
        expect([...all].filter(({ status }) => status === "completed")).toHaveLength(101)
        expect(double.violations).toEqual([])
      })
    )
  )
})
