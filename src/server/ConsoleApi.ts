/**
 * What the requester's console asks the server: runs and their progress, submissions and decisions on them, workers.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import * as Schema from "effect/Schema"
import { Answers } from "../Agents.js"
import * as CrowdError from "../CrowdError.js"
import { AgentId, AssignmentId, RunId, UnitId, WorkerId } from "../Ids.js"
import { named, withMessage } from "../internal/schemas.js"
import { proseFault } from "../internal/text.js"
import { Minor, Money } from "../Money.js"
import { AgentStatus, SubmissionStatus } from "../States.js"
import { Inputs, Summary } from "../TaskRuns.js"
import { BonusReceipt, Participation } from "../Workers.js"

/**
 * The asker has shown neither the console's token nor the cookie that was given for it. `ended` says that they had signed
 * in, and that this counts no more: they signed out, a week has passed, or the token is another one.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotSignedIn extends Schema.TaggedError<NotSignedIn>("effect-crowd/server/NotSignedIn")("NotSignedIn", {
  ended: Schema.optionalWith(Schema.Boolean, { exact: true })
}) {
  override get message() {
    return "Open the console by the address that was printed when the server started."
  }
}

const notSignedIn = withMessage(NotSignedIn).annotations(HttpApiSchema.annotations({ status: 401 }))

/**
 * More than ten wrong tokens came from the asker's address: for so many seconds nothing it shows is looked at.
 *
 * @since 0.1.0
 * @category errors
 */
export class TooManyAttempts extends Schema.TaggedError<TooManyAttempts>("effect-crowd/server/TooManyAttempts")(
  "TooManyAttempts",
  { seconds: Schema.Int }
) {
  override get message() {
    return `Too many wrong tokens came from your address. Try again in ${this.seconds} ${this.seconds === 1 ? "second" : "seconds"}.`
  }
}

const tooManyAttempts = withMessage(TooManyAttempts).annotations(HttpApiSchema.annotations({ status: 429 }))

/**
 * The cookie in which a browser keeps that it has shown the token.
 *
 * @since 0.1.0
 * @category constants
 */
export const cookieName = "crowd_console"

/**
 * Lets the requester in: by the cookie, or by `Authorization: Bearer <token>`.
 *
 * @since 0.1.0
 * @category security
 */
export class SignedIn extends HttpApiMiddleware.Tag<SignedIn>()("effect-crowd/server/SignedIn", {
  failure: Schema.Union(notSignedIn, tooManyAttempts),
  security: {
    cookie: HttpApiSecurity.apiKey({ in: "cookie", key: cookieName }),
    bearer: HttpApiSecurity.bearer
  }
}) {}

/**
 * How a browser gets its cookie.
 *
 * @since 0.1.0
 * @category groups
 */
export class SessionApi extends HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.post("signIn", "/")
      .setPayload(Schema.Struct({ token: Schema.String.pipe(Schema.maxLength(500)) }))
      .addSuccess(HttpApiSchema.NoContent)
      .addError(notSignedIn)
      .addError(tooManyAttempts)
  )
  .add(HttpApiEndpoint.del("signOut", "/").addSuccess(HttpApiSchema.NoContent))
  .addError(withMessage(CrowdError.StoreError), { status: 503 })
  .prefix("/api/session") {}

/**
 * How many submissions one request decides on, at the most.
 *
 * @since 0.1.0
 * @category constants
 */
export const decisionsAtMost = 200

/**
 * A bonus that is no amount of the run's currency.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidAmount extends Schema.TaggedError<InvalidAmount>("effect-crowd/server/InvalidAmount")(
  "InvalidAmount",
  { amount: Schema.String, description: Schema.String }
) {
  override get message() {
    return `This bonus cannot be paid: ${this.description}.`
  }
}

/**
 * What the crowd wants of a rejection's words: so many characters at least, and one of its categories where it has some.
 *
 * @since 0.1.0
 * @category models
 */
