/**
 * What the conformance suites need to know of a crowd beyond its capabilities: how a worker comes to it, and how it can
 * be brought into trouble. Everything but `arrive` is optional; a suite leaves out the sentences it has no means to try.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { Agent, Answers } from "../Agents.js"
import type { Token } from "../Ids.js"
import type { Currency } from "../Money.js"
import type { TaskRun } from "../TaskRuns.js"

/**
 * The outward effects, by the names the journal knows them under.
 *
 * @since 0.1.0
 * @category models
 */
export type Outward = "launch" | "expire" | "approve" | "reject" | "bonus" | "block" | "unblock" | "grant" | "revoke"

/**
 * One crowd as the suites need it. `R` is what its workers need beyond the layer.
 *
 * @since 0.1.0
 * @category models
 */
export interface Harness<out R = never> {
  /**
   * The worker of this name accepts a unit of the run. Answers what their browser then sends to `Agents.register`; may
   * fail where the crowd itself refuses them.
   */
  readonly arrive: (worker: string, run: TaskRun) => Effect.Effect<unknown, unknown, R>
  /** What no browser of this crowd sends; `null` by default. */
  readonly unreadable?: unknown
  /** What a browser could send that the crowd knows nothing of. Not where it is not asked to confirm arrivals. */
  readonly unconfirmed?: (run: TaskRun) => Effect.Effect<unknown, unknown, R>
  /** What `Requesters.register` takes; `{}` by default. */
  readonly registerArgs?: unknown
  /** What `Requesters.register` must refuse; `null` by default. */
  readonly wrongRegisterArgs?: unknown
  /** The currency of the crowd; `USD` by default. */
  readonly currency?: Currency
  /** The shortest time for which the crowd lets a worker hold a unit; 1 second by default. */
  readonly shortest?: Duration.DurationInput
  /** The worker sends their answers; `Agents.submit` by default. The suites `Units.sync` until they have come. */
  readonly submit?: (agent: Agent, answers: Answers) => Effect.Effect<unknown, unknown, R>
  /** The worker gives the unit back; `Agents.return` by default. */
  readonly giveBack?: (agent: Agent) => Effect.Effect<unknown, unknown, R>
  /** Lets the crowd do what the next call of this kind asks for, and lose its answer. */
  readonly loseAnswer?: (kind: Outward) => Effect.Effect<void, unknown, R>
  /** Lets the crowd refuse the next call of this kind for good, without doing it. */
  readonly refuse?: (kind: Outward) => Effect.Effect<void, unknown, R>
  /** How often the crowd has done what it was asked under this token. */
  readonly timesDone?: (token: Token) => Effect.Effect<number, unknown, R>
  /** Leaves the requester without any money. Not where the crowd holds the money for work before it is done. */
  readonly spendAll?: Effect.Effect<void, unknown, R>
  /** `test` (default): the suites run under the `TestClock`. `real`: the crowd is somewhere else, and time is its own. */
  readonly clock?: "test" | "real"
  /**
   * How long one sentence may take in real time, on either clock; 30 seconds by default. One that takes longer fails, and
   * says what it waited for. Give a slow crowd more: most sentences are some ten calls, those in which an answer is lost
   * are as long as its driver's retries, and twice its `timeout` where nothing can be looked up sooner.
   */
  readonly patience?: Duration.DurationInput
}
