import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { describe, expect, test } from "tstyche"
import type { Budget } from "../../src/Budget.js"
import type { Messages } from "../../src/Messages.js"
import type { Core } from "../../src/Provider.js"
import type { Store } from "../../src/Store.js"
import * as Conformance from "../../src/testing/Conformance.js"
import type { Harness } from "../../src/testing/Harness.js"

declare const plain: Layer.Layer<Core>
declare const rich: Layer.Layer<Core | Budget | Messages, Error>
declare const unfinished: Layer.Layer<Core, never, Store>
declare const messagesOnly: Layer.Layer<Messages>

const harness = { arrive: () => Effect.succeed(null) }
declare const harnessWithBudget: Harness<Budget>

describe("conformance suites", () => {
  test("run on what the layer provides", () => {
    expect(Conformance.provider).type.toBeCallableWith("plain", plain, { harness, suites: [Conformance.core] })
    expect(Conformance.provider).type.toBeCallableWith("plain", plain, { harness, suites: [Conformance.agents] })
    expect(Conformance.provider).type.toBeCallableWith("rich", rich, {
      harness: harnessWithBudget,
      suites: [Conformance.core, Conformance.budget, Conformance.messages]
    })
  })

  test("do not compile on what the layer does not provide", () => {
    expect(Conformance.provider).type.not.toBeCallableWith("plain", plain, { harness, suites: [Conformance.budget] })
    expect(Conformance.provider).type.not.toBeCallableWith("plain", plain, {
      harness,
      suites: [Conformance.core, Conformance.messages]
    })
    expect(Conformance.provider).type.not.toBeCallableWith("rich", rich, {
      harness,
      suites: [Conformance.qualifications]
    })
    expect(Conformance.provider).type.not.toBeCallableWith("odd", messagesOnly, {
      harness,
      suites: [Conformance.messages]
    })
  })

  test("do not compile with a harness that needs more than the layer provides", () => {
    expect(Conformance.provider).type.not.toBeCallableWith("plain", plain, {
      harness: harnessWithBudget,
      suites: [Conformance.core]
    })
  })

  test("do not compile on a layer that still needs something", () => {
    expect(Conformance.provider).type.not.toBeCallableWith("plain", unfinished, { harness, suites: [Conformance.core] })
  })
})
