/** What the suites know of the Mock. */
import * as Effect from "effect/Effect"
import { ProviderError } from "../../src/CrowdError.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
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
