/**
 * What is remembered, table by table. A row encodes to text, whole numbers and nulls; JSON is text. Every table has a
 * text column `id` as its key. SQL names are the snake case of the names here, under the prefix `crowd_`. For those who
 * write a store.
 *
 * @since 0.1.0
 */
import type * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { Agent, AgentOutline, Answers, Details } from "../Agents.js"
import { AgentId, QualificationId, RequesterId, RunId, Token, UnitId, WorkerId } from "../Ids.js"
import { Intent } from "../Journal.js"
import { Json } from "../Json.js"
import { Media } from "../Media.js"
import { Currency, Minor } from "../Money.js"
import { Qualification } from "../Qualifications.js"
import { Requester } from "../Requesters.js"
import { Assignment, Inputs, Task, TaskRun } from "../TaskRuns.js"
import { Unit } from "../Units.js"
import { Worker } from "../Workers.js"
import * as codec from "./codec.js"

/**
 * What one column holds.
 *
 * @since 0.1.0
 * @category models
 */
export type Primitive = string | number | null

/**
 * A kind of row: its Schema, what its columns hold, and by which columns (in this order, then by `id`) it is looked up.
 * Only what `unique` or `indexes` cover may be asked for. One whose last column can be null leaves out the rows where it
 * is, which costs nothing to write: those cannot be asked for by it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Shape<Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }> {
  readonly name: string
  readonly schema: Schema.Schema<Row, Encoded>
  readonly columns: { readonly [Column in keyof Encoded & string]: "text" | "integer" }
  readonly unique: ReadonlyArray<ReadonlyArray<keyof Encoded & string>>
  readonly indexes: ReadonlyArray<ReadonlyArray<keyof Encoded & string>>
}

/**
 * A `Shape` with its codecs made once. `encodePart` encodes the columns that are there.
 *
 * @since 0.1.0
 * @category models
 */
export interface Table<Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }>
  extends Shape<Row, Encoded> {
  readonly decode: (encoded: unknown) => Either.Either<Row, ParseResult.ParseError>
  readonly encode: (row: Row) => Encoded
  readonly encodePart: (part: { readonly [Column in keyof Row]?: Row[Column] }) => {
    readonly [Column in keyof Encoded]?: Encoded[Column]
  }
}

const table = <Row extends { readonly id: string }, Encoded extends { readonly [column: string]: Primitive }>(
  shape: Shape<Row, Encoded>
): Table<Row, Encoded> => ({
  ...shape,
  ...codec.make(shape.schema),
  encodePart: codec.make(Schema.partialWith(shape.schema, { exact: true })).encode
})

const jsonText = <A, I>(schema: Schema.Schema<A, I>) => Schema.parseJson(schema)
const optionalJsonText = <A, I>(schema: Schema.Schema<A, I>) => Schema.OptionFromNullOr(Schema.parseJson(schema))
const time = Schema.DateTimeUtcFromNumber

/** The accounts that pay, by provider and name. @since 0.1.0 @category tables */
export const requesters = table({
  name: "requesters",
  schema: Schema.Struct(Requester.fields),
  columns: { id: "text", provider: "text", name: "text", registeredAt: "integer" },
  unique: [["provider", "name"]],
  indexes: [["provider"]]
})

/** Task runs with their tasks. @since 0.1.0 @category tables */
export const runs = table({
  name: "runs",
  schema: Schema.Struct({ ...TaskRun.fields, task: jsonText(Task), setup: optionalJsonText(Json) }),
  columns: {
    id: "text",
    provider: "text",
    requester: "text",
    name: "text",
    digest: "text",
    task: "text",
    setup: "text",
    createdAt: "integer"
  },
  unique: [],
  indexes: [["provider"], ["requester", "name"], ["requester", "digest"]]
})

/**
 * How often each run has become undecided, and which of these times is not over: at null, nobody need conduct it. Apart
 * from the run, which never changes. @since 0.1.0 @category tables
 */
export const generations = table({
  name: "generations",
  schema: Schema.Struct({
    /** The run. */
    id: RunId,
    provider: Schema.String,
    generation: Schema.Int,
    open: Schema.OptionFromNullOr(Schema.Int)
  }),
  columns: { id: "text", provider: "text", generation: "integer", open: "integer" },
  unique: [],
  indexes: [["provider", "open"]]
})

/** The HTML of a run's task. @since 0.1.0 @category tables */
export const templates = table({
  name: "templates",
  schema: Schema.Struct({ id: RunId, html: Schema.String }),
  columns: { id: "text", html: "text" },
  unique: [],
  indexes: []
})

/** The files of a run that its pages name. @since 0.1.0 @category tables */
export const media = table({
  name: "media",
  schema: Schema.Struct({
    /** `run/path`. */
    id: Schema.String,
    run: RunId,
    ...Media.fields
  }),
  columns: { id: "text", run: "text", path: "text", type: "text", size: "integer", digest: "text" },
  unique: [],
  indexes: [["digest"]]
})

