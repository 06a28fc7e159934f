import { describe, expect, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Programs, programs } from "./bundle.js"
import { proveAll } from "./once.js"

class Built extends Context.Tag("effect-crowd/test/Built")<Built, Programs>() {}

const calm = { throttled: 0, lost: 0, late: 0 }
const rough = { throttled: 0.03, lost: 0.03, late: 0.03 }

const variants = [
  ["repeatable", rough],
  ["lookUp", rough],
  ["neither", calm]
] as const

layer(Layer.scoped(Built, programs), { excludeTestServices: true })((it) => {
  describe.concurrent("a process that is killed again and again does everything outward exactly once", () => {
    for (const [promised, faults] of variants) {
      it.effect(
        `where the crowd promises ${promised}`,
        () =>
          Effect.gen(function* () {
            const short = { seed: 20, kills: 10, units: 60, timeout: 300, promised, faults }
            const proof = yield* proveAll(yield* Built, short)
            expect(proof.wrong).toEqual([])
            expect(proof.kills).toBe(short.kills)
            for (const { acted, wanted } of [proof.launched, proof.approved, proof.bonuses]) expect(acted).toBe(wanted)
            expect(proof.uncertain).toBe(0)
          }),
        120_000
      )
    }
  })
})
