/**
 * Task runs: one launch of one task to one provider by one requester, and the assignments it consists of.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  AgentNotFound,
  BatchChanged,
  CurrencyNotPaid,
  InvalidInput,
  ProviderError,
  RequesterNotFound,
  SettingNotKept,
  StoreError,
  TaskRunNotFound
} from "./CrowdError.js"
import { type AgentId, AssignmentId, RequesterId, RunId } from "./Ids.js"
import { FiniteDuration, named } from "./internal/schemas.js"
import { isJsonObject, isSame, Json } from "./Json.js"
import type { Media, MediaFile } from "./Media.js"
import { Minor, Money } from "./Money.js"
import { PanelSettings } from "./PanelSettings.js"
import { UnitStatus } from "./States.js"

/**
 * What a worker must be to take part: the value of a qualification compared with `value`, for `in` and `not_in` with
 * each of `values`, or its mere existence. Values are whole numbers; or places, such as `US` and `US-CA`, where the crowd
 * itself knows where its workers are.
 *
 * @since 0.1.0
 * @category models
 */
export const QualificationRequirement = Schema.Struct({
  name: Schema.NonEmptyTrimmedString,
  comparator: Schema.Literal(
    "exists",
    "does_not_exist",
    "equal",
    "not_equal",
    "less_than",
    "less_than_or_equal",
    "greater_than",
    "greater_than_or_equal",
    "in",
    "not_in"
  ),
  value: Schema.optionalWith(Schema.Int, { default: () => 1 }),
  values: Schema.optionalWith(Schema.Array(Schema.Union(Schema.Int, Schema.NonEmptyTrimmedString)), { exact: true })
})
/**
 * @since 0.1.0
 * @category models
 */
export interface QualificationRequirement extends Schema.Schema.Type<typeof QualificationRequirement> {}

/**
 * What a task's page may ask a worker's browser for. Providers show such tasks in an origin of their own.
 *
 * @since 0.1.0
 * @category models
 */
export const Permission = Schema.Literal("microphone", "camera")
/**
 * @since 0.1.0
 * @category models
 */
export type Permission = typeof Permission.Type

/** A task without any is encoded as it was before there was the setting, so that its digest is what it was. */
const listIfAny = <A extends string>(item: Schema.Schema<A>) =>
  Schema.optionalToRequired(Schema.Array(item), Schema.typeSchema(Schema.Array(item)), {
    decode: Option.getOrElse((): ReadonlyArray<A> => []),
    encode: Option.liftPredicate((items) => items.length > 0)
  })

/** Encoded only where it is not the default, for the same reason. */
const Style = Schema.optionalToRequired(Schema.Literal("default", "none"), Schema.Literal("default", "none"), {
  decode: Option.getOrElse(() => "default" as const),
  encode: Option.liftPredicate((style) => style !== "default")
})

/**
 * A task as all providers understand it. Durations are milliseconds in their encoded form.
 *
 * @since 0.1.0
 * @category models
 */
