import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Local from "../../src/Local.js"
import * as Conformance from "../../src/testing/Conformance.js"
import { another, onShared, over, seeds } from "./stores.js"
import { swap } from "./swap.js"

over("Local", "SQLite", (name, store) => {
  Conformance.provider(
    name,
    onShared(store, (own) => Layer.provide(Local.layer(), own)),
    {
      harness: {
        arrive: (worker) => Effect.succeed({ worker }),
        unreadable: { worker: "" },
        another: another(Local.layer()),
        seeds
      },
      suites: [Conformance.core, Conformance.qualifications]
    }
  )
  swap(name, Layer.provide(Local.layer(), store))
})