/** What files hold, in parts, each content once. @since 0.1.0 @category tables */
export const mediaParts = table({
  name: "mediaParts",
  schema: Schema.Struct({
    /** `digest/part`, from 0. */
    id: Schema.String,
    base64: Schema.String
  }),
  columns: { id: "text", base64: "text" },
  unique: [],
  indexes: []
})

/** The rows of runs, with their data. @since 0.1.0 @category tables */
export const assignments = table({
  name: "assignments",
  schema: Schema.Struct({ ...Assignment.fields, inputs: jsonText(Inputs) }),
  columns: { id: "text", run: "text", row: "integer", inputs: "text" },
  unique: [["run", "row"]],
  indexes: []
})

/** Units with their status, lease and the crowd's name for them. @since 0.1.0 @category tables */
export const units = table({
  name: "units",
  schema: Schema.Struct(Unit.fields),
  columns: {
    id: "text",
    run: "text",
    assignment: "text",
    index: "integer",
    place: "integer",
    status: "text",
    remoteId: "text",
    launchedWith: "text",
    offerSize: "integer",
    agent: "text",
    leaseUntil: "integer",
    withdrawnAt: "integer",
    offeredUntil: "integer",
    replaces: "text",
    updatedAt: "integer"
  },
  unique: [["run", "place"]],
  indexes: [
    ["run", "status", "place"],
    ["run", "status", "leaseUntil"],
    ["run", "offeredUntil"],
    ["run", "updatedAt"],
    ["run", "remoteId"],
    ["assignment"]
  ]
})

/** Workers, by provider and name. @since 0.1.0 @category tables */
export const workers = table({
  name: "workers",
  schema: Schema.Struct(Worker.fields),
  columns: { id: "text", provider: "text", name: "text", firstSeenAt: "integer" },
  unique: [["provider", "name"]],
  indexes: [["provider"]]
})

const outline = {
  name: "agents",
  columns: {
    id: "text",
    run: "text",
    unit: "text",
    assignment: "text",
    worker: "text",
    workerName: "text",
    status: "text",
    remoteId: "text",
    details: "text",
    outcome: "text",
    feedback: "text",
    category: "text",
    acceptedAt: "integer",
    deadline: "integer",
    submittedAt: "integer",
    decidedAt: "integer",
    leftAt: "integer",
    doneAt: "integer"
  },
  unique: [],
  indexes: [
    ["run"],
    ["run", "status", "submittedAt"],
    ["run", "status", "worker"],
    ["worker"],
    ["worker", "assignment"],
    ["run", "remoteId"]
  ]
} as const

/** Agents with their answers. @since 0.1.0 @category tables */
export const agents = table({
  ...outline,
  schema: Schema.Struct({
    ...Agent.fields,
    details: optionalJsonText(Details),
    answers: optionalJsonText(Answers)
  }),
  columns: { ...outline.columns, answers: "text" }
})

/** The same rows without their answers: only to be read. @since 0.1.0 @category tables */
export const agentOutlines = table({
  ...outline,
  schema: Schema.Struct({ ...AgentOutline.fields, details: optionalJsonText(Details) })
})

/**
 * When an agent that sends heartbeats was last heard of. Kept apart from the agent, so that accepting and submitting
 * have nothing to do with it; gone once the agent's silence was noticed, whatever became of it.
 *
 * @since 0.1.0
 * @category tables
 */
export const heartbeats = table({
  name: "heartbeats",
  schema: Schema.Struct({ id: AgentId, run: RunId, heardAt: time }),
  columns: { id: "text", run: "text", heardAt: "integer" },
  unique: [],
  indexes: [["run", "heardAt"]]
})

/**
 * A worker's standing in a run: how many units they have taken, and the place of the last.
 *
 * @since 0.1.0
 * @category tables
 */
export const standings = table({
  name: "standings",
  schema: Schema.Struct({
    /** `run/worker`. */
    id: Schema.String,
    run: RunId,
    worker: WorkerId,
    taken: Schema.Int,
    /** How many different assignments these were of; counted where the run has a limit per worker. */
    shown: Schema.Int,
    place: Schema.Int,
    /** The agent they took last. */
    agent: Schema.OptionFromNullOr(AgentId),
    /** Since when the crowd is to keep them from more of the run; none where it need not be told, or was. */
    toExclude: Schema.OptionFromNullOr(time)
  }),
  columns: {
    id: "text",
    run: "text",
    worker: "text",
    taken: "integer",
    shown: "integer",
    place: "integer",
    agent: "text",
    toExclude: "integer"
  },
  unique: [],
  indexes: [["run"], ["run", "toExclude"]]
})

/**
 * Whose a visit is, by the crowd's own name for it, where such a name stays with whom it came first.
 *
 * @since 0.1.0
 * @category tables
 */
export const visits = table({
  name: "visits",
  schema: Schema.Struct({
    /** `run/name`. */
    id: Schema.String,
    run: RunId,
    worker: WorkerId,
    /** Who they are by it, if they have got a unit. */
    agent: Schema.OptionFromNullOr(AgentId)
  }),
  columns: { id: "text", run: "text", worker: "text", agent: "text" },
  unique: [],
  indexes: [["run"]]
})

