import * as Effect from "effect/Effect"
import { describe, expect, test } from "tstyche"
import type { BonusNeedsUnit, InsufficientFunds, ProviderError } from "../../src/CrowdError.js"
import type { MethodErrors, Service } from "../../src/Mock.js"

declare const mock: Service
declare const insufficientFunds: InsufficientFunds
declare const bonusNeedsUnit: BonusNeedsUnit
declare const providerError: ProviderError

describe("scripting the Mock", () => {
  test("takes each error the method has", () => {
    expect(mock.script).type.toBeCallableWith("launch", Effect.fail(insufficientFunds))
    expect(mock.script).type.toBeCallableWith("bonus", Effect.fail(bonusNeedsUnit))
    expect(mock.script).type.toBeCallableWith("observe", Effect.fail(providerError))
    expect(mock.script).type.toBeCallableWith("expire", Effect.never)
  })

  test("does not compile with an error the method cannot have", () => {
    expect(mock.script).type.not.toBeCallableWith("launch", Effect.fail(bonusNeedsUnit))
    expect(mock.script).type.not.toBeCallableWith("expire", Effect.fail(insufficientFunds))
    expect(mock.script).type.not.toBeCallableWith("observe", Effect.fail("a string"))
    expect<MethodErrors["reject"]>().type.toBe<ProviderError>()
  })

  test("does not compile for a method that is not there", () => {
    expect(mock.script).type.not.toBeCallableWith("refund", Effect.void)
  })
})
