/**
 * The suites on a Mock that does what marketplaces with pages elsewhere do: it confirms, has exits, and makes drafts.
 */
import * as Effect from "effect/Effect"
import { InvalidProviderData } from "../../src/CrowdError.js"
import * as Mock from "../../src/Mock.js"
import * as Conformance from "../../src/testing/Conformance.js"
import type { Harness } from "../../src/testing/Harness.js"
import { harness } from "./mock.js"

const exits: Mock.Options["exits"] = {
  completed: { _tag: "Redirect", url: "https://crowd.example/done?cc=C0DE" },
  returned: { _tag: "Code", code: "RETURNED" },
  noWork: { _tag: "Code", code: "FULL" }
}

const unknown = new InvalidProviderData({ provider: "mock", description: "there is no such submission" })

const unconfirmed: Harness<Mock.Mock>["unconfirmed"] = () =>
  Effect.flatMap(Mock.Mock, (mock) => Effect.as(mock.script("confirm", unknown), { worker: "nobody" }))

Conformance.provider("Mock with exits, that confirms arrivals", Mock.layer({ exits, confirms: true }), {
  harness: { ...harness, unconfirmed },
  suites: [Conformance.agents]
})

Conformance.provider("Mock that makes drafts", Mock.layer({ drafts: true, feePercent: 20 }), {
  harness,
  suites: [Conformance.requesters, Conformance.drafts]
})
