import * as Layer from "effect/Layer"
import * as Mock from "../../src/Mock.js"
import * as Conformance from "../../src/testing/Conformance.js"
import { harness } from "./mock.js"
import { another, onShared, over, seeds } from "./stores.js"
import { swap } from "./swap.js"

over("Mock", "Postgres", (name, store) => {
  Conformance.provider(
    name,
    onShared(store, (own) => Layer.provide(Mock.layerStore(), own)),
    {
      harness: { ...harness, another: another(Mock.layerStore()), seeds },
      suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
    }
  )
  swap(name, Layer.provide(Mock.layerStore(), store))
})
