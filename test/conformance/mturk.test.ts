/** Through the real SDK, against our own service. */
import { vi } from "@effect/vitest"
import * as Conformance from "../../src/testing/Conformance.js"
import { client, harness, layer } from "../mturk/market.js"
import { marketOver } from "./mturkPeople.js"
import { another, onShared, over, seeds } from "./stores.js"
import { swap } from "./swap.js"

vi.setConfig({ testTimeout: 120_000 })

over("MTurk", "memory", (name, store) => {
  Conformance.provider(name, layer({ store }), {
    harness,
    suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
  })
  Conformance.provider(
    `${name}, conducted twice`,
    onShared(store, (own) => layer({ store: own })),
    {
      harness: { ...harness, clock: "real", patience: "1 minute", another: another(client({})), seeds },
      suites: [Conformance.conductors]
    }
  )
  swap(name, marketOver(store))
})
