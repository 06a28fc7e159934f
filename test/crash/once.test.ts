import { describe, expect, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { always } from "../support/remoteCrowd/protocol.js"
import { type Programs, programs, proveAll } from "./once.js"

class Built extends Context.Tag("effect-crowd/test/Built")<Built, Programs>() {}

const calm = { throttled: 0, lost: 0, slow: 0, late: 0 }
const rough = { throttled: 0.04, lost: 0.04, slow: 0.1, late: 0.1 }

/** With the kills of each; `npm run prove:once` has two hundred, and five hundred units. */
const variants = [
  ["to repeat safely", always("repeatable"), rough, 4],
  ["to tell what it has", always("lookUp"), rough, 4],
  ["nothing", always("neither"), calm, 2]
] as const

layer(Layer.effect(Built, programs), { excludeTestServices: true })((it) => {
  describe.concurrent("a process that is killed again and again does everything outward exactly once", () => {
    for (const [what, promised, faults, kills] of variants) {
      it.effect(
        `where the crowd promises ${what}`,
        () =>
          Effect.gen(function* () {
            const short = { seed: 20, kills, units: 24, timeout: 600, promised, faults }
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
