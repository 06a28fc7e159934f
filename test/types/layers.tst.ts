import type { SqlClient } from "@effect/sql/SqlClient"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, test } from "tstyche"
import type { Agents } from "../../src/Agents.js"
import { Budget } from "../../src/Budget.js"
import * as ConductorCluster from "../../src/ConductorCluster.js"
import type { InvalidSetting, StoreError } from "../../src/CrowdError.js"
import type { BudgetDriver, Driver, MessagesDriver, QualificationsDriver } from "../../src/Driver.js"
import { RequesterId } from "../../src/Ids.js"
import type { Journal } from "../../src/Journal.js"
import * as Local from "../../src/Local.js"
import type { Messages } from "../../src/Messages.js"
import * as Mock from "../../src/Mock.js"
import * as MTurk from "../../src/MTurk.js"
import type { Owners } from "../../src/Owners.js"
import * as Panel from "../../src/Panel.js"
import * as Prolific from "../../src/Prolific.js"
import * as Provider from "../../src/Provider.js"
import type { Qualifications } from "../../src/Qualifications.js"
import * as Store from "../../src/Store.js"
import type { TaskRuns } from "../../src/TaskRuns.js"
import type { Units } from "../../src/Units.js"

declare const driver: Driver
declare const budget: BudgetDriver
declare const qualifications: QualificationsDriver
declare const messages: MessagesDriver
declare const maybe: { readonly driver: Driver; readonly budget?: BudgetDriver }
declare const either: { readonly driver: Driver } | { readonly driver: Driver; readonly budget: BudgetDriver }

const plain = Provider.layer({ driver }).pipe(Layer.provide(Store.layerMemory))
const rich = Provider.layer({ driver, budget }).pipe(Layer.provide(Store.layerMemory))

const local = Local.layer().pipe(Layer.provide(Store.layerMemory))

const needsBudget = Effect.flatMap(Budget, (budget) => budget.available(RequesterId.make("req_1")))

describe("a program that needs Budget", () => {
  test("does not compile against a provider without it", () => {
    expect(Effect.runPromise).type.not.toBeCallableWith(Effect.provide(needsBudget, plain))
    expect(Effect.runPromise).type.not.toBeCallableWith(Effect.provide(needsBudget, local))
    expect(Effect.provide(needsBudget, plain)).type.toBeAssignableTo<Effect.Effect<unknown, unknown, Budget>>()
  })

  test("compiles against a provider with it", () => {
    expect(Effect.runPromise).type.toBeCallableWith(Effect.provide(needsBudget, rich))
    expect(Effect.runPromise).type.toBeCallableWith(Effect.provide(needsBudget, Mock.layer()))
  })
})

describe("a cluster's layer", () => {
  test("stands on any SqlClient and any provider, and says who conducts what", () => {
    type Cluster = Layer.Layer<
      Owners,
      InvalidSetting | StoreError,
      SqlClient | Provider.Provider | TaskRuns | Units | Agents | Journal
    >
    expect(ConductorCluster.layer()).type.toBe<Cluster>()
    expect(ConductorCluster.layer({ host: "10.0.0.5", port: 34_431, every: "20 seconds" })).type.toBe<Cluster>()
    expect(ConductorCluster.layer).type.not.toBeCallableWith({ port: "34431" })
  })
})

describe("provider layers", () => {
  test("provide what they were given, and nothing else", () => {
    expect(plain).type.toBe<Layer.Layer<Provider.Core>>()
    expect(rich).type.toBe<Layer.Layer<Provider.Core | Budget>>()
  })

  test("provide each capability whose driver is given", () => {
    const all = Provider.layer({ driver, budget, qualifications, messages })
    expect(all).type.toBe<Layer.Layer<Provider.Core | Budget | Qualifications | Messages, never, Store.Store>>()
    expect(Provider.layer({ driver, messages })).type.toBe<Layer.Layer<Provider.Core | Messages, never, Store.Store>>()
  })

  test("promise nothing that may not have been given, and take nothing else", () => {
    expect(Provider.layer(maybe)).type.toBe<Layer.Layer<Provider.Core, never, Store.Store>>()
    expect(Provider.layer(either)).type.toBe<Layer.Layer<Provider.Core, never, Store.Store>>()
    expect(Provider.layer).type.not.toBeCallableWith({ driver, budget: undefined })
    expect(Provider.layer).type.not.toBeCallableWith({ driver, budgets: budget })
    expect(Provider.layer).type.not.toBeCallableWith({ budget })
  })

  test("of Local have neither Budget nor Messages", () => {
    expect<Local.Provides>().type.toBe<Provider.Core | Qualifications | Local.Local>()
    expect<Extract<Local.Provides, Budget | Messages>>().type.toBe<never>()
    expect(Local.layer()).type.toBe<Layer.Layer<Local.Provides, InvalidSetting, Store.Store>>()
    expect<ReturnType<typeof Local.layerConfig>>().type.toBe<
      Layer.Layer<Local.Provides, InvalidSetting | ConfigError, Store.Store>
    >()
  })

  test("of a panel have neither Budget nor Messages", () => {
    expect<Panel.Provides>().type.toBe<Provider.Core | Qualifications | Panel.Panel>()
    expect<Extract<Panel.Provides, Budget | Messages>>().type.toBe<never>()
    expect(Panel.layer()).type.toBe<Layer.Layer<Panel.Provides, InvalidSetting, Store.Store>>()
    expect(Panel.layer).type.toBeCallableWith({ settings: { preset: "sona", exits: { completed: { code: "each" } } } })
    expect(Panel.layer).type.toBeCallableWith({ settings: { id: "pid" } })
    expect(Panel.layer).type.not.toBeCallableWith({ settings: "sonar" })
    expect(Panel.layer).type.not.toBeCallableWith({ settings: { id: "pid", exits: { completed: { code: 1 } } } })
    expect(Panel.layer).type.not.toBeCallableWith({ settings: { id: "pid", exits: { done: { code: "each" } } } })
    expect(Panel.layer).type.not.toBeCallableWith({ secret: "not redacted" })
    expect(Effect.runPromise).type.not.toBeCallableWith(
      Effect.provide(needsBudget, Layer.provide(Panel.layer(), Store.layerMemory))
    )
  })

  test("of Prolific provide Qualifications, Budget, Messages, and what only Prolific has", () => {
    expect(Prolific.layer({ pages: "https://tasks.example.org" })).type.toBe<
      Layer.Layer<Provider.Core | Qualifications | Budget | Messages | Prolific.Prolific, InvalidSetting, Store.Store>
    >()
    expect(Prolific.layerConfig).type.toBeCallableWith({ pages: Config.string("PAGES") })
    expect(Prolific.layer).type.not.toBeCallableWith({ mode: "live" })
  })

  test("of MTurk provide Qualifications, Budget and Messages", () => {
    const mturk = MTurk.layer()
    expect(mturk).type.toBe<
      Layer.Layer<Provider.Core | Qualifications | Budget | Messages, InvalidSetting | StoreError, Store.Store>
    >()
    expect(MTurk.layerConfig).type.toBeCallableWith(Config.succeed({ mode: "production" as const }))
    expect(MTurk.layer).type.not.toBeCallableWith({ mode: "live" })
    expect(Effect.runPromise).type.toBeCallableWith(
      Effect.provide(needsBudget, Layer.provide(mturk, Store.layerMemory))
    )
  })
})