export const Task = Schema.Struct({
  title: Schema.NonEmptyTrimmedString,
  description: Schema.String,
  keywords: Schema.Array(Schema.String),
  /** Paid for each accepted unit. */
  reward: Money,
  /** How long a worker may hold a unit. */
  duration: FiniteDuration,
  /** How long units stay on offer. */
  lifetime: FiniteDuration,
  /** After how long a submission nobody decided on is approved. */
  autoApprovalDelay: FiniteDuration,
  unitsPerAssignment: Schema.Int.pipe(Schema.positive()),
  /**
   * How many units of the run one worker may hold or have submitted; none is no limit. What they gave back or lost does
   * not count, but a worker is shown at most five different assignments more than this: after that, only those they
   * have had.
   */
  maxUnitsPerWorker: Schema.OptionFromNullOr(Schema.Int.pipe(Schema.positive())),
  qualifications: Schema.Array(named<QualificationRequirement>()(QualificationRequirement)),
  /** The columns whose values are markup where the page has text; all others show as they are written. */
  markup: listIfAny(Schema.String),
  /** Whether a page without style of its own gets the default one. */
  style: Style,
  /** What the page asks workers' browsers for. */
  permissions: listIfAny(Permission),
  /** How people come from a panel, and how they leave; of crowds that are none, it means nothing. */
  panel: Schema.optionalWith(named<PanelSettings>()(PanelSettings), { exact: true, as: "Option" })
}).annotations({ identifier: "Task" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Task extends Schema.Schema.Type<typeof Task> {}

/**
 * What a task gets for everything but its title and its reward.
 *
 * @since 0.1.0
 * @category constants
 */
export const taskDefaults = {
  description: "",
  keywords: [],
  duration: Duration.minutes(10),
  lifetime: Duration.days(7),
  autoApprovalDelay: Duration.days(3),
  unitsPerAssignment: 1,
  qualifications: [],
  markup: [],
  style: "default",
  permissions: [],
  panel: Option.none()
} as const

/**
 * One launch of one task by one requester.
 *
 * @since 0.1.0
 * @category models
 */
export const TaskRun = Schema.Struct({
  id: RunId,
  provider: Schema.String,
  requester: RequesterId,
  /** Names the batch among its requester's. */
  name: Schema.String,
  /** Fingerprint of task, template and data. */
  digest: Schema.String,
  task: named<Task>()(Task),
  /** What the provider's `setup` came back with; none before. */
  setup: Schema.OptionFromNullOr(Json),
  createdAt: Schema.DateTimeUtcFromNumber
}).annotations({ identifier: "TaskRun" })
/**
 * @since 0.1.0
 * @category models
 */
export interface TaskRun extends Schema.Schema.Type<typeof TaskRun> {}

/**
 * One row of the input data: texts by the names of their columns, whatever those are.
 *
 * @since 0.1.0
 * @category models
 */
export interface Inputs {
  readonly [column: string]: string
}
/**
 * @since 0.1.0
 * @category models
 */
export const Inputs: Schema.Schema<Inputs> = Schema.declare(
  (value): value is Inputs => isJsonObject(value) && Object.values(value).every(Predicate.isString),
  {
    identifier: "Inputs",
    description: "texts by the names of columns",
    jsonSchema: { type: "object", additionalProperties: { type: "string" } },
    arbitrary: () => (fc) => fc.dictionary(fc.string(), fc.string()),
    equivalence: () => isSame
  }
)

/**
 * One row of a run's data, which asks for `unitsPerAssignment` units.
 *
 * @since 0.1.0
 * @category models
 */
export const Assignment = Schema.Struct({
  id: AssignmentId,
  run: RunId,
  /** Position in the input data, from 0. */
  row: Schema.Int,
  inputs: Inputs
}).annotations({ identifier: "Assignment" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Assignment extends Schema.Schema.Type<typeof Assignment> {}

/**
 * What has been paid, in minor units of `currency`.
 *
 * @since 0.1.0
 * @category models
 */
export const Cost = Schema.Struct({
  currency: Schema.String,
  rewards: Minor,
  bonuses: Minor,
  fees: Minor,
  total: Minor
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Cost extends Schema.Schema.Type<typeof Cost> {}

/**
 * How many units are in each status.
 *
 * @since 0.1.0
 * @category models
 */
export type UnitCounts = { readonly [Status in UnitStatus]: number }

/**
 * A run at a glance. `medianTime` (milliseconds from accept to submit) and `hourlyWage` (minor units) are taken from
 * the latest two hundred submissions. `surplus` is how many submissions there are beyond the units handed in: the crowd
 * took more work than was asked for. They are reviewed and paid like any other.
 *
 * @since 0.1.0
 * @category models
 */
export const Summary = Schema.Struct({
  run: RunId,
  name: Schema.String,
  provider: Schema.String,
  mode: Schema.Literal("test", "live"),
  assignments: Schema.Int,
  units: named<UnitCounts>()(Schema.Record({ key: UnitStatus, value: Schema.Int })),
  workers: Schema.Int,
  surplus: Schema.Int,
  cost: named<Cost>()(Cost),
  medianTime: Schema.OptionFromNullOr(Schema.Number),
  hourlyWage: Schema.OptionFromNullOr(Schema.Number)
}).annotations({ identifier: "Summary" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Summary extends Schema.Schema.Type<typeof Summary> {}

/**
 * What offering a run's units would come to, where nothing is offered: where it can be looked at and tried, and what it
 * would cost, line by line.
 *
 * @since 0.1.0
 * @category models
 */
export const Draft = Schema.Struct({
  /** Where the requester sees it. */
  address: Schema.OptionFromNullOr(Schema.String),
  /** Where it can be tried out as a worker, without cost. */
  trial: Schema.OptionFromNullOr(Schema.String),
  cost: Schema.Array(Schema.Struct({ name: Schema.String, amount: Money })),
  total: Money
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Draft extends Schema.Schema.Type<typeof Draft> {}

/**
 * What `open` needs to find or make a run.
 *
 * @since 0.1.0
 * @category models
 */
export interface OpenOptions {
  readonly requester: RequesterId
  readonly name: string
  readonly digest: string
  readonly task: Task
  /** The task's HTML, with `${column}` placeholders. */
  readonly template: string
  /** The rows; without them, only the digest tells that a batch is the same. */
  readonly rows?: Stream.Stream<Inputs, InvalidInput> | undefined
  /** The files that pages name by a relative path; none by default. */
  readonly media?: ReadonlyArray<MediaFile> | undefined
  /** Start another run, even where the batch has one. */
  readonly fresh?: boolean | undefined
}

/**
 * Which lost units of a run are launched again; all of them, if nothing is named.
 *
 * @since 0.1.0
 * @category models
 */
export interface RelaunchOptions {
  /** Only units that expired, that were rejected, or that were soft-rejected. */
  readonly only?: ReadonlyArray<"expired" | "rejected" | "soft_rejected"> | undefined
  /** Only the unit on which this agent worked. */
  readonly agent?: AgentId | undefined
}

/**
 * How many rows lack accepted answers that nothing on offer will bring, and how many units bring them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Lacking {
  readonly rows: number
  readonly units: number
}

/**
 * A run that is not decided. Its generation is higher each time that it has become so again, by rows that were added, a
 * relaunch or work that came late.
 *
 * @since 0.1.0
 * @category models
 */
export interface Undecided {
  readonly run: RunId
  readonly generation: number
}

/**
 * The capability: runs are made, filled with rows, read, counted and relaunched.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Returns the run that the batch goes on with: the newest of the same digest, whatever it is called; or else the newest
   * of this name that has the batch's task and template and whose rows the batch begins with. None where the batch is a
   * new one. Fails with `BatchChanged` where runs of this name have another task, template, files or rows, so that
   * nothing is launched from a mixture; but what was never sent counts for nothing.
   */
  readonly find: (
    options: OpenOptions
  ) => Effect.Effect<Option.Option<TaskRun>, RequesterNotFound | BatchChanged | InvalidInput | StoreError>
  /**
   * The run that `find` returns, which has the batch's digest from then on and no rows that the batch has not, or a new
   * one. Fails with InvalidInput where the name is empty or the task is none that could be written down (an endless time,
   * no title), with CurrencyNotPaid where the crowd does not pay in the currency of the reward, and with SettingNotKept
   * where a limit of the task would be kept neither by the crowd nor here.
   */
  readonly open: (
    options: OpenOptions
  ) => Effect.Effect<
    TaskRun,
    RequesterNotFound | BatchChanged | InvalidInput | CurrencyNotPaid | SettingNotKept | StoreError
  >
  /** Registers the task with the provider: whatever must be there before units are. Repeating it changes nothing. */
  readonly setup: (id: RunId) => Effect.Effect<TaskRun, TaskRunNotFound | ProviderError | StoreError>
  /** What offering the created units of the run would come to; none where they are offered for real. */
  readonly draft: (id: RunId) => Effect.Effect<Option.Option<Draft>, TaskRunNotFound | ProviderError | StoreError>
  /** Takes back what `setup` made. */
  readonly cleanup: (id: RunId) => Effect.Effect<void, TaskRunNotFound | ProviderError | StoreError>
  readonly get: (id: RunId) => Effect.Effect<TaskRun, TaskRunNotFound | StoreError>
  /** The newest run of this provider, if there is one. */
  readonly newest: Effect.Effect<Option.Option<TaskRun>, StoreError>
  /** Runs of this provider, newest first, paged. */
  readonly list: Stream.Stream<TaskRun, StoreError>
  /** Runs of this provider that are older than this one, newest first, paged. */
  readonly olderThan: (id: RunId) => Stream.Stream<TaskRun, TaskRunNotFound | StoreError>
  readonly template: (id: RunId) => Effect.Effect<string, TaskRunNotFound | StoreError>
  /**
   * Adds the files that the run does not have yet, with their bytes. Fails with InvalidInput where one cannot be read, or
   * is another than it was.
   */
  readonly addMedia: (
    id: RunId,
    files: ReadonlyArray<MediaFile>
  ) => Effect.Effect<void, TaskRunNotFound | InvalidInput | StoreError>
  /** The file that pages of the run name by this path. */
  readonly media: (id: RunId, path: string) => Effect.Effect<Option.Option<Media>, StoreError>
  /** The bytes of a file, from the first until before the last of `range`. */
  readonly mediaBytes: (
    media: Media,
    range: { readonly from: number; readonly until: number }
  ) => Stream.Stream<Uint8Array, StoreError>
  /**
   * Adds one page of input rows and the units they ask for, in one transaction; the first row of the page is number
   * `from`. Rows that are there already are left as they are.
   */
  readonly addRows: (
    id: RunId,
    from: number,
    rows: ReadonlyArray<Inputs>
  ) => Effect.Effect<void, TaskRunNotFound | StoreError>
  /** How many input rows the run has. */
  readonly rows: (id: RunId) => Effect.Effect<number, TaskRunNotFound | StoreError>
  readonly assignment: (id: AssignmentId) => Effect.Effect<Option.Option<Assignment>, StoreError>
  /** The assignments with these ids, in no particular order. */
  readonly assignments: (ids: ReadonlyArray<AssignmentId>) => Effect.Effect<ReadonlyArray<Assignment>, StoreError>
  /**
   * Counts the rows that have fewer units accepted, on offer, in work or to be decided than the task asks for. A unit that
   * was taken back counts as in work as long as somebody may still submit it.
   */
  readonly lacking: (
    id: RunId,
    options?: RelaunchOptions
  ) => Effect.Effect<Lacking, TaskRunNotFound | AgentNotFound | StoreError>
  /**
   * Makes the units that `lacking` counts, a page of rows in one transaction; `Units.launch` sends them. Each stands for
   * one that was lost, at the next free index of its row, so that repeating it makes nothing more. Returns how many were
   * made.
   */
  readonly relaunch: (
    id: RunId,
    options?: RelaunchOptions
  ) => Effect.Effect<number, TaskRunNotFound | AgentNotFound | StoreError>
  /** How many units of the run there are in each status. */
  readonly counts: (id: RunId) => Effect.Effect<UnitCounts, TaskRunNotFound | StoreError>
  /** Runs of this provider that are not over; paged. What it costs does not grow with those that are. */
  readonly undecided: Stream.Stream<Undecided, StoreError>
  /**
   * Makes each run undecided again that was over, and of which something was cut off since on its way to the crowd, such as
   * a bonus, so that somebody conducts it. Reads all that is pending.
   */
  readonly reopenCutOff: Effect.Effect<void, StoreError>
  /**
   * Whether no unit of the run is on offer, in work or to be decided, nobody is at work on what was taken back, and
   * nothing is on its way to the crowd.
   */
  readonly isOver: (id: RunId) => Effect.Effect<boolean, TaskRunNotFound | StoreError>
  /** How often the run has become undecided; read each time. */
  readonly generation: (id: RunId) => Effect.Effect<number, TaskRunNotFound | StoreError>
  readonly summary: (id: RunId) => Effect.Effect<Summary, TaskRunNotFound | StoreError>
  /**
   * When something of the run is due by itself: a lease or the time on offer ends, heartbeats are missed, a submission
   * approves itself, an effect is to be settled. In the past if it is due now; none if only a change brings anything.
   */
  readonly due: (id: RunId) => Effect.Effect<Option.Option<DateTime.Utc>, TaskRunNotFound | StoreError>
  /**
   * An element at once, and after changes to any run of the provider. None where they come about unseen, because the
   * crowd has to be asked or another process can write the Store.
   */
  readonly changes: Option.Option<Stream.Stream<void>>
}

/**
 * The tag of the capability; every provider has it.
 *
 * @since 0.1.0
 * @category services
 */
export class TaskRuns extends Context.Tag("effect-crowd/TaskRuns")<TaskRuns, Service>() {}
