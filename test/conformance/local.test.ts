import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Local from "../../src/Local.js"
import * as Conformance from "../../src/testing/Conformance.js"
import { over } from "./stores.js"
import { swap } from "./swap.js"

over("Local", "SQLite", (name, store) => {
  Conformance.provider(name, Layer.provide(Local.layer(), store), {
    harness: { arrive: (worker) => Effect.succeed({ worker }), unreadable: { worker: "" } },
    suites: [Conformance.core, Conformance.qualifications]
  })
  swap(name, Layer.provide(Local.layer(), store))
})
