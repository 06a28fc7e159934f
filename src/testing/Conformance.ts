/**
 * What every provider must do, as test suites for vitest, one for each capability, every test a sentence. A provider can
 * only be run through the suites of what its layer provides.
 *
 * @since 0.1.0
 */
import { layer as share } from "@effect/vitest"
import * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import type { Budget } from "../Budget.js"
import type { Messages } from "../Messages.js"
import type { Core } from "../Provider.js"
import type { Qualifications } from "../Qualifications.js"
import type { Harness } from "./Harness.js"
import type { Suite } from "./Suite.js"
import * as internalAgents from "./suites/agents.js"
import * as internalBudget from "./suites/budget.js"
import * as internalDrafts from "./suites/drafts.js"
import * as internalJournal from "./suites/journal.js"
import type { Test } from "./suites/kit.js"
import * as internalMessages from "./suites/messages.js"
import * as internalQualifications from "./suites/qualifications.js"
import * as internalRequesters from "./suites/requesters.js"
import * as internalTaskRuns from "./suites/taskRuns.js"
import { within } from "./suites/timeLimit.js"
import * as internalUnits from "./suites/units.js"
import * as internalWorkers from "./suites/workers.js"

/**
 * Registers the suites' tests with vitest. The layer is built once for all of them.
 *
 * @example
 * import * as Mock from "effect-crowd/Mock"
 * import * as Conformance from "effect-crowd/testing/Conformance"
 * import * as Effect from "effect/Effect"
 *
 * Conformance.provider("Mock", Mock.layer(), {
 *   harness: { arrive: (worker) => Effect.succeed({ worker }) },
 *   suites: [Conformance.core, Conformance.budget]
 * })
 *
 * @since 0.1.0
 * @category suites
 */
export const provider = <R, E>(
  name: string,
  layer: Layer.Layer<Core | R, E>,
  options: {
    readonly harness: Harness<Core | NoInfer<R>>
    readonly suites: ReadonlyArray<Suite<Core | NoInfer<R>>>
  }
): void => {
  const clock = options.harness.clock ?? "test"
  const patience = Duration.decode(options.harness.patience ?? "30 seconds")
  const run = (it: { readonly effect: Test<Core | R> }) => {
    const test: Test<Core | R> = (sentence, self) =>
      it.effect(sentence, (context) => within(patience, clock)(self(context)), Duration.toMillis(patience) + 5000)
    for (const suite of options.suites) suite.run(test, options.harness)
  }
  if (clock === "real") share(layer, { excludeTestServices: true })(name, run)
  else share(layer)(name, run)
}

/** What `Requesters` must do. @since 0.1.0 @category suites */
export const requesters: Suite<never> = internalRequesters.requesters
/** What `TaskRuns` must do. @since 0.1.0 @category suites */
export const taskRuns: Suite<never> = internalTaskRuns.taskRuns
/** What `Units` must do. @since 0.1.0 @category suites */
export const units: Suite<never> = internalUnits.units
/** What `Agents` must do. @since 0.1.0 @category suites */
export const agents: Suite<never> = internalAgents.agents
/** What `Workers` must do. @since 0.1.0 @category suites */
export const workers: Suite<never> = internalWorkers.workers
/** What `Journal` must do. @since 0.1.0 @category suites */
export const journal: Suite<never> = internalJournal.journal
/** What `Qualifications` must do, where the layer provides it. @since 0.1.0 @category suites */
export const qualifications: Suite<Qualifications> = internalQualifications.qualifications
/** What `Budget` must do, where the layer provides it. @since 0.1.0 @category suites */
export const budget: Suite<Budget> = internalBudget.budget
/** What `Messages` must do, where the layer provides it. @since 0.1.0 @category suites */
export const messages: Suite<Messages> = internalMessages.messages
/** What a provider must do that makes drafts only, beside `requesters`. @since 0.1.0 @category suites */
export const drafts: Suite<never> = internalDrafts.drafts

/**
 * The suites of what every provider has.
 *
 * @since 0.1.0
 * @category suites
 */
export const core: Suite<never> = {
  run: (test, harness) => {
    for (const suite of [requesters, taskRuns, units, agents, workers, journal]) suite.run(test, harness)
  }
}
