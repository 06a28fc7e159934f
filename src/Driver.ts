/**
 * What somebody writes to make a crowd into a provider: how this crowd registers, launches, observes, expires, pays and
 * blocks. Worker registry, states, journal, retries, eligibility and statistics are the shared half's (`Provider`).
 *
 * @since 0.1.0
 */
import type * as Arr from "effect/Array"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { Agent, Answers, Exit } from "./Agents.js"
import type {
  BlockNeedsScope,
  BonusNeedsUnit,
  CurrencyNotPaid,
  InsufficientFunds,
  ProviderError
} from "./CrowdError.js"
import type { Arrivals } from "./driver/arrivals.js"
import type { Leaving } from "./driver/exits.js"
import type { Offers } from "./driver/offers.js"
import type {
  BlockOrder,
  BonusOrder,
  ExcludeOrder,
  ExpireOrder,
  FeedbackRules,
  GrantOrder,
  LaunchOrder,
  ReviewOrder
} from "./driver/orders.js"
import { type Outward, settled } from "./driver/outward.js"
import type { Registration } from "./driver/registration.js"
import type { Json } from "./Json.js"
import type { Message, Outcome as MessageOutcome } from "./Messages.js"
import type { Currency, Money } from "./Money.js"
import type { Qualification } from "./Qualifications.js"
import type { Requester } from "./Requesters.js"
import type { RemoteAgentStatus, RemoteOfferStatus, SaidOutcome } from "./States.js"
import type { Draft, Inputs, QualificationRequirement, Task, TaskRun } from "./TaskRuns.js"
import type { Unit } from "./Units.js"
import type { Worker } from "./Workers.js"

export * from "./driver/arrivals.js"
export * from "./driver/exits.js"
export * from "./driver/offers.js"
export * from "./driver/orders.js"
export * from "./driver/outward.js"
export * from "./driver/registration.js"
export { retrying } from "./driver/retry.js"

/**
 * Whether money can be lost: `test` stands for sandboxes and scripted crowds.
 *
 * @since 0.1.0
 * @category models
 */
export type Mode = "test" | "live"

/**
 * What a crowd says of an offer, or of one worker's work in it. Work of somebody unheard of takes a free unit of the
 * offer, or of the run where the crowd does not tell which; where there is none, `Units.sync` says what it takes.
 *
 * @since 0.1.0
 * @category models
 */
export type Observation =
  | {
      readonly _tag: "Offer"
      readonly offer: string
      readonly status: RemoteOfferStatus
      /**
       * Of an offer that was taken back and that nobody is at work on any more: for how long work may still become
       * visible; zero where the crowd is never behind. Left out, whoever was at work when it was taken back may still be.
       */
      readonly wait?: Duration.Duration | undefined
    }
  | {
      readonly _tag: "Agent"
      /** Where the crowd tells it. */
      readonly offer?: string | undefined
      readonly workerName: string
      readonly remoteAgent: string
      readonly status: RemoteAgentStatus
      readonly answers: Option.Option<Answers>
      /** When the worker accepted, where the crowd tells; `at` otherwise. */
      readonly acceptedAt?: DateTime.Utc | undefined
      readonly at: DateTime.Utc
    }

/**
 * What a crowd itself says of a task's price: the fee of one unit, taxes included, and what else a requester should know
 * before they launch, each a sentence.
 *
 * @since 0.1.0
 * @category models
 */
export interface Estimate {
  readonly fee: Money
  readonly notes: ReadonlyArray<string>
}

