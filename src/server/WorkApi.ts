/**
 * What a worker's browser asks the server: what is on offer, a unit, and what becomes of it.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Answers, Exit } from "../Agents.js"
import * as CrowdError from "../CrowdError.js"
import { AgentId, QualificationId, RunId, Token, WorkerId } from "../Ids.js"
import { named, withMessage } from "../internal/schemas.js"
import { Json } from "../Json.js"
import { Money } from "../Money.js"
import { AgentStatus, Outcome } from "../States.js"
import { Permission, Task } from "../TaskRuns.js"

/**
 * Why a worker cannot take a unit now.
 *
 * @since 0.1.0
 * @category models
 */
export const Refusal = CrowdError.IneligibleReason
/**
 * @since 0.1.0
 * @category models
 */
export type Refusal = CrowdError.IneligibleReason

/**
 * How far a visitor is in a run. `yours` is how many more units they may do now, counted to `Workers.countedTo`;
 * `submitted` what they have done, of which `waiting` is not decided; `earned` what was approved, with bonuses; `toCome`
 * what is still to be decided.
 *
 * @since 0.1.0
 * @category models
 */
export const Account = Schema.Struct({
  yours: Schema.Int,
  submitted: Schema.Int,
  waiting: Schema.Int,
  earned: Money,
  toCome: Money
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Account extends Schema.Schema.Type<typeof Account> {}

/**
 * A qualification that the visitor lacks and may ask for. `asked` waits for the requester; `refused` may not be asked for
 * now, and `reason` is what the requester said.
 *
 * @since 0.1.0
 * @category models
 */
export const Lack = Schema.Struct({
  qualification: QualificationId,
  name: Schema.String,
  description: Schema.String,
  status: Schema.Literal("open", "asked", "refused"),
  reason: Schema.NullOr(Schema.String)
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Lack extends Schema.Schema.Type<typeof Lack> {}

/**
 * A run as workers see it. Durations are milliseconds. `left` is how many units are free, for whomever; `refusal` says
 * why this visitor cannot have one, `lacks` what they could ask for, `preview` whether they may see its page before,
 * `held` which agent they are already, and `heldElsewhere` that it was taken at their address in another browser.
 *
 * @since 0.1.0
 * @category models
 */
export const Offer = Schema.Struct({
  run: RunId,
  title: Schema.String,
  description: Schema.String,
  keywords: Schema.Array(Schema.String),
  reward: Money,
  duration: Task.fields.duration,
  left: Schema.Int,
  ...Account.fields,
  refusal: Schema.NullOr(Refusal),
  lacks: Schema.Array(named<Lack>()(Lack)),
  preview: Schema.Boolean,
  held: Schema.NullOr(AgentId),
  heldElsewhere: Schema.Boolean
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Offer extends Schema.Schema.Type<typeof Offer> {}

/**
 * Who the visitor is to this crowd; null where only the task page's own shim can tell. `chooses` says that visitors give
 * themselves a name, `exits` that the crowd sends people here by a link and they go on to it from here, `returns` that
 * they have to return it there themselves where they leave without answers, `drafts` that nothing is offered yet, so that
 * whoever comes sees what it would be, and `crowd` what people call it, where it has a name.
 *
 * @since 0.1.0
 * @category models
 */
export const Lobby = Schema.Struct({
  provider: Schema.String,
  worker: Schema.NullOr(Schema.String),
  chooses: Schema.Boolean,
  exits: Schema.Boolean,
  returns: Schema.Boolean,
  drafts: Schema.Boolean,
  crowd: Schema.NullOr(Schema.String),
  offers: Schema.Array(named<Offer>()(Offer))
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Lobby extends Schema.Schema.Type<typeof Lobby> {}

/**
 * A unit in somebody's hands. `key` goes into the header `x-crowd-key` of everything this worker asks for the agent;
 * `frame` is the address of the task's page, which may use what `permissions` name. Times are milliseconds since 1970 by
 * the server's clock, of which `now` is one.
 *
 * @since 0.1.0
 * @category models
 */
export const Work = Schema.Struct({
  agent: AgentId,
  run: RunId,
  worker: WorkerId,
  title: Schema.String,
  reward: Money,
  status: AgentStatus,
  acceptedAt: Schema.DateTimeUtcFromNumber,
  deadline: Schema.DateTimeUtcFromNumber,
  now: Schema.DateTimeUtcFromNumber,
  key: Schema.String,
  frame: Schema.String,
  permissions: Schema.Array(Permission)
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Work extends Schema.Schema.Type<typeof Work> {}

/**
 * One of the visitor's own pieces of work.
 *
 * @since 0.1.0
 * @category models
 */
export const Piece = Schema.Struct({
  agent: AgentId,
  status: AgentStatus,
  feedback: Schema.NullOr(Schema.String),
  acceptedAt: Schema.DateTimeUtcFromNumber,
  submittedAt: Schema.NullOr(Schema.DateTimeUtcFromNumber)
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Piece extends Schema.Schema.Type<typeof Piece> {}

/**
 * What the visitor did in one run: the whole account, and the latest pieces, the newest first.
 *
 * @since 0.1.0
 * @category models
 */
export const Past = Schema.Struct({
  run: RunId,
  title: Schema.String,
  reward: Money,
  ...Account.fields,
  pieces: Schema.Array(named<Piece>()(Piece))
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Past extends Schema.Schema.Type<typeof Past> {}

/**
 * A bonus the visitor was paid, why, and for what task, where it was for one.
 *
 * @since 0.1.0
 * @category models
 */
export const PaidBonus = Schema.Struct({
  token: Token,
  title: Schema.NullOr(Schema.String),
  amount: Money,
  reason: Schema.String,
  paidAt: Schema.DateTimeUtcFromNumber
})
/**
 * @since 0.1.0
 * @category models
 */
export interface PaidBonus extends Schema.Schema.Type<typeof PaidBonus> {}

/**
 * What became of an agent.
 *
 * @since 0.1.0
 * @category models
 */
export const Changed = Schema.Struct({ agent: AgentId, status: AgentStatus, deadline: Schema.DateTimeUtcFromNumber })
/**
 * @since 0.1.0
 * @category models
 */
export interface Changed extends Schema.Schema.Type<typeof Changed> {}

/**
 * What the provider's shim says of the worker. A crowd that knows its visitors itself does not listen to it.
 *
 * @since 0.1.0
 * @category models
 */
export const Arrival = Schema.Struct({ data: Schema.optionalWith(Json, { default: () => null }) })
/**
 * @since 0.1.0
 * @category models
 */
export interface Arrival extends Schema.Schema.Type<typeof Arrival> {}

/**
 * What a worker submits.
 *
 * @since 0.1.0
 * @category models
 */
export const Submission = Schema.Struct({ answers: Answers })
/**
 * @since 0.1.0
 * @category models
 */
export interface Submission extends Schema.Schema.Type<typeof Submission> {}

/**
 * `NotEligible`, with where the worker is to go from here; null where they leave by themselves.
 *
 * @since 0.1.0
 * @category errors
 */
export class TurnedAway extends CrowdError.NotEligible.extend<TurnedAway>("effect-crowd/TurnedAway")({
  exit: Schema.NullOr(Exit)
}) {}

/**
 * How an agent's visit ended: by what the task's page said of it (`outcome`), where it said anything; whether their answers
 * are here, whether they would be taken even now (`takes`), and where they go from our pages; null where they leave by
 * themselves, and as long as they are at work.
 *
 * @since 0.1.0
 * @category models
 */
export const Departure = Schema.Struct({
  agent: AgentId,
  status: AgentStatus,
  outcome: Schema.NullOr(Outcome),
  answered: Schema.Boolean,
  takes: Schema.Boolean,
  exit: Schema.NullOr(Exit)
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Departure extends Schema.Schema.Type<typeof Departure> {}

const Run = Schema.Struct({ run: RunId })
const OneAgent = Schema.Struct({ agent: AgentId })

/**
 * The header with which a worker's browser proves that an agent is theirs.
 *
 * @since 0.1.0
 * @category constants
 */
export const keyHeader = "x-crowd-key"

const Key = Schema.Struct({ [keyHeader]: Schema.String.pipe(Schema.maxLength(200)) })

const change = <Name extends string>(name: Name) =>
  HttpApiEndpoint.post(name, `/agents/:agent/${name}`)
    .setPath(OneAgent)
    .setHeaders(Key)
    .addSuccess(Changed)
    .addError(withMessage(CrowdError.AgentNotFound), { status: 404 })
    .addError(withMessage(CrowdError.NotYourAgent), { status: 403 })
    .addError(withMessage(CrowdError.InvalidTransition), { status: 409 })

/**
 * The endpoints of workers' pages; who asks is told as the crowd tells its workers.
 *
 * @since 0.1.0
 * @category groups
 */
export class WorkApi extends HttpApiGroup.make("work")
  .add(HttpApiEndpoint.get("lobby", "/lobby").addSuccess(Lobby))
  .add(HttpApiEndpoint.get("history", "/history").addSuccess(Schema.Array(Past)))
  .add(HttpApiEndpoint.get("bonuses", "/bonuses").addSuccess(Schema.Array(PaidBonus)))
  .add(
    HttpApiEndpoint.post("name", "/name")
      .setPayload(Schema.Struct({ name: Schema.String.pipe(Schema.maxLength(200)) }))
      .addSuccess(Schema.Struct({ worker: Schema.String }))
      .addError(withMessage(CrowdError.InvalidName), { status: 400 })
      .addError(withMessage(CrowdError.NameTaken), { status: 409 })
      .addError(withMessage(CrowdError.TooManyNames), { status: 429 })
  )
  .add(
    HttpApiEndpoint.post("ask", "/qualifications/:qualification")
      .setPath(Schema.Struct({ qualification: QualificationId }))
      .addSuccess(Schema.Struct({ status: Schema.Literal("granted", ...Lack.fields.status.literals) }))
      .addError(withMessage(CrowdError.NameNeeded), { status: 401 })
      .addError(withMessage(CrowdError.QualificationNotFound), { status: 404 })
  )
  .add(
    HttpApiEndpoint.post("accept", "/runs/:run/agents")
      .setPath(Run)
      .setPayload(Arrival)
      .addSuccess(Work)
      .addError(withMessage(CrowdError.NameNeeded), { status: 401 })
      .addError(withMessage(CrowdError.TaskRunNotFound), { status: 404 })
      .addError(withMessage(CrowdError.InvalidProviderData), { status: 400 })
      .addError(withMessage(TurnedAway), { status: 409 })
      .addError(withMessage(CrowdError.HeldByAddress), { status: 409 })
      .addError(withMessage(CrowdError.ProviderError), { status: 502 })
  )
  .add(
    // The visitor says that what their address holds is theirs, taken in another browser: they go on with it in this one.
    HttpApiEndpoint.post("mine", "/runs/:run/agents/mine")
      .setPath(Run)
      .addSuccess(Work)
      .addError(withMessage(CrowdError.NameNeeded), { status: 401 })
      .addError(withMessage(CrowdError.TaskRunNotFound), { status: 404 })
      .addError(withMessage(CrowdError.InvalidProviderData), { status: 400 })
      .addError(withMessage(CrowdError.NotEligible), { status: 409 })
      .addError(withMessage(CrowdError.ProviderError), { status: 502 })
  )
  .add(
    // The visitor puts the unit back for another; who finds no other keeps it.
    HttpApiEndpoint.post("skip", "/agents/:agent/skip")
      .setPath(OneAgent)
      .setHeaders(Key)
      .addSuccess(Work)
      .addError(withMessage(CrowdError.NameNeeded), { status: 401 })
      .addError(withMessage(CrowdError.AgentNotFound), { status: 404 })
      .addError(withMessage(CrowdError.TaskRunNotFound), { status: 404 })
      .addError(withMessage(CrowdError.NotYourAgent), { status: 403 })
      .addError(withMessage(CrowdError.InvalidProviderData), { status: 400 })
      .addError(withMessage(CrowdError.NotEligible), { status: 409 })
      .addError(withMessage(CrowdError.HeldByAddress), { status: 409 })
      .addError(withMessage(CrowdError.ProviderError), { status: 502 })
  )
  .add(
    // Only once the agent's outcome is stored; the same however often it is asked.
    HttpApiEndpoint.get("exit", "/agents/:agent/exit")
      .setPath(OneAgent)
      .setHeaders(Key)
      .addSuccess(Departure)
      .addError(withMessage(CrowdError.AgentNotFound), { status: 404 })
      .addError(withMessage(CrowdError.NotYourAgent), { status: 403 })
      .addError(withMessage(CrowdError.ProviderError), { status: 502 })
  )
  .add(
    HttpApiEndpoint.post("submit", "/agents/:agent/answers")
      .setPath(OneAgent)
      .setHeaders(Key)
      .setPayload(Submission)
      .addSuccess(Changed)
      .addError(withMessage(CrowdError.AgentNotFound), { status: 404 })
      .addError(withMessage(CrowdError.NotYourAgent), { status: 403 })
      .addError(withMessage(CrowdError.InvalidAnswers), { status: 400 })
      .addError(withMessage(CrowdError.NothingAnswered), { status: 422 })
      .addError(withMessage(CrowdError.AlreadySubmitted), { status: 409 })
      .addError(withMessage(CrowdError.InvalidTransition), { status: 409 })
  )
  .add(change("start"))
  .add(change("heartbeat"))
  .add(change("return"))
  .add(change("disconnect"))
  .addError(withMessage(CrowdError.Unwelcome), { status: 403 })
  .addError(withMessage(CrowdError.StoreError), { status: 503 })
  .prefix("/api/work") {}
