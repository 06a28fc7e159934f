/**
 * Agents: one worker at work on one unit, from accept to review.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  AgentNotFound,
  AlreadySubmitted,
  IneligibleReason,
  InsufficientFunds,
  InvalidAnswers,
  InvalidFeedback,
  InvalidProviderData,
  InvalidTransition,
  NotEligible,
  NotYourAgent,
  ProviderError,
  StoreError,
  TaskRunNotFound,
  Uncertain
} from "./CrowdError.js"
import { AgentId, AssignmentId, RunId, UnitId, WorkerId } from "./Ids.js"
import { named } from "./internal/schemas.js"
import type { Json } from "./Json.js"
import { isJsonObject, isSame, parseJson } from "./Json.js"
import { AgentStatus, Outcome, type SubmissionStatus } from "./States.js"

/**
 * What a worker answered: any JSON under the names of the form's fields.
 *
 * @since 0.1.0
 * @category models
 */
export type Answers = { readonly [field: string]: Json }
/**
 * @since 0.1.0
 * @category models
 */
export const Answers: Schema.Schema<Answers> = Schema.declare(isJsonObject, {
  identifier: "Answers",
  description: "any JSON, nested at most 100 deep, under the names of a form's fields",
  jsonSchema: { type: "object" },
  arbitrary: () => (fc) => fc.dictionary(fc.string(), fc.json({ maxDepth: 4 }).map(parseJson)),
  equivalence: () => isSame
})

/**
 * Answers larger than this, as JSON in UTF-8, are refused: 1 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxAnswersBytes = 1_048_576

/**
 * How many names the answers to one unit may have.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxAnswerNames = 1_000

/**
 * For so long an agent whose heartbeats stopped counts as there: 2 minutes, in which even a browser that slows its pages
 * down sends more than one.
 *
 * @since 0.1.0
 * @category constants
 */
export const silentAfter = Duration.minutes(2)

/**
 * What a crowd told of somebody when they came, and a requester wants to keep: texts by their names.
 *
 * @since 0.1.0
 * @category models
 */
