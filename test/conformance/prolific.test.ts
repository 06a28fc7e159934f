/** Through real HTTP, against a double of Prolific made from its document. */
import { vi } from "@effect/vitest"
import * as Conformance from "../../src/testing/Conformance.js"
import { harness, layer, peopleOver } from "./prolificPeople.js"
import { over } from "./stores.js"
import { swap } from "./swap.js"

vi.setConfig({ testTimeout: 120_000 })

over("Prolific", "memory", (name, store) => {
  Conformance.provider(name, layer(store), {
    harness,
    suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
  })
  swap(name, peopleOver(store))
})
