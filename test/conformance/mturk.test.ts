/** Through the real SDK, against our own service. */
import { vi } from "@effect/vitest"
import * as Conformance from "../../src/testing/Conformance.js"
import { harness, layer } from "../mturk/market.js"
import { marketOver } from "./mturkPeople.js"
import { over } from "./stores.js"
import { swap } from "./swap.js"

vi.setConfig({ testTimeout: 120_000 })

over("MTurk", "memory", (name, store) => {
  Conformance.provider(name, layer({ store }), {
    harness,
    suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
  })
  swap(name, marketOver(store))
})