export const Details = Schema.Record({ key: Schema.String, value: Schema.String }).annotations({
  identifier: "Details"
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Details extends Schema.Schema.Type<typeof Details> {}

/**
 * One worker at work on one unit: who, on what, how far, what they answered, and how it was decided.
 *
 * @since 0.1.0
 * @category models
 */
export const Agent = Schema.Struct({
  id: AgentId,
  run: RunId,
  unit: UnitId,
  assignment: AssignmentId,
  worker: WorkerId,
  /** What this crowd calls the worker: an id, an address, a name. */
  workerName: Schema.String,
  status: AgentStatus,
  /** The crowd's own name for this piece of work, where it has one. */
  remoteId: Schema.OptionFromNullOr(Schema.String),
  /** What the crowd told of the worker when they came, where it is kept. */
  details: Schema.OptionFromNullOr(named<Details>()(Details)),
  answers: Schema.OptionFromNullOr(Answers),
  /** How the worker's visit ended, where the page said it and it was not with all that was asked: they have left. */
  outcome: Schema.OptionFromNullOr(Outcome),
  /** What the worker was told with the decision. */
  feedback: Schema.OptionFromNullOr(Schema.String),
  /** The category of a rejection, where it has one. */
  category: Schema.OptionFromNullOr(Schema.String),
  acceptedAt: Schema.DateTimeUtcFromNumber,
  deadline: Schema.DateTimeUtcFromNumber,
  submittedAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  decidedAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  /** When the worker left without submitting. */
  leftAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  /** When the provider was told that the task is done. */
  doneAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber)
}).annotations({ identifier: "Agent" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Agent extends Schema.Schema.Type<typeof Agent> {}

/**
 * An agent without its answers, which may be large.
 *
 * @since 0.1.0
 * @category models
 */
export const AgentOutline = Agent.omit("answers").annotations({ identifier: "AgentOutline" })
/**
 * @since 0.1.0
 * @category models
 */
export interface AgentOutline extends Schema.Schema.Type<typeof AgentOutline> {}

/**
 * Where somebody goes who is done: an address, or a code that they give to the crowd themselves.
 *
 * @since 0.1.0
 * @category models
 */
export type Exit =
  | { readonly _tag: "Redirect"; readonly url: string }
  | { readonly _tag: "Code"; readonly code: string }
/**
 * @since 0.1.0
 * @category models
 */
export const Exit = named<Exit>()(
  Schema.Union(
    Schema.TaggedStruct("Redirect", { url: Schema.String }),
    Schema.TaggedStruct("Code", { code: Schema.String })
  )
)

/**
 * What `Agents.submit` takes: one worker's answers to one unit.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submission {
  readonly agent: AgentId
  /** Who sends it; work in another worker's name is `NotYourAgent`. */
  readonly worker: WorkerId
  readonly answers: Answers
}

/**
 * An agent who arrives. `repeated` says that they were here already, and took nothing now.
 *
 * @since 0.1.0
 * @category models
 */
export interface Arrived extends Agent {
  readonly repeated: boolean
}

/**
 * What `Agents.register` can be told besides who arrives.
 *
 * @since 0.1.0
 * @category models
 */
export interface RegisterOptions {
  /** The agent whose unit the worker puts back for another; who finds no other keeps it. */
  readonly insteadOf?: AgentId | undefined
}

/**
 * An agent after a decision. `repeated` says that it had been decided so before: nothing was done now, and the first
 * feedback stands.
 *
 * @since 0.1.0
 * @category models
 */
export interface Decided extends Agent {
  readonly repeated: boolean
}

/**
 * What goes with an approval.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApproveOptions {
  /** Shown to the worker: at most 1,024 characters; blank is none. */
  readonly feedback?: string | undefined
  /** Approve work that was rejected before. */
  readonly overrideRejection?: boolean | undefined
}

/**
 * What goes with a rejection, beside its feedback.
 *
 * @since 0.1.0
 * @category models
 */
export interface RejectOptions {
  /** Why, in a word: one of the crowd's own where its driver names them (`Driver.feedback`), or else anything. */
  readonly category?: string | undefined
}

/**
 * Which submissions of a run are read, and in which order.
 *
 * @since 0.1.0
 * @category models
 */
export interface SubmissionsOptions {
  readonly status: SubmissionStatus
  /** Only this worker's, in the order in which they accepted. */
  readonly worker?: WorkerId | undefined
  /** Only those behind this one. */
  readonly after?: AgentId | undefined
  readonly newestFirst?: boolean | undefined
}

/** What a change of an agent that sends and pays nothing can fail with. @since 0.1.0 @category errors */
export type ChangeError = AgentNotFound | InvalidTransition | StoreError
/** What an approval can fail with. `Uncertain` says that it may have been paid. @since 0.1.0 @category errors */
export type PayError =
  | AgentNotFound
  | InvalidFeedback
  | InvalidTransition
  | InsufficientFunds
  | Uncertain
  | ProviderError
  | StoreError
/** What a rejection can fail with. @since 0.1.0 @category errors */
export type RejectError = AgentNotFound | InvalidFeedback | InvalidTransition | Uncertain | ProviderError | StoreError

/**
 * The capability: workers accept, submit and return; requesters approve and reject. All of it can be repeated.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * A worker accepts: decodes what the browser shim sent with the provider's own schema, makes the Worker where it is
   * new, and gives it a unit. The same arrival again is the same agent. Where a browser's word is not enough, the crowd
   * is asked first: what it does not confirm is `InvalidProviderData`.
   */
  readonly register: (
    run: RunId,
    providerData: unknown,
    options?: RegisterOptions
  ) => Effect.Effect<Arrived, TaskRunNotFound | InvalidProviderData | NotEligible | ProviderError | StoreError>
  /**
   * Stores the answers. The same submission again is the same success; other answers are `AlreadySubmitted`. Where they
   * say that the visit ended before all was done (`Driver.outcomeOf`), the agent is `returned` and the unit on offer again.
   */
  readonly submit: (
    submission: Submission
  ) => Effect.Effect<
    Agent,
    AgentNotFound | NotYourAgent | InvalidAnswers | AlreadySubmitted | InvalidTransition | StoreError
  >
  /** The worker has begun, or has come back after `disconnect`. */
  readonly start: (id: AgentId) => Effect.Effect<Agent, ChangeError>
  /**
   * The worker is there: they have begun, or have come back. Whoever has sent one is expected to go on: see
   * `disconnectSilent`.
   */
  readonly heartbeat: (id: AgentId) => Effect.Effect<Agent, ChangeError>
  /** The worker gives the unit back unfinished; it is on offer again. */
  readonly return: (id: AgentId) => Effect.Effect<Agent, ChangeError>
  /** The worker's browser is gone; the unit stays theirs until the deadline. */
  readonly disconnect: (id: AgentId) => Effect.Effect<Agent, ChangeError>
  /**
   * Where the agent's worker goes now, if anywhere: by how it ended, once that is stored. None as long as they are at
   * work, and for work without answers. The same again, however often it is asked.
   */
  readonly exit: (id: AgentId) => Effect.Effect<Option.Option<Exit>, AgentNotFound | ProviderError | StoreError>
  /**
   * Where somebody goes who came with this and got no unit of the run for this reason, if anywhere. Fails with
   * InvalidProviderData where `register` would.
   */
  readonly refusalExit: (
    run: RunId,
    reason: IneligibleReason,
    providerData: unknown
  ) => Effect.Effect<Option.Option<Exit>, TaskRunNotFound | InvalidProviderData | ProviderError | StoreError>
  /** Pays for the work. */
  readonly approve: (id: AgentId, options?: ApproveOptions) => Effect.Effect<Decided, PayError>
  /**
   * Approves every submission of the run that is not decided (or those submitted before a time), in pages, a bounded
   * number at once; one element a page. A submission without answers, on a crowd whose pages are ours, is left to a
   * person: `approve` takes it.
   */
  readonly approveAll: (
    run: RunId,
    options?: { readonly submittedBefore?: DateTime.Utc | undefined }
  ) => Stream.Stream<ReadonlyArray<Agent>, TaskRunNotFound | InsufficientFunds | Uncertain | ProviderError | StoreError>
  /** Pays for the work, but keeps it out of the results. */
  readonly softReject: (id: AgentId, feedback?: string) => Effect.Effect<Decided, PayError>
  /**
   * Refuses to pay; the worker is told why, in at most 1,024 characters that are not all blank. Fails with
   * `InvalidFeedback` where the crowd wants more than that.
   */
  readonly reject: (id: AgentId, feedback: string, options?: RejectOptions) => Effect.Effect<Decided, RejectError>
  /** The agent's status after asking the provider for its own, where it keeps one. */
  readonly status: (id: AgentId) => Effect.Effect<AgentStatus, AgentNotFound | ProviderError | StoreError>
  /**
   * Tells the provider that the task is done, where it wants to know. It is done as of now, or as of `at`; what is done
   * already stays as it is, unless it was done before the `at` that is given.
   */
  readonly markDone: (
    id: AgentId,
    options?: { readonly at?: DateTime.Utc | undefined }
  ) => Effect.Effect<Agent, AgentNotFound | ProviderError | StoreError>
  /** Ends every lease of the run that is over; the units go back on offer. Answers how many. */
  readonly endOverdue: (run: RunId) => Effect.Effect<number, TaskRunNotFound | StoreError>
  /**
   * Takes every open agent of the run that has sent heartbeats, and none for `silentAfter`, to `disconnected`. Answers
   * how many.
   */
  readonly disconnectSilent: (run: RunId) => Effect.Effect<number, TaskRunNotFound | StoreError>
  readonly get: (id: AgentId) => Effect.Effect<Agent, AgentNotFound | StoreError>
  /** The agents of a run in the order they came, paged. */
  readonly list: (run: RunId) => Stream.Stream<Agent, TaskRunNotFound | StoreError>
  /** The agents of a run that have submitted and are in one status, in the order in which they did, paged. */
  readonly submissions: (
    run: RunId,
    options: SubmissionsOptions
  ) => Stream.Stream<Agent, TaskRunNotFound | AgentNotFound | StoreError>
  /**
   * Every submission of a run once: those there are, then others as they come, until none can come any more because
   * nothing of the run is on offer or in work. What a crowd has to be asked for comes when the run is conducted.
   * `every` is the least time between two looks (default 1 second).
   */
  readonly watch: (
    run: RunId,
    options?: { readonly every?: Duration.DurationInput | undefined }
  ) => Stream.Stream<Agent, TaskRunNotFound | StoreError>
  /** What one worker has accepted, in all runs, the newest first, paged. */
  readonly ofWorker: (worker: WorkerId) => Stream.Stream<AgentOutline, StoreError>
}

/**
 * The tag of the capability; every provider has it.
 *
 * @since 0.1.0
 * @category services
 */
export class Agents extends Context.Tag("effect-crowd/Agents")<Agents, Service>() {}
