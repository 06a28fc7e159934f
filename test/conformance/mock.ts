import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ProviderError } from "../../src/CrowdError.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import type { Store } from "../../src/Store.js"
import * as Conformance from "../../src/testing/Conformance.js"
import type { Harness } from "../../src/testing/Harness.js"

const failure = (reason: ProviderError["reason"], method: string) =>
  new ProviderError({ reason, provider: "mock", method, description: "as scripted" })

export const harness: Harness<Mock.Mock> = {
  arrive: (worker) => Effect.succeed({ worker }),
  unreadable: { worker: "" },
  loseAnswer: (kind) => Effect.flatMap(Mock.Mock, (mock) => mock.script(kind, failure("Unavailable", kind), "after")),
  refuse: (kind) => Effect.flatMap(Mock.Mock, (mock) => mock.script(kind, failure("Rejected", kind))),
  timesDone: (token) =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      return (yield* mock.state).deeds.filter((deed) => deed.token === token).length
    }),
  spendAll: Effect.flatMap(Mock.Mock, (mock) => mock.setBalance(Money.zero()))
}

/** The Mock over a store, through every suite there is. */
export const conformance = (name: string, store: Layer.Layer<Store, unknown>): void =>
  Conformance.provider(name, Layer.provide(Mock.layerStore(), store), {
    harness,
    suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
  })