export const Feedback = Schema.Struct({ minLength: Schema.Int, categories: Schema.Array(Schema.String) })
/**
 * @since 0.1.0
 * @category models
 */
export interface Feedback extends Schema.Schema.Type<typeof Feedback> {}

/**
 * A run at a glance, with what it will cost if everything undecided is accepted, in minor units, when the last of its
 * offers ends (none where nothing is on offer), what a rejection needs, and which process conducts it.
 *
 * @since 0.1.0
 * @category models
 */
export const RunView = Schema.Struct({
  summary: named<Summary>()(Summary),
  title: Schema.String,
  description: Schema.String,
  reward: Money,
  toCome: Minor,
  createdAt: Schema.DateTimeUtcFromNumber,
  endsAt: Schema.OptionFromNullOr(Schema.DateTimeUtcFromNumber),
  feedback: named<Feedback>()(Feedback),
  /** `host:port` of the process that conducts it, where several share the runs; null otherwise, and once it is decided. */
  conductedBy: Schema.OptionFromNullOr(Schema.String)
})
/**
 * @since 0.1.0
 * @category models
 */
export interface RunView extends Schema.Schema.Type<typeof RunView> {}

/**
 * That the store cannot be read or written: since when, and what happened, as the log has it.
 *
 * @since 0.1.0
 * @category models
 */
export const Trouble = Schema.Struct({ since: Schema.DateTimeUtcFromNumber, message: Schema.String })
/**
 * @since 0.1.0
 * @category models
 */
export interface Trouble extends Schema.Schema.Type<typeof Trouble> {}

/**
 * What a worker submitted; `frame` is the path of the task's page with the answers in it. Not `answered` is what only the
 * crowd heard of: none of its answers are here.
 *
 * @since 0.1.0
 * @category models
 */
