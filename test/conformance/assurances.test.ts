/** The suites on drivers that can make sure of their effects in each of the three ways. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ProviderError } from "../../src/CrowdError.js"
import * as Store from "../../src/Store.js"
import * as Conformance from "../../src/testing/Conformance.js"
import { type Assurance, layer, ledger } from "../support/ledger.js"

const failure = (reason: ProviderError["reason"]) =>
  new ProviderError({ reason, provider: "ledger", method: "send", description: "as told" })

const conformance = (assurance: Assurance) => {
  const crowd = ledger(assurance)
  Conformance.provider(`a crowd whose effects are ${assurance}`, Layer.provide(layer(crowd), Store.layerMemory), {
    harness: {
      arrive: (worker) => Effect.succeed({ worker }),
      loseAnswer: () => Effect.sync(() => crowd.next((act) => Effect.zipRight(act, failure("Unavailable")))),
      refuse: () => Effect.sync(() => crowd.next(() => failure("Rejected"))),
      timesDone: (token) => Effect.sync(() => crowd.deeds.get(token) ?? 0)
    },
    suites: [Conformance.core]
  })
}

conformance("repeatable")
conformance("lookUp")
conformance("neither")
