/** What anybody may ask for as often as they like costs no more than it shows. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as server from "../support/server.js"
import { counting } from "../support/stores.js"
import * as consoleClient from "./consoleClient.js"

const { read, store } = counting()

layer(Layer.provideMerge(server.layer(), store), { excludeTestServices: true })("with many runs and rows", (it) => {
  it.effect("the health of the server and a preview are one row each", () =>
    Effect.gen(function* () {
      const run = yield* consoleClient.launched("Many rows", 600)
      yield* Effect.forEach(Array.from({ length: 20 }), (_, n) => consoleClient.launched(`Run ${n}`, 1))
      for (const path of ["/health", `/frame/preview/${run.id}`]) {
        yield* consoleClient.raw(path)
        read.rows = 0
        expect((yield* consoleClient.raw(path)).status).toBe(200)
        expect([path, read.rows]).toEqual([path, 1])
      }
    })
  )
})