export const Submission = Schema.Struct({
  agent: AgentId,
  unit: UnitId,
  assignment: AssignmentId,
  worker: WorkerId,
  workerName: Schema.String,
  status: AgentStatus,
  inputs: Inputs,
  answers: Answers,
  answered: Schema.Boolean,
  feedback: Schema.NullOr(Schema.String),
  acceptedAt: Schema.DateTimeUtcFromNumber,
  submittedAt: Schema.NullOr(Schema.DateTimeUtcFromNumber),
  decidedAt: Schema.NullOr(Schema.DateTimeUtcFromNumber),
  frame: Schema.String
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Submission extends Schema.Schema.Type<typeof Submission> {}

const text = (longest: number) =>
  Schema.String.pipe(
    Schema.maxLength(longest),
    Schema.filter((text) => proseFault(text) ?? true)
  )

const Reason = Schema.compose(Schema.Trim, text(1000).pipe(Schema.minLength(1)))

/**
 * What is decided about submissions. `Override` approves what was rejected. What cannot be told to a worker is
 * `InvalidFeedback`.
 *
 * @since 0.1.0
 * @category models
 */
export type Decision =
  | { readonly _tag: "Approve" | "SoftReject" | "Override"; readonly feedback?: string | undefined }
  | { readonly _tag: "Reject"; readonly feedback: string; readonly category?: string | undefined }
/**
 * @since 0.1.0
 * @category models
 */
export const Decision = named<Decision>()(
  Schema.Union(
    Schema.TaggedStruct("Approve", { feedback: Schema.optional(Schema.String) }),
    Schema.TaggedStruct("SoftReject", { feedback: Schema.optional(Schema.String) }),
    Schema.TaggedStruct("Reject", { feedback: Schema.String, category: Schema.optional(Schema.String) }),
    Schema.TaggedStruct("Override", { feedback: Schema.optional(Schema.String) })
  )
)

/**
 * Why a decision did not come about.
 *
 * @since 0.1.0
 * @category models
 */
export const DecisionError = Schema.Union(
  withMessage(CrowdError.AgentNotFound),
  withMessage(CrowdError.InvalidFeedback),
  withMessage(CrowdError.InvalidTransition),
  withMessage(CrowdError.InsufficientFunds),
  withMessage(CrowdError.Uncertain),
  withMessage(CrowdError.ProviderError),
  withMessage(CrowdError.StoreError)
)
/**
 * @since 0.1.0
 * @category models
 */
export type DecisionError = typeof DecisionError.Type

/**
 * What became of one decision of many; `repeated` where it had been decided so before, and the first feedback stands.
 *
 * @since 0.1.0
 * @category models
 */
export const Outcome = Schema.Union(
  Schema.TaggedStruct("Decided", { agent: AgentId, status: AgentStatus, repeated: Schema.Boolean }),
  Schema.TaggedStruct("NotDecided", { agent: AgentId, error: DecisionError })
)
/**
 * @since 0.1.0
 * @category models
 */
export type Outcome = typeof Outcome.Type

const OneRun = Schema.Struct({ run: RunId })
const OneWorker = Schema.Struct({ run: RunId, worker: WorkerId })

const runNotFound = withMessage(CrowdError.TaskRunNotFound)
const agentNotFound = withMessage(CrowdError.AgentNotFound)
const workerNotFound = withMessage(CrowdError.WorkerNotFound)
const providerError = withMessage(CrowdError.ProviderError)
const uncertain = withMessage(CrowdError.Uncertain)

/** Lists come in pages: `next` is the `after` of the page to come, null where there is none. */
const looks = HttpApiGroup.make("console")
  .add(
    HttpApiEndpoint.get("runs", "/runs")
      .setUrlParams(Schema.Struct({ after: Schema.optional(RunId) }))
      .addSuccess(Schema.Struct({ runs: Schema.Array(RunView), next: Schema.NullOr(RunId) }))
      .addError(runNotFound, { status: 404 })
  )
  .add(
    HttpApiEndpoint.get("run", "/runs/:run").setPath(OneRun).addSuccess(RunView).addError(runNotFound, { status: 404 })
  )
  .add(
    HttpApiEndpoint.get("submissions", "/runs/:run/submissions")
      .setPath(OneRun)
      .setUrlParams(
        Schema.Struct({
          /** Oldest first what is `completed`, the default; of other statuses the newest first. */
          status: Schema.optional(SubmissionStatus),
          worker: Schema.optional(WorkerId),
          after: Schema.optional(AgentId)
        })
      )
      .addSuccess(Schema.Struct({ submissions: Schema.Array(Submission), next: Schema.NullOr(AgentId) }))
      .addError(runNotFound, { status: 404 })
      .addError(agentNotFound, { status: 404 })
  )
  .add(
    HttpApiEndpoint.get("workers", "/runs/:run/workers")
      .setPath(OneRun)
      .setUrlParams(Schema.Struct({ after: Schema.optional(WorkerId) }))
      .addSuccess(Schema.Struct({ workers: Schema.Array(Participation), next: Schema.NullOr(WorkerId) }))
      .addError(runNotFound, { status: 404 })
  )
  .add(
    HttpApiEndpoint.get("results", "/runs/:run/results/:format")
      .setPath(Schema.Struct({ run: RunId, format: Schema.Literal("csv", "jsonl") }))
      .addSuccess(HttpApiSchema.Text({ contentType: "text/csv" }))
      .addError(runNotFound, { status: 404 })
  )
  /**
   * Server-sent events `run`, a `RunView` each: of one run, or of the newest ones. And `trouble`: a `Trouble` when any
   * request of this server met it, `null` when there is none or no more.
   */
  .add(
    HttpApiEndpoint.get("events", "/events")
      .setUrlParams(Schema.Struct({ run: Schema.optional(RunId) }))
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
      .addError(runNotFound, { status: 404 })
  )

const block = <Name extends "block" | "unblock">(name: Name) =>
  HttpApiEndpoint.post(name, `/runs/:run/workers/:worker/${name}`)
    .setPath(OneWorker)
    .addSuccess(Schema.Struct({ worker: WorkerId, blocked: Schema.Boolean }))
    .addError(runNotFound, { status: 404 })
    .addError(workerNotFound, { status: 404 })
    .addError(withMessage(CrowdError.InvalidInput), { status: 400 })
    .addError(withMessage(CrowdError.BlockNeedsScope), { status: 409 })
    .addError(uncertain, { status: 409 })
    .addError(providerError, { status: 502 })

/**
 * The endpoints of the console; all of them want its token, as a cookie or a bearer.
 *
 * @since 0.1.0
 * @category groups
 */
export class ConsoleApi extends looks
  .add(
    HttpApiEndpoint.post("decide", "/runs/:run/decisions")
      .setPath(OneRun)
      .setPayload(
        Schema.Struct({
          decision: Decision,
          agents: Schema.Array(AgentId).pipe(Schema.minItems(1), Schema.maxItems(decisionsAtMost))
        })
      )
      .addSuccess(Schema.Struct({ outcomes: Schema.Array(Outcome) }))
      .addError(runNotFound, { status: 404 })
  )
  /**
   * Everything of one worker that waits for it and was submitted until then, so that nothing is decided which nobody
   * has seen; page by page: ask again with `after` until `next` is null.
   */
  .add(
    HttpApiEndpoint.post("decideWorker", "/runs/:run/workers/:worker/decisions")
      .setPath(OneWorker)
      .setPayload(
        Schema.Struct({
          decision: Decision,
          submittedBefore: Schema.DateTimeUtcFromNumber,
          after: Schema.optional(AgentId)
        })
      )
      .addSuccess(Schema.Struct({ outcomes: Schema.Array(Outcome), next: Schema.NullOr(AgentId) }))
      .addError(runNotFound, { status: 404 })
      .addError(agentNotFound, { status: 404 })
  )
  /** The same bonus with the same key is paid once, however often it is asked for; another amount or reason is another. */
  .add(
    HttpApiEndpoint.post("bonus", "/runs/:run/bonuses")
      .setPath(OneRun)
      .setPayload(
        Schema.Struct({
          to: Schema.Union(Schema.Struct({ agent: AgentId }), Schema.Struct({ worker: WorkerId })),
          /** As in `0.50`, in the run's currency. */
          amount: Schema.String.pipe(Schema.maxLength(20)),
          reason: Reason,
          key: Schema.String.pipe(Schema.pattern(/^[0-9A-Za-z-]{1,64}$/))
        })
      )
      .addSuccess(BonusReceipt)
      .addError(withMessage(InvalidAmount), { status: 400 })
      .addError(withMessage(CrowdError.InvalidInput), { status: 400 })
      .addError(withMessage(CrowdError.CurrencyNotPaid), { status: 409 })
      .addError(runNotFound, { status: 404 })
      .addError(agentNotFound, { status: 404 })
      .addError(workerNotFound, { status: 404 })
      .addError(withMessage(CrowdError.UnitNotFound), { status: 404 })
      .addError(withMessage(CrowdError.BonusNeedsUnit), { status: 409 })
      .addError(withMessage(CrowdError.InsufficientFunds), { status: 409 })
      .addError(uncertain, { status: 409 })
      .addError(providerError, { status: 502 })
  )
  .add(block("block").setPayload(Schema.Struct({ reason: Reason })))
  .add(block("unblock"))
  .add(
    HttpApiEndpoint.post("expire", "/runs/:run/expire")
      .setPath(OneRun)
      /** For how many milliseconds somebody may still be at work. */
      .addSuccess(Schema.Struct({ wait: Schema.Number }))
      .addError(runNotFound, { status: 404 })
      .addError(uncertain, { status: 409 })
      .addError(providerError, { status: 502 })
  )
  .addError(withMessage(CrowdError.StoreError), { status: 503 })
  .middleware(SignedIn)
  .prefix("/api/console") {}
