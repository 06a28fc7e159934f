/** The suites on the layer, through the real SDK, against our own service. */
import { vi } from "@effect/vitest"
import * as Conformance from "../../src/testing/Conformance.js"
import * as sqlite from "../support/sqlite.js"
import { harness, layer } from "./market.js"

vi.setConfig({ testTimeout: 120_000 })

Conformance.provider("MTurk over a SQLite file", layer({ store: sqlite.layer() }), {
  harness,
  suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
})
