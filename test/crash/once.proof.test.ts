import { describe, expect, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { always } from "../support/remoteCrowd/protocol.js"
import { type Options, type Programs, programs, proveAll } from "./once.js"
import { steps } from "./task.js"

class Built extends Context.Tag("effect-crowd/test/Built")<Built, Programs>() {}

const calm = { throttled: 0, lost: 0, slow: 0, late: 0 }
const rough = { throttled: 0.04, lost: 0.04, slow: 0.1, late: 0.1 }

/** With the kills of each; `npm run prove:once` has two hundred, and five hundred units. */
const variants: ReadonlyArray<
  readonly [string, Pick<Options, "promised" | "faults" | "kills" | "preparing" | "rounds">]
> = [
  ["to repeat safely", { promised: always("repeatable"), faults: rough, kills: 4, preparing: [], rounds: 0 }],
  ["to tell what it has", { promised: always("lookUp"), faults: rough, kills: 4, preparing: [], rounds: 0 }],
  ["nothing", { promised: always("neither"), faults: calm, kills: 2, preparing: [], rounds: 0 }],
  [
    "to refuse repeats, and of bonuses, which are set up before, to confirm them later",
    {
      promised: { ...always("refused"), bonus: "confirmOnly" },
      faults: calm,
      kills: 2 + steps.length,
      preparing: ["bonus"],
      rounds: 1
    }
  ]
]

layer(Layer.effect(Built, programs), { excludeTestServices: true })((it) => {
  describe.concurrent("a process that is killed again and again does everything outward exactly once", () => {
    for (const [what, variant] of variants) {
      it.effect(
        `where the crowd promises ${what}`,
        () =>
          Effect.gen(function* () {
            const short = { seed: 20, units: 16, timeout: 600, ...variant }
            const proof = yield* proveAll(yield* Built, short)
            expect(proof.wrong).toEqual([])
            expect(proof.kills).toBe(short.kills)
            for (const { acted, wanted } of [proof.launched, proof.approved, proof.bonuses]) expect(acted).toBe(wanted)
            expect(proof.uncertain).toBe(0)
          }),
        240_000
      )
    }
  })
})
