import { layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as chromium from "./support/chromium.js"
import { live, visit } from "./support/tasks.js"

share(live({ local: { deny: ["127.0.0.0/8"] } }), { excludeTestServices: true })(
  "somebody who may not take part",
  (it) => {
    for (const path of ["/", "/task/run_1"]) {
      it.scoped(`is told so in plain words at ${path}`, () =>
        Effect.gen(function* () {
          const page = yield* visit(path)
          const words = "You cannot take part from here"
          yield* chromium.act(() => page.getByRole("alert").getByText(words).waitFor())
        })
      )
    }
  }
)
