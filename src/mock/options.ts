/**
 * What the Mock's crowd is told, does and can be asked.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Agent, Service as AgentsService, Answers, Exit } from "../Agents.js"
import type {
  BlockNeedsScope,
  BonusNeedsUnit,
  CredentialsRejected,
  InsufficientFunds,
  InvalidProviderData,
  ProviderError,
  StoreError
} from "../CrowdError.js"
import type { Observation, Outcome } from "../Driver.js"
import { Token } from "../Ids.js"
import type * as Money from "../Money.js"
import type { AgentStatus } from "../States.js"
import type { Inputs, TaskRun } from "../TaskRuns.js"

/**
 * Something the crowd was asked to do, which it did once, however often it was asked.
 *
 * @since 0.1.0
 * @category models
 */
export const Deed = Schema.Struct({
  token: Token,
  method: Schema.String,
  /** The unit, agent or worker it was done to. */
  subject: Schema.String,
  /** How often it was asked for with this token. */
  times: Schema.Int,
  /** What it took from the balance, in minor units, fee included. */
  charged: Schema.Int
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Deed extends Schema.Schema.Type<typeof Deed> {}

/**
 * What the crowd's side of the Mock knows.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
  readonly balance: Money.Money
  /** Everything it was asked to do, by token. */
  readonly deeds: ReadonlyArray<Deed>
  /** What `Units.sync` will be told. */
  readonly observations: ReadonlyArray<Observation>
}

/**
 * A call the driver got, whatever became of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Call {
  readonly method: Method
  /** The tokens of the page; empty for methods without. */
  readonly tokens: ReadonlyArray<Token>
}

/**
 * The methods of the Mock's driver, with exactly the errors each can be scripted to have.
 *
 * @since 0.1.0
 * @category models
 */
export interface MethodErrors {
  readonly register: CredentialsRejected | ProviderError
  readonly isRegistered: ProviderError
  readonly confirm: InvalidProviderData | ProviderError
  readonly exit: ProviderError
  readonly setup: ProviderError
  readonly draft: ProviderError
  readonly cleanup: ProviderError
  readonly observe: ProviderError
  readonly offerStatus: ProviderError
  readonly agentStatus: ProviderError
  readonly markDone: ProviderError
  readonly launch: InsufficientFunds | ProviderError
  readonly expire: ProviderError
  readonly approve: InsufficientFunds | ProviderError
  readonly reject: ProviderError
  readonly bonus: InsufficientFunds | BonusNeedsUnit | ProviderError
  readonly block: BlockNeedsScope | ProviderError
  readonly unblock: BlockNeedsScope | ProviderError
  readonly createQualification: ProviderError
  readonly deleteQualification: ProviderError
  readonly grant: ProviderError
  readonly revoke: ProviderError
  readonly available: ProviderError
  readonly message: ProviderError
}
/**
 * The name of a method of the crowd whose next call can be scripted.
 *
 * @since 0.1.0
 * @category models
 */
export type Method = keyof MethodErrors

/**
 * The crowd's side of the Mock: all it holds can be read, set and watched, and its next calls scripted.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly state: Effect.Effect<State, StoreError>
  readonly setBalance: (balance: Money.Money) => Effect.Effect<void, StoreError>
  /** What the crowd will say of its units and agents at the next `Units.sync`. */
  readonly setObservations: (observations: ReadonlyArray<Observation>) => Effect.Effect<void>
  /** The state now, and again after each call that changed it. */
  readonly watch: Stream.Stream<State, StoreError>
  /** The latest 10,000 calls, oldest first. */
  readonly calls: Effect.Effect<ReadonlyArray<Call>>
  /**
   * Runs `effect` at the next call of `method` that has nothing scripted before it: fail with an error the method has,
   * hang with `Effect.never`, be slow with `Effect.sleep`. `before` (default) the crowd acts, so that a failure means it
   * did not happen; or `after`, so that it did.
   */
  readonly script: <M extends Method>(
    method: M,
    effect: Effect.Effect<void, MethodErrors[M]>,
    when?: "before" | "after"
  ) => Effect.Effect<void>
}

/**
 * What a scripted worker sees when a unit is theirs; `nth` counts the units they have had.
 *
 * @since 0.1.0
 * @category models
 */
export interface Visit {
  readonly agent: Agent
  readonly inputs: Inputs
  readonly nth: number
}

/**
 * What a scripted worker does with a unit, some time `after` they accepted it: answer, give it back, let the time run
 * out, or misbehave.
 *
 * @since 0.1.0
 * @category models
 */
export type Behaviour = { readonly after?: Duration.DurationInput | undefined } & (
  | { readonly _tag: "Answer"; readonly answers: Answers }
  | { readonly _tag: "Return" }
  | { readonly _tag: "TimeOut" }
  | { readonly _tag: "SubmitTwice"; readonly answers: Answers; readonly again: Answers }
  | { readonly _tag: "SubmitLate"; readonly answers: Answers }
  | { readonly _tag: "SubmitForeign"; readonly answers: Answers }
)

/**
 * The errors with which a submission can be refused.
 *
 * @since 0.1.0
 * @category models
 */
export type SubmitError = Effect.Effect.Error<ReturnType<AgentsService["submit"]>>

/**
 * Who works, and what they do with a unit.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorkOptions {
  /** How many work at once; 5 by default. One who has reached the limit per worker makes room for another. */
  readonly workers?: number
  /** How long one waits when no unit is free; 1 second by default. */
  readonly patience?: Duration.DurationInput
  /** `{ answer: "mock" }` at once by default. */
  readonly behave?: (visit: Visit) => Behaviour
  /** Shown how each submission was received. */
  readonly onAnswer?: (agent: Agent, answer: Either.Either<AgentStatus, SubmitError>) => Effect.Effect<void>
}

/**
 * Who works on a run, and how: from the run and its template, which is what a page would show them.
 *
 * @since 0.1.0
 * @category models
 */
export type People = (run: TaskRun, template: string) => WorkOptions

/**
 * What the Mock crowd begins with, and who works in it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** What the requester has to spend at first; 10,000.00 USD by default. */
  readonly balance?: Money.Money | undefined
  /** Percentage taken on top of every payment; 0 by default. */
  readonly feePercent?: number | undefined
  /** How long a call may take; 30 seconds by default. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Whether the crowd is asked to confirm who arrives: what is scripted for `confirm` then decides. No by default. */
  readonly confirms?: boolean | undefined
  /** Where people go who are done, by how it ended; they leave by themselves by default. */
  readonly exits?: { readonly [O in Outcome]?: Exit | undefined } | undefined
  /** Whether only drafts are made and nothing is ever offered, as by a crowd without a test mode. No by default. */
  readonly drafts?: boolean | undefined
  /**
   * Who works on every run that is launched or conducted here, without being asked: `People.fillForms` of `mock/People`
   * fill in the task's form. Nobody by default, of which the log is told once for each run.
   */
  readonly people?: People | undefined
}
