/**
 * The shared half: the rich capabilities that every program sees, built once over the small `Driver` that somebody wrote
 * for a crowd.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Struct from "effect/Struct"
import { Agents } from "./Agents.js"
import { Budget, type Service as BudgetService } from "./Budget.js"
import type { BudgetDriver, Driver, MessagesDriver, QualificationsDriver } from "./Driver.js"
import { retrying } from "./driver/retry.js"
import { Journal } from "./Journal.js"
import { Messages, type Service as MessagesService } from "./Messages.js"
import * as agents from "./provider/agents.js"
import { Engine, make } from "./provider/engine.js"
import { make as makeQualifications } from "./provider/qualifications.js"
import * as requesters from "./provider/requesters.js"
import * as spans from "./provider/spans.js"
import * as taskRuns from "./provider/taskRuns.js"
import { traced } from "./provider/tracing.js"
import * as units from "./provider/units.js"
import * as workers from "./provider/workers.js"
import { Qualifications } from "./Qualifications.js"
import { Requesters } from "./Requesters.js"
import type { Store } from "./Store.js"
import { TaskRuns } from "./TaskRuns.js"
import { Units } from "./Units.js"
import { Workers } from "./Workers.js"

/** What a driver says of its crowd that plans and pages need as it is. */
const told = [
  "provider",
  "title",
  "mode",
  "offers",
  "fee",
  "currencies",
  "enforces",
  "carriesPages",
  "pageFault",
  "feedback",
  "outcomeOf",
  "returns"
] as const satisfies ReadonlyArray<keyof Driver>

/**
 * What kind of crowd this is: facts that plans and pages need.
 *
 * @since 0.1.0
 * @category services
 */
export class Provider extends Context.Tag("effect-crowd/Provider")<
  Provider,
  Pick<Driver, (typeof told)[number]> & {
    /** What the crowd itself says of a price, where it does; asked again after an error that may pass. */
    readonly estimate: Driver["estimate"]
    /** Whether nothing is ever offered: `TaskRuns.draft` says what a launch would come to. */
    readonly isDraft: boolean
    /** Whether people who are done go on from our pages to the crowd's: `Agents.exit` says where. */
    readonly hasExits: boolean
  }
>() {}

/**
 * The capabilities that every provider has.
 *
 * @since 0.1.0
 * @category models
 */
export type Core = Provider | Requesters | TaskRuns | Units | Agents | Workers | Journal

const factsOf = (driver: Driver): Provider["Type"] => {
  const { draft, estimate, exit } = driver
  return {
    ...Struct.pick(driver, ...told),
    estimate: estimate && ((task, units) => retrying(estimate(task, units))),
    isDraft: draft !== undefined,
    hasExits: exit !== undefined
  }
}

/** Fresh, for each provider in a program has its own. */
const core = Layer.fresh(
  Layer.effectContext(
    Effect.map(Engine, (engine) => {
      const { driver } = engine
      const always = { provider: driver.provider }
      return Context.make(Provider, factsOf(driver)).pipe(
        Context.add(Requesters, traced("Requesters", requesters.make(engine), spans.capabilities.Requesters, always)),
        Context.add(TaskRuns, traced("TaskRuns", taskRuns.make(engine), spans.capabilities.TaskRuns, always)),
        Context.add(Units, traced("Units", units.make(engine), spans.capabilities.Units, always)),
        Context.add(Agents, traced("Agents", agents.make(engine), spans.capabilities.Agents, always)),
        Context.add(Workers, traced("Workers", workers.make(engine), spans.capabilities.Workers, always)),
        Context.add(Journal, traced("Journal", engine.journal, spans.capabilities.Journal, always))
      )
    })
  )
)

/**
 * What a provider is made of: its driver, and the drivers of the capabilities that its crowd has beside the core ones.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parts {
  readonly driver: Driver
  readonly qualifications?: QualificationsDriver
  readonly budget?: BudgetDriver
  readonly messages?: MessagesDriver
}

/**
 * What a provider of these parts provides: the core capabilities, and exactly those whose drivers are surely given.
 *
 * @since 0.1.0
 * @category models
 */
export type Provides<P extends Parts> =
  | Core
  | ([P] extends [{ readonly qualifications: QualificationsDriver }] ? Qualifications : never)
  | ([P] extends [{ readonly budget: BudgetDriver }] ? Budget : never)
  | ([P] extends [{ readonly messages: MessagesDriver }] ? Messages : never)

const qualifications = (plain: QualificationsDriver) =>
  Layer.effect(
    Qualifications,
    Effect.map(Engine, (engine) => {
      const { provider } = engine.driver
      const made = makeQualifications(engine, spans.tracedQualifications(plain, provider))
      return traced("Qualifications", made, spans.capabilities.Qualifications, { provider })
    })
  )

const budget = (plain: BudgetDriver) =>
  Layer.effect(
    Budget,
    Effect.map(Engine, (engine): BudgetService => {
      const { provider } = engine.driver
      const driver = spans.tracedBudget(plain, provider)
      const available: BudgetService["available"] = (id) =>
        Effect.flatMap(engine.requester(id), (requester) => retrying(driver.available(requester)))
      return traced("Budget", { available }, spans.capabilities.Budget, { provider })
    })
  )

const messages = (plain: MessagesDriver) =>
  Layer.effect(
    Messages,
    Effect.map(Engine, (engine): MessagesService => {
      const { provider } = engine.driver
      const driver = spans.tracedMessages(plain, provider)
      const send: MessagesService["send"] = (ids, message) =>
        Effect.flatMap(Effect.forEach(ids, engine.worker), (workers) => driver.send(workers, message))
      return traced("Messages", { send }, spans.capabilities.Messages, { provider })
    })
  )

/**
 * The capabilities of a provider, from the drivers of its crowd. What is not given is not provided, so a program that
 * needs it does not compile.
 *
 * @example
 * import type { BudgetDriver, Driver } from "effect-crowd/Driver"
 * import * as Provider from "effect-crowd/Provider"
 *
 * declare const driver: Driver
 * declare const budget: BudgetDriver
 *
 * export const layer = Provider.layer({ driver, budget })
 *
 * @since 0.1.0
 * @category layers
 */
export function layer<P extends Parts>(
  parts: P & { readonly [Key in Exclude<keyof P, keyof Parts>]: never }
): Layer.Layer<Provides<P>, never, Store>
export function layer(parts: Parts): Layer.Layer<Core, never, Store> {
  const added = [
    ...(parts.qualifications === undefined ? [] : [qualifications(parts.qualifications)]),
    ...(parts.budget === undefined ? [] : [budget(parts.budget)]),
    ...(parts.messages === undefined ? [] : [messages(parts.messages)])
  ]
  return Layer.mergeAll(core, ...added).pipe(
    Layer.provide(Layer.effect(Engine, make(spans.tracedDriver(parts.driver))))
  )
}
