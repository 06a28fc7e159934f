import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "tstyche"
import type { AgentOutline, Exit } from "../../src/Agents.js"
import type {
  CredentialsRejected,
  CurrencyNotPaid,
  InsufficientFunds,
  InvalidProviderData,
  ProviderError,
  StoreError
} from "../../src/CrowdError.js"
import * as Driver from "../../src/Driver.js"
import type { Json } from "../../src/Json.js"
import type { Method, MethodErrors, Options, Service } from "../../src/Mock.js"
import type { Provider } from "../../src/Provider.js"
import type { SaidOutcome } from "../../src/States.js"
import type { Draft, TaskRun } from "../../src/TaskRuns.js"

declare const options: Driver.Options
declare const draft: Draft
declare const exit: Option.Option<Exit>
declare const providerError: ProviderError
declare const invalid: InvalidProviderData
declare const storeError: StoreError
declare const unpaid: CurrencyNotPaid
declare const credentials: CredentialsRejected
declare const insufficientFunds: InsufficientFunds
declare const arrival: Driver.Arrival
declare const mock: Service

const schema = Schema.Struct({ participant: Schema.String, session: Schema.Int })

describe("arrivals", () => {
  test("are confirmed with what the browser said as it was decoded, and with the run", () => {
    Driver.arrivals({
      provider: "acme",
      schema,
      arrival: () => arrival,
      confirm: (said, run, data) => {
        expect(said).type.toBe<Driver.Arrival>()
        expect(run).type.toBe<TaskRun>()
        expect(data).type.toBe<typeof schema.Type>()
        return Effect.void
      }
    })
  })

  test("are refused as data that is not valid, or cannot be confirmed now, and in no other way", () => {
    const confirming = (confirm: () => Effect.Effect<void, InvalidProviderData | ProviderError>) =>
      Driver.arrivals({ provider: "acme", schema, arrival: () => arrival, confirm })
    expect(confirming).type.toBeCallableWith(() => Effect.fail(invalid))
    expect(confirming).type.toBeCallableWith(() => Effect.fail(providerError))
    expect(confirming).type.not.toBeCallableWith(() => Effect.fail(storeError))
  })
})

describe("a driver", () => {
  test("may leave out exits, drafts and estimates", () => {
    const { draft: _draft, estimate: _estimate, exit: _exit, ...others } = options
    expect(Driver.make).type.toBeCallableWith(others)
  })

  test("says where somebody goes by their outcome, which it is told, and without their answers", () => {
    expect(Driver.make).type.toBeCallableWith({ ...options, exit: () => Effect.succeed(exit) })
    expect(Driver.make).type.not.toBeCallableWith({ ...options, exit: () => Effect.fail(storeError) })
    expect<Driver.Leaving["agent"]>().type.toBe<Option.Option<AgentOutline>>()
    expect<Driver.Leaving["outcome"]>().type.toBe<SaidOutcome | "returned" | "timedOut" | "noWork" | "notAllowed">()
  })

  test("says what a draft comes to, and what a price is, with the errors there can be", () => {
    expect(Driver.make).type.toBeCallableWith({ ...options, draft: () => Effect.succeed(draft) })
    expect(Driver.make).type.not.toBeCallableWith({ ...options, draft: () => Effect.fail(insufficientFunds) })
    expect(Driver.make).type.toBeCallableWith({ ...options, estimate: () => Effect.fail(unpaid) })
    expect(Driver.make).type.not.toBeCallableWith({ ...options, estimate: () => Effect.fail(credentials) })
  })

  test("reckons fees with the set-up of the run", () => {
    expect<Parameters<Driver.Driver["fee"]>[0]["setup"]>().type.toBe<Option.Option<Json>>()
  })
})

describe("the facts of a provider", () => {
  test("say whether it makes drafts and has exits, and never how", () => {
    expect<Provider["Type"]["isDraft"]>().type.toBe<boolean>()
    expect<Provider["Type"]["hasExits"]>().type.toBe<boolean>()
    expect<Extract<keyof Provider["Type"], "draft" | "exit" | "launch">>().type.toBe<never>()
  })
})

describe("the Mock", () => {
  test("is scripted to confirm arrivals, to draft and to send people on", () => {
    expect(mock.script).type.toBeCallableWith("confirm", Effect.fail(invalid))
    expect(mock.script).type.not.toBeCallableWith("exit", Effect.fail(invalid))
    expect<MethodErrors["draft"]>().type.toBe<ProviderError>()
    expect<Extract<Method, "confirm" | "exit" | "draft">>().type.toBe<"confirm" | "exit" | "draft">()
    expect<{ exits: { over: Exit } }>().type.not.toBeAssignableTo<Options>()
  })
})