/**
 * What somebody writes to make a crowd into a provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Driver {
  /** As on the command line: `mock`, `local`, `mturk`. */
  readonly provider: string
  /** What people call the crowd, for its workers' pages. Default: none. */
  readonly title?: string | undefined
  readonly mode: Mode
  /**
   * How long a `send` may take before it is interrupted and its answer counts as lost. The crowd is trusted to act on
   * nothing later than as long again after that.
   */
  readonly timeout: Duration.Duration
  /** The currencies this crowd pays in; whatever the task is in where it is left out. */
  readonly currencies?: Arr.NonEmptyReadonlyArray<Currency> | undefined
  /** How the crowd offers units; each by itself by default. */
  readonly offers: Offers
  /** What the marketplace takes on top of a payment. */
  readonly fee: (payment: {
    readonly kind: "reward" | "bonus"
    readonly amount: Money
    /** With how many places the offer was made. */
    readonly places: number
    /** What the task asks of its workers; some crowds take more for some of it. */
    readonly qualifications?: ReadonlyArray<QualificationRequirement> | undefined
    /** What `setup` came back with for the run it is of; none before, and where it is of no run. */
    readonly setup: Option.Option<Json>
  }) => Money
  /**
   * What the crowd says of the price of so many units, in place of `fee`, for plans and before a launch. Left out where
   * `fee` knows.
   */
  readonly estimate?:
    | ((task: Task, units: number) => Effect.Effect<Estimate, CurrencyNotPaid | ProviderError>)
    | undefined
  /**
   * What offering so many units of the run would come to, where this driver offers nothing: for a crowd without a test
   * mode. Units are never launched then, and stay `created` until a driver of the same provider without it launches them.
   */
  readonly draft?: ((run: TaskRun, units: number) => Effect.Effect<Draft, ProviderError>) | undefined
  /**
   * Whether the crowd itself sees to a requirement of this name, so that nothing is known of it here. None by default.
   */
  readonly enforces?: ((qualification: string) => boolean) | undefined
  /**
   * Whether each page goes to the crowd whole, so that nobody is seen to arrive: then limits are kept by the crowd
   * (`offers.keeps`) or refused, `block` has to tell it, and a batch with files of its own cannot be launched. False by
   * default.
   */
  readonly carriesPages?: boolean | undefined
  /**
   * What the crowd would refuse of the page of one row, in words; nothing by default. Each row of a batch is asked for
   * before anything is sent.
   */
  readonly pageFault?:
    | ((batch: { readonly template: string; readonly task: Task }) => (inputs: Inputs) => string | undefined)
    | undefined
  readonly registration: Registration
  readonly arrivals: Arrivals
  /**
   * Where somebody goes who is done, if anywhere. Asked once their outcome is in the Store, as often as they ask; must
   * come to the same for the same person. Left out where people leave by themselves.
   */
  readonly exit?: ((leaving: Leaving) => Effect.Effect<Option.Option<Exit>, ProviderError>) | undefined
  /**
   * Whether whoever leaves without answers keeps a place at the crowd until they return it there themselves, which our pages
   * ask of them. False by default.
   */
  readonly returns?: boolean | undefined
  /**
   * How a visit ended of which these are the answers, as the task's page says; or what is wrong with what it says, in
   * words. With all that was asked, by default.
   */
  readonly outcomeOf?: ((run: TaskRun, answers: Answers) => Either.Either<SaidOutcome, string>) | undefined
  /**
   * Whether somebody has one visit to a run at a time: who holds a unit goes on with it under whatever name of the crowd's
   * they arrive; whose visit the page ended has no other; and the crowd's name for a visit stays with whom it came first.
   * By default, another name is another visit.
   */
  readonly oneVisit?: boolean | undefined
  /** Whatever must be there before units are; must come to the same when it is repeated. */
  readonly setup: (run: TaskRun) => Effect.Effect<Json, ProviderError>
  /** Removes what `setup` made. Default: nothing, for crowds that keep it. */
  readonly cleanup: (run: TaskRun) => Effect.Effect<void, ProviderError>
  /**
   * Everything the crowd has of a run, from paged calls. Crowds that tell us themselves have nothing to add. A call that
   * fails is the driver's to try again (`retrying`), so that no page is asked for twice because of a later one.
   */
  readonly observe: (run: TaskRun) => Stream.Stream<Observation, ProviderError>
  /**
   * An element whenever `observe` may have something new to tell, so that the crowd is not asked in between;
   * `Stream.never` where all there is comes in through `Agents`. Left out, the crowd has to be asked time and again.
   */
  readonly news?: Stream.Stream<void> | undefined
  /** What the crowd says of a unit's offer now. Default: none, so that the status is what `observe` told last. */
  readonly offerStatus: (unit: Unit) => Effect.Effect<Option.Option<RemoteOfferStatus>, ProviderError>
  /** What the crowd says of one agent now. Default: none, so that the status is what `observe` told last. */
  readonly agentStatus: (agent: Agent) => Effect.Effect<Option.Option<RemoteAgentStatus>, ProviderError>
  /**
   * Tells the crowd that the program needs no more of this worker. Called by `Agents.markDone` alone, with retries, until
   * it has succeeded once for the agent. Default: nothing is told.
   */
  readonly markDone: (agent: Agent) => Effect.Effect<void, ProviderError>
  readonly launch: Outward<LaunchOrder, InsufficientFunds | ProviderError>
  readonly expire: Outward<ExpireOrder, ProviderError>
  readonly approve: Outward<ReviewOrder, InsufficientFunds | ProviderError>
  readonly reject: Outward<ReviewOrder, ProviderError>
  readonly bonus: Outward<BonusOrder, InsufficientFunds | BonusNeedsUnit | ProviderError>
  readonly block: Outward<BlockOrder, BlockNeedsScope | ProviderError>
  /**
   * Lets the worker in again. Default: `settled`, so the block ends here and the crowd is not told; right where `block`
   * tells the crowd nothing either, or where the crowd has no way back.
   */
  readonly unblock: Outward<BlockOrder, BlockNeedsScope | ProviderError>
  /**
   * Keeps whoever has handed in as many units of a run as one worker may from more of it, so that `offers.keeps` can say
   * `unitsPerWorker`. Asked once for each worker, by the sync that finds it; what they have accepted until then is theirs.
   * Left out by a crowd that keeps the limit without being told, or that does not keep it.
   */
  readonly exclude?: Outward<ExcludeOrder, ProviderError> | undefined
  /** Whether the crowd keeps the worker out, whoever asked for it; left out where it cannot be asked. */
  readonly isBlocked?: ((worker: Worker) => Effect.Effect<boolean, ProviderError>) | undefined
  /** What this crowd wants of the feedback of a rejection; that there is some, by default. */
  readonly feedback?: FeedbackRules | undefined
}

