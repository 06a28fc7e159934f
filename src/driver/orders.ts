/** What a driver is asked to do. */
import type * as Arr from "effect/Array"
import type * as Option from "effect/Option"
import type { Agent, AgentOutline } from "../Agents.js"
import type { Money } from "../Money.js"
import type { Qualification } from "../Qualifications.js"
import type { Requester } from "../Requesters.js"
import type { Inputs, TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type { Worker } from "../Workers.js"

/** Offer units to workers: a new offer, or more places in one that is out. @since 0.1.0 @category orders */
export interface LaunchOrder {
  /** What the order is for: as many units as the crowd's offers hold, of which at least one is new on offer. */
  readonly units: Arr.NonEmptyReadonlyArray<Unit>
  readonly run: TaskRun
  /** The row of the first unit; an offer of a whole run shows none. */
  readonly inputs: Inputs
  readonly template: string
  /** The crowd's own name for the offer where it is out already. */
  readonly offer: Option.Option<string>
  /** With how many places it was made; those of these units, where it is new. */
  readonly size: number
  /** How many places the offer has to have in all: for what was handed in, what is on offer, and these units. */
  readonly places: number
}

/** Take an offer back of which these were the last open units. @since 0.1.0 @category orders */
export interface ExpireOrder {
  readonly units: Arr.NonEmptyReadonlyArray<Unit>
  readonly run: TaskRun
  /** The crowd's own name for the offer, where it has one. */
  readonly offer: Option.Option<string>
}

/** Keep a worker who has done all they may of a run from more of it. @since 0.1.0 @category orders */
export interface ExcludeOrder {
  readonly worker: Worker
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
  /** Of an approval: the work is paid, but was not good. */
  readonly soft: boolean
}

/** Pay one worker on top of the rewards. @since 0.1.0 @category orders */
export interface BonusOrder {
  readonly worker: Worker
  readonly unit: Option.Option<Unit>
  /** What it is for: their submission of the unit; without a unit, what they last took of the run and submitted. */
  readonly agent: Option.Option<AgentOutline>
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
