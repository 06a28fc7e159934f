/**
 * Units: one worker's part of an assignment, the smallest thing that is launched, paid and expired.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  InsufficientFunds,
  InvalidTransition,
  ProviderError,
  StoreError,
  TaskRunNotFound,
  Uncertain,
  UnitNotFound
} from "./CrowdError.js"
import { AgentId, AssignmentId, RunId, UnitId } from "./Ids.js"
import { UnitStatus } from "./States.js"

/**
 * One person's part of an assignment: what is launched, paid and expired.
 *
 * @since 0.1.0
 * @category models
 */
export const Unit = Schema.Struct({
  id: UnitId,
  run: RunId,
  assignment: AssignmentId,
  /** Which of its assignment's units this is, from 0. */
  index: Schema.Int,
  /** The order in which units are given out: first every assignment's unit 0, in the order of the data, and so on. */
  place: Schema.Int,
  status: UnitStatus,
  /** The crowd's own name for the offer that it is part of, where it has one. */
  remoteId: Schema.OptionFromNullOr(Schema.String),
  /**
   * The unit that it is, or was last tried to be, launched with in one order, where it is not the first of its order.
   */
  launchedWith: Schema.OptionFromNullOr(UnitId),
  /** With how many places its offer was made; 1 as long as it is not out. */
  offerSize: Schema.Int,
  /** The agent that holds it, or that completed it. */
  agent: Schema.OptionFromNullOr(AgentId),
  /**
   * When it must have been submitted: by the agent that holds it or, where it was taken back, by somebody at work on it
   * whom only the crowd knows.
   */
  leaseUntil: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  /** When it was taken back from the crowd; a worker at work on it may still finish. */
  withdrawnAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  /**
   * Until when it is on offer: the task's lifetime from when it was launched, or from when it was made as long as it is
   * not. None once it was submitted or taken back.
   */
  offeredUntil: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  /** The unit of the same assignment in whose place this one was launched again. */
  replaces: Schema.OptionFromNullOr(UnitId),
  updatedAt: Schema.DateTimeUtcFromNumber
}).annotations({ identifier: "Unit" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Unit extends Schema.Schema.Type<typeof Unit> {}

/**
 * Which units of a run are read.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListOptions {
  readonly status?: UnitStatus | undefined
  /** How many at the most; no more are read. */
  readonly limit?: number | undefined
}

/**
 * Which units of a run are offered. `E` is what `ready` fails with.
 *
 * @since 0.1.0
 * @category models
 */
export interface LaunchOptions<E = never> {
  /** Only units made by `TaskRuns.relaunch`. */
  readonly relaunched?: boolean | undefined
  /** How many units to offer at the most; a row may be split by it, and the rest of it is added to its offer later. */
  readonly limit?: number | undefined
  /** Done before so many units in all are looked for, so that rows can be added while units are sent. */
  readonly ready?: ((units: number) => Effect.Effect<void, E>) | undefined
}

/**
 * When the first and when the last of a run's offers ends.
 *
 * @since 0.1.0
 * @category models
 */
export interface OfferEnds {
  readonly first: DateTime.Utc
  readonly last: DateTime.Utc
}

/**
 * The capability: units are offered to the crowd, followed there, and taken back.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly get: (id: UnitId) => Effect.Effect<Unit, UnitNotFound | StoreError>
  /** The units of a run in the order of their places, paged. */
  readonly list: (run: RunId, options?: ListOptions) => Stream.Stream<Unit, StoreError>
  /** The units with these ids, in no particular order. */
  readonly getAll: (ids: ReadonlyArray<UnitId>) => Effect.Effect<ReadonlyArray<Unit>, StoreError>
  /** The unit's status after asking the provider for its own. */
  readonly status: (id: UnitId) => Effect.Effect<UnitStatus, UnitNotFound | ProviderError | StoreError>
  /**
   * Offers every created unit of the run to the crowd, in pages, a bounded number of pages at once; each page that is
   * out is one element. Running it again continues where it stopped. Units go out in one order for as many as an offer of
   * the crowd holds (one, a row's, or the run's), or as more places in the offer that is out; what may be on its way to
   * the same offer is settled first. Where the provider only makes drafts (`Provider.isDraft`), no unit is offered.
   */
  readonly launch: <E = never>(
    run: RunId,
    options?: LaunchOptions<E>
  ) => Stream.Stream<
    ReadonlyArray<Unit>,
    TaskRunNotFound | InsufficientFunds | Uncertain | ProviderError | StoreError | E
  >
  /**
   * Takes one unit back. The crowd is told once its offer has no other open unit; work that somebody hands in until then
   * is kept. Answers how long to wait until nobody can be working on it.
   */
  readonly expire: (
    id: UnitId
  ) => Effect.Effect<Duration.Duration, UnitNotFound | InvalidTransition | Uncertain | ProviderError | StoreError>
  /**
   * Takes in what was submitted, then takes every undecided unit of the run back, in pages; the crowd is told once of each
   * offer. Answers the longest wait.
   */
  readonly expireAll: (
    run: RunId
  ) => Effect.Effect<Duration.Duration, TaskRunNotFound | Uncertain | ProviderError | StoreError>
  /**
   * Takes back the units of the run whose time on offer has ended, in pages. What the crowd has to tell of them is not
   * asked for: `sync` first. Returns how many there were; none where the provider only makes drafts, for time on offer
   * begins when they are published.
   */
  readonly expireOverdue: (
    run: RunId
  ) => Effect.Effect<number, TaskRunNotFound | Uncertain | ProviderError | StoreError>
  /**
   * When offers of the run end; none where nothing is on offer. The first is over where it could not be taken back yet.
   */
  readonly offerEnds: (run: RunId) => Effect.Effect<Option.Option<OfferEnds>, TaskRunNotFound | StoreError>
  /**
   * Until when somebody may be at work on a unit of the run: an agent that holds it or, where it was taken back, somebody
   * whom only the crowd knows. None where nobody is.
   */
  readonly busyUntil: (run: RunId) => Effect.Effect<Option.Option<DateTime.Utc>, TaskRunNotFound | StoreError>
  /**
   * Brings units and agents of the run in step with what the crowd says, and tells a crowd that has to be told who has
   * handed in all they may. Answers how many records changed.
   *
   * Work of somebody whom we did not see arrive takes a free unit of its offer, of a row they have no unit of; else one
   * that was taken back; else the one that somebody has held the longest, who has left it then. Where all are handed in
   * it is kept as one more submission, which `Summary.surplus` counts.
   */
  readonly sync: (run: RunId) => Effect.Effect<number, TaskRunNotFound | ProviderError | StoreError>
  /**
   * Units of the run as they change, oldest change first, forever; changes between two looks at the same unit are one.
   * `every` is the least time between two looks (default 1 second).
   */
  readonly changes: (
    run: RunId,
    options?: { readonly every?: Duration.DurationInput | undefined }
  ) => Stream.Stream<Unit, StoreError>
}

/**
 * The tag of the capability; every provider has it.
 *
 * @since 0.1.0
 * @category services
 */
export class Units extends Context.Tag("effect-crowd/Units")<Units, Service>() {}