/** The members of a `Driver` that have a default. */
type Defaulted = "cleanup" | "offers" | "offerStatus" | "agentStatus" | "markDone" | "unblock"

/**
 * What `make` takes: a driver, of which may be left out what most crowds do not have. `Driver` says each default.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Omit<Driver, Defaulted>, Partial<Pick<Driver, Defaulted>> {}

/**
 * Returns a driver in which what was left out has its default.
 *
 * @example
 * import * as Driver from "effect-crowd/Driver"
 * import * as Money from "effect-crowd/Money"
 * import * as Duration from "effect/Duration"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import * as Schema from "effect/Schema"
 * import * as Stream from "effect/Stream"
 *
 * const provider = "volunteers"
 *
 * export const driver = Driver.make({
 *   provider,
 *   mode: "live",
 *   timeout: Duration.seconds(5),
 *   fee: ({ amount }) => Money.zero(amount.currency),
 *   registration: Driver.registration({
 *     provider,
 *     args: Schema.Struct({}),
 *     check: () => Effect.void,
 *     isRegistered: () => Effect.succeed(true)
 *   }),
 *   arrivals: Driver.arrivals({
 *     provider,
 *     schema: Schema.Struct({ worker: Schema.NonEmptyTrimmedString }),
 *     arrival: ({ worker }) => ({ workerName: worker, offer: Option.none(), remoteAgent: Option.none() })
 *   }),
 *   setup: () => Effect.succeed(null),
 *   observe: () => Stream.empty,
 *   news: Stream.never,
 *   ...Driver.allSettled
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Driver => ({
  cleanup: () => Effect.void,
  offers: { holds: "unit" },
  offerStatus: () => Effect.succeedNone,
  agentStatus: () => Effect.succeedNone,
  markDone: () => Effect.void,
  unblock: settled,
  ...options
})

/**
 * What a driver adds for `Qualifications`.
 *
 * @since 0.1.0
 * @category models
 */
export interface QualificationsDriver {
  /** Makes it with the crowd, or finds it there under that name. Answers the crowd's own name for it. */
  readonly create: (name: string, description: string) => Effect.Effect<Option.Option<string>, ProviderError>
  readonly delete: (qualification: Qualification) => Effect.Effect<void, ProviderError>
  readonly grant: Outward<GrantOrder, ProviderError>
  readonly revoke: Outward<GrantOrder, ProviderError>
}

/**
 * The effects of a crowd that is told of none: all there is of them is in our own Store.
 *
 * @since 0.1.0
 * @category defaults
 */
export const allSettled = {
  launch: settled,
  expire: settled,
  approve: settled,
  reject: settled,
  bonus: settled,
  block: settled
} satisfies Partial<Driver>

/**
 * For a crowd that has no qualifications of its own: ours are kept in the Store alone.
 *
 * @since 0.1.0
 * @category defaults
 */
export const storedQualifications: QualificationsDriver = {
  create: () => Effect.succeedNone,
  delete: () => Effect.void,
  grant: settled,
  revoke: settled
}

/**
 * What a driver adds for `Messages`.
 *
 * @since 0.1.0
 * @category models
 */
export interface MessagesDriver {
  readonly send: (
    workers: ReadonlyArray<Worker>,
    message: Message
  ) => Effect.Effect<ReadonlyArray<MessageOutcome>, ProviderError>
}

/**
 * What a driver adds for `Budget`.
 *
 * @since 0.1.0
 * @category models
 */
export interface BudgetDriver {
  readonly available: (requester: Requester) => Effect.Effect<Money, ProviderError>
}