/** Which requester keeps out which worker. @since 0.1.0 @category tables */
export const blocks = table({
  name: "blocks",
  schema: Schema.Struct({
    /** `requester/worker`. */
    id: Schema.String,
    requester: RequesterId,
    worker: WorkerId,
    reason: Schema.OptionFromNullOr(Schema.String),
    /** How often it was changed; odd while the block stands. */
    generation: Schema.Int,
    changedAt: time
  }),
  columns: {
    id: "text",
    requester: "text",
    worker: "text",
    reason: "text",
    generation: "integer",
    changedAt: "integer"
  },
  unique: [],
  indexes: [["requester"]]
})

/** Qualifications, by provider and name. @since 0.1.0 @category tables */
export const qualifications = table({
  name: "qualifications",
  schema: Schema.Struct(Qualification.fields),
  columns: { id: "text", provider: "text", name: "text", description: "text", remoteId: "text", createdAt: "integer" },
  unique: [["provider", "name"]],
  indexes: [["provider"]]
})

/** Which worker has which qualification, with what value. @since 0.1.0 @category tables */
export const grants = table({
  name: "grants",
  schema: Schema.Struct({
    /** `qualification/worker`. */
    id: Schema.String,
    qualification: QualificationId,
    worker: WorkerId,
    /** None after it was revoked. */
    value: Schema.OptionFromNullOr(Schema.Int),
    /** How often it was changed. */
    generation: Schema.Int,
    changedAt: time
  }),
  columns: {
    id: "text",
    qualification: "text",
    worker: "text",
    value: "integer",
    generation: "integer",
    changedAt: "integer"
  },
  unique: [],
  indexes: [["qualification"]]
})

/** Outward effects: see `Journal`. @since 0.1.0 @category tables */
export const intents = table({
  name: "intents",
  schema: Schema.Struct({
    ...Intent.fields,
    payload: jsonText(Json),
    prepared: optionalJsonText(Json),
    receipt: optionalJsonText(Json),
    error: optionalJsonText(Json)
  }),
  columns: {
    id: "text",
    provider: "text",
    kind: "text",
    run: "text",
    subject: "text",
    payload: "text",
    prepared: "text",
    state: "text",
    attempts: "integer",
    firstSentAt: "integer",
    leaseUntil: "integer",
    settledAt: "integer",
    receipt: "text",
    error: "text"
  },
  unique: [],
  indexes: [
    ["provider", "state"],
    ["provider", "run", "state"]
  ]
})

/** Everything that was paid, for ever. @since 0.1.0 @category tables */
export const payments = table({
  name: "payments",
  schema: Schema.Struct({
    /** The token it was sent with. */
    id: Token,
    kind: Schema.Literal("reward", "bonus"),
    run: Schema.OptionFromNullOr(RunId),
    unit: Schema.OptionFromNullOr(UnitId),
    worker: WorkerId,
    currency: Currency,
    amount: Minor,
    fee: Minor,
    /** Of a bonus: what the worker was told. */
    reason: Schema.OptionFromNullOr(Schema.String),
    paidAt: time
  }),
  columns: {
    id: "text",
    kind: "text",
    run: "text",
    unit: "text",
    worker: "text",
    currency: "text",
    amount: "integer",
    fee: "integer",
    reason: "text",
    paidAt: "integer"
  },
  unique: [],
  indexes: [
    ["run", "kind", "worker"],
    ["worker", "kind", "paidAt"]
  ]
})

/** What a provider keeps for itself, under keys of its own. @since 0.1.0 @category tables */
export const data = table({
  name: "data",
  schema: Schema.Struct({
    /** `provider/key`. */
    id: Schema.String,
    provider: Schema.String,
    value: jsonText(Json)
  }),
  columns: { id: "text", provider: "text", value: "text" },
  unique: [],
  indexes: [["provider"]]
})

/**
 * What crowds told us by calling, under their own name for it: what comes twice is there once. Kept for as long as it may
 * come again.
 *
 * @since 0.1.0
 * @category tables
 */
export const hookEvents = table({
  name: "hookEvents",
  schema: Schema.Struct({
    /** `provider/event`. */
    id: Schema.String,
    provider: Schema.String,
    type: Schema.String,
    /** What it is about, by the crowd's own name. */
    subject: Schema.String,
    receivedAt: time
  }),
  columns: { id: "text", provider: "text", type: "text", subject: "text", receivedAt: "integer" },
  unique: [],
  indexes: [["provider", "receivedAt"]]
})

/**
 * Every table, in an order in which they can be made.
 *
 * @since 0.1.0
 * @category tables
 */
export const all = [
  requesters,
  runs,
  generations,
  templates,
  media,
  mediaParts,
  assignments,
  units,
  workers,
  agents,
  heartbeats,
  standings,
  visits,
  blocks,
  qualifications,
  grants,
  intents,
  payments,
  data,
  hookEvents
] as const
