/**
 * Workers: persons, as one provider knows them, over all runs.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  BlockNeedsScope,
  BonusNeedsUnit,
  CurrencyNotPaid,
  IneligibleReason,
  InsufficientFunds,
  InvalidInput,
  ProviderError,
  RequesterNotFound,
  StoreError,
  TaskRunNotFound,
  Uncertain,
  UnitNotFound,
  WorkerNotFound
} from "./CrowdError.js"
import { type AgentId, type RequesterId, RunId, Token, UnitId, WorkerId } from "./Ids.js"
import { named } from "./internal/schemas.js"
import { Money } from "./Money.js"
import { AgentStatus } from "./States.js"

/**
 * A person, as one provider knows them, over all runs.
 *
 * @since 0.1.0
 * @category models
 */
export const Worker = Schema.Struct({
  id: WorkerId,
  provider: Schema.String,
  /** What this crowd calls the worker: an id, an address, a name. */
  name: Schema.String,
  firstSeenAt: Schema.DateTimeUtcFromNumber
}).annotations({ identifier: "Worker" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Worker extends Schema.Schema.Type<typeof Worker> {}

/**
 * Whom a bonus is paid, how much, for what, and to which run it is accounted.
 *
 * @since 0.1.0
 * @category models
 */
export interface BonusOptions {
  readonly worker: WorkerId
  readonly amount: Money
  /** Shown to the worker. */
  readonly reason: string
  /** The unit the bonus is for. Some crowds insist on one (`BonusNeedsUnit`). */
  readonly unit?: UnitId | undefined
  /** The run it is accounted to; the unit's run by default. */
  readonly run?: RunId | undefined
  /**
   * Two bonuses with the same worker, unit (or run, where there is no unit), amount, reason and key are one bonus. To
   * give the same once more on purpose, give it another key.
   */
  readonly key?: string | undefined
}

/**
 * A bonus that was paid, and under which token.
 *
 * @since 0.1.0
 * @category models
 */
export const BonusReceipt = Schema.Struct({
  token: Token,
  worker: WorkerId,
  amount: Money,
  fee: Money,
  /** It was paid before: nothing was paid now. */
  repeated: Schema.Boolean
})
/**
 * @since 0.1.0
 * @category models
 */
export interface BonusReceipt extends Schema.Schema.Type<typeof BonusReceipt> {}

/**
 * A bonus that was paid, as its worker may see it.
 *
 * @since 0.1.0
 * @category models
 */
export const PaidBonus = Schema.Struct({
  token: Token,
  run: Schema.OptionFromNullOr(RunId),
  unit: Schema.OptionFromNullOr(UnitId),
  amount: Money,
  reason: Schema.String,
  paidAt: Schema.DateTimeUtcFromNumber
}).annotations({ identifier: "PaidBonus" })
/**
 * @since 0.1.0
 * @category models
 */
export interface PaidBonus extends Schema.Schema.Type<typeof PaidBonus> {}

/**
 * How many agents are in each status.
 *
 * @since 0.1.0
 * @category models
 */
export type AgentCounts = { readonly [Status in AgentStatus]: number }

/**
 * One worker's part in a run: how many units they have taken, how many agents of theirs are in each status, what they
 * were paid on top, and whether the run's requester keeps them out. `medianTime` (milliseconds from accept to submit) is
 * taken from their latest two hundred submissions.
 *
 * @since 0.1.0
 * @category models
 */
export const Participation = Schema.Struct({
  worker: named<Worker>()(Worker),
  taken: Schema.Int,
  agents: named<AgentCounts>()(Schema.Record({ key: AgentStatus, value: Schema.Int })),
  bonuses: Money,
  medianTime: Schema.OptionFromNullOr(Schema.Number),
  blocked: Schema.Boolean
}).annotations({ identifier: "Participation" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Participation extends Schema.Schema.Type<typeof Participation> {}

/**
 * Whose block it is: a requester's, or that of the requester of a unit.
 *
 * @since 0.1.0
 * @category models
 */
export type Scope = { readonly requester: RequesterId } | { readonly unit: UnitId }

/**
 * How a worker stands to a run: the agent they hold in it, and what keeps them from any unit of it, whether one is free
 * or not.
 *
 * @since 0.1.0
 * @category models
 */
export interface Standing {
  readonly held: Option.Option<AgentId>
  readonly barred: Option.Option<IneligibleReason>
}

/**
 * How far a worker is in a run. `submitted` counts what they have submitted, of which `waiting` is not decided; `available`
 * how many more units they could take now, one after the other, as far as nothing bars them, counted no further than
 * `countedTo`. `earned` is what was approved, with bonuses; `toCome` what is still to be decided.
 *
 * @since 0.1.0
 * @category models
 */
export interface Progress {
  readonly submitted: number
  readonly waiting: number
  readonly available: number
  readonly earned: Money
  readonly toCome: Money
}

/**
 * Where `Progress.available` ends, so that it costs no more in a large run: 1,000.
 *
 * @since 0.1.0
 * @category constants
 */
export const countedTo = 1_000

/** What blocking and unblocking can fail with. @since 0.1.0 @category errors */
export type BlockError =
  | WorkerNotFound
  | RequesterNotFound
  | UnitNotFound
  | BlockNeedsScope
  | Uncertain
  | ProviderError
  | StoreError

/** What a bonus can fail with. `Uncertain` says that it may have been paid. @since 0.1.0 @category errors */
export type BonusError =
  | WorkerNotFound
  | UnitNotFound
  | TaskRunNotFound
  | InvalidInput
  | CurrencyNotPaid
  | BonusNeedsUnit
  | InsufficientFunds
  | Uncertain
  | ProviderError
  | StoreError

/**
 * The capability: workers are read, paid bonuses, blocked and let in again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly get: (id: WorkerId) => Effect.Effect<Worker, WorkerNotFound | StoreError>
  /** The worker this crowd calls by that name. */
  readonly findByName: (name: string) => Effect.Effect<Worker, WorkerNotFound | StoreError>
  /** All workers of this provider, in the order they were first seen, paged. */
  readonly list: Stream.Stream<Worker, StoreError>
  /** Who has taken part in a run, in the order they were first seen, or only those behind `after`; paged. */
  readonly ofRun: (
    run: RunId,
    options?: { readonly after?: WorkerId | undefined }
  ) => Stream.Stream<Participation, TaskRunNotFound | StoreError>
  /**
   * Pays on top of the reward. A repeat answers the receipt of the first time. Fails with InvalidInput where the amount is
   * zero or the reason empty, and with CurrencyNotPaid where the crowd does not pay in this currency, or the run it is
   * accounted to is in another one.
   */
  readonly bonus: (options: BonusOptions) => Effect.Effect<BonusReceipt, BonusError>
  /** Returns the bonuses one worker was paid, in all runs, the newest first, paged. */
  readonly bonuses: (worker: WorkerId) => Stream.Stream<PaidBonus, StoreError>
  /**
   * Keeps the worker from all work of the requester. Blocking twice is blocking once. Fails with InvalidInput where the
   * reason is empty.
   */
  readonly block: (worker: WorkerId, scope: Scope, reason: string) => Effect.Effect<void, BlockError | InvalidInput>
  readonly unblock: (worker: WorkerId, scope: Scope) => Effect.Effect<void, BlockError>
  /** Whether the worker is blocked, by the requester or by the crowd itself, where it can be asked. */
  readonly isBlocked: (
    worker: WorkerId,
    scope: Scope
  ) => Effect.Effect<boolean, WorkerNotFound | RequesterNotFound | UnitNotFound | ProviderError | StoreError>
  /** None if the worker may take a unit of the run now; otherwise why not. */
  readonly isEligible: (
    worker: WorkerId,
    run: RunId
  ) => Effect.Effect<Option.Option<IneligibleReason>, WorkerNotFound | TaskRunNotFound | StoreError>
  /** Cheaper than `isEligible`: it looks for no free unit. Of somebody who is new, where no worker is named. */
  readonly standing: (
    run: RunId,
    worker?: WorkerId
  ) => Effect.Effect<Standing, WorkerNotFound | TaskRunNotFound | StoreError>
  /** Of somebody who is new, where no worker is named. */
  readonly progress: (
    run: RunId,
    worker?: WorkerId
  ) => Effect.Effect<Progress, WorkerNotFound | TaskRunNotFound | StoreError>
}

/**
 * The tag of the capability; every provider has it.
 *
 * @since 0.1.0
 * @category services
 */
export class Workers extends Context.Tag("effect-crowd/Workers")<Workers, Service>() {}
