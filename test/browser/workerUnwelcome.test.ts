import { layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer as served } from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"
import { visit } from "./support/tasks.js"

const live = Layer.merge(chromium.layer, Layer.provide(served({ local: { deny: ["127.0.0.0/8"] } }), sqlite.layer()))

share(live, { excludeTestServices: true })("somebody who may not take part", (it) => {
  for (const path of ["/", "/task/run_1"]) {
    it.scoped(`is told so in plain words at ${path}`, () =>
      Effect.gen(function* () {
        const page = yield* visit(path)
        const words = "You cannot take part from here"
        yield* chromium.act(() => page.getByRole("alert").getByText(words).waitFor())
      })
    )
  }
})
