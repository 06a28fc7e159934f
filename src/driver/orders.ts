/** What a driver is asked to do. */
import type * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import type { Money } from "../Money.js"
import type { Qualification } from "../Qualifications.js"
import type { Requester } from "../Requesters.js"
import type { Inputs, TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type { Worker } from "../Workers.js"

/** Offer one unit to workers: its row of data, and the template that shows it. @since 0.1.0 @category orders */
export interface LaunchOrder {
  readonly unit: Unit
  readonly run: TaskRun
  readonly inputs: Inputs
  readonly template: string
}

/** Take one unit back from offer. @since 0.1.0 @category orders */
export interface ExpireOrder {
  readonly unit: Unit
  readonly run: TaskRun
}

/**
 * What a crowd wants of the feedback of a rejection, beyond that there is some: so many characters, and one of these
 * categories. What is less fails with `InvalidFeedback` before anything is written.
 *
 * @since 0.1.0
 * @category models
 */
export interface FeedbackRules {
  readonly minLength?: number
  readonly categories?: ReadonlyArray<string>
}

/** Approve or reject one agent's work. @since 0.1.0 @category orders */
export interface ReviewOrder {
  readonly agent: Agent
  readonly unit: Unit
  readonly run: TaskRun
  readonly feedback: Option.Option<string>
  /** Of a rejection, where it was given one. */
  readonly category: Option.Option<string>
  readonly overrideRejection: boolean
}

/** Pay one worker on top of the rewards. @since 0.1.0 @category orders */
export interface BonusOrder {
  readonly worker: Worker
  readonly unit: Option.Option<Unit>
  readonly amount: Money
  readonly reason: string
}

/** Keep one worker out, or let them in again. @since 0.1.0 @category orders */
export interface BlockOrder {
  readonly worker: Worker
  readonly requester: Requester
  readonly reason: string
}

/** Give one worker a qualification, or take it away. @since 0.1.0 @category orders */
export interface GrantOrder {
  readonly worker: Worker
  readonly qualification: Qualification
  readonly value: number
}
