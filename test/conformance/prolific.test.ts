/** Through real HTTP, against a double of Prolific made from its document. */
import { vi } from "@effect/vitest"
import * as Layer from "effect/Layer"
import * as Conformance from "../../src/testing/Conformance.js"
import { client, harness, layer, peopleOver, ticking } from "./prolificPeople.js"
import { another, onShared, over, seeds } from "./stores.js"
import { swap } from "./swap.js"

vi.setConfig({ testTimeout: 120_000 })

/** What a killed process may have sent is waited for twice as long. */
const hasty = { timeout: "1 second" } as const

over("Prolific", "memory", (name, store) => {
  Conformance.provider(name, layer(store), {
    harness,
    suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
  })
  Conformance.provider(
    `${name}, conducted twice`,
    onShared(store, (own) => Layer.provideMerge(ticking, layer(own, hasty))),
    {
      harness: { ...harness, clock: "real", patience: "100 seconds", another: another(client(hasty)), seeds },
      suites: [Conformance.conductors]
    }
  )
  swap(name, peopleOver(store))
})
