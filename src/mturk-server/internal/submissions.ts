/** `/mturk/externalSubmit`: a worker's browser sends the form of a page that is not ours. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { escapeUTF8 } from "entities"
import { type Agent, type Answers, maxAnswerNames } from "../../Agents.js"
import type { StoreError } from "../../CrowdError.js"
import { AgentId } from "../../Ids.js"
import { Local } from "../../Local.js"
import type { Secret } from "../../local/signature.js"
import { toldInWords } from "../../server/internal/storeErrors.js"
import { agents, units } from "../../store/tables.js"
import type { Context } from "./context.js"
import * as ids from "./ids.js"
import * as pages from "./workerPages.js"

class NotTaken extends Data.TaggedError("NotTaken")<{ readonly status: number; readonly message: string }> {}

/** The page may say what it likes to the page around it, and do nothing else. */
const policy = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"

const page = (title: string, text: string, script: string, status: number) =>
  HttpServerResponse.text(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>body{font:1rem/1.5 system-ui,sans-serif;margin:1rem}</style><p>${escapeUTF8(text)}</p>${script}</html>`,
    { status, contentType: "text/html; charset=utf-8", headers: { "content-security-policy": policy } }
  )

/** Told to the page around the frame, which then goes on; the same submission once more is the same success. */
const tellFrame = (answers: Answers): string => {
  const message = JSON.stringify({ crowd: "submit", answers }).replaceAll("<", "\\u003c")
  return `<script>parent.postMessage(${message},"*")</script>`
}

const taken = (answers: Answers) => page("Submitted", "Your work was submitted.", tellFrame(answers), 200)

const refused = ({ message, status }: NotTaken) => page("Not submitted", message, "", status)

type Fields = ReadonlyArray<readonly [string, string]>

/** A field that came several times has all its values. */
const answersOf = (fields: Fields): Answers => {
  const values = new Map<string, Array<string>>()
  for (const [name, value] of fields) {
    const before = values.get(name)
    if (before === undefined) values.set(name, [value])
    else before.push(value)
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? "") : all]))
}

const protocolField = "assignmentId"

/** A form whose answers are not looked at yet: that is for who may submit them. */
interface Form {
  readonly assignment: string
  readonly answers: Effect.Effect<Answers, NotTaken>
}

const answersIn = (fields: Fields): Effect.Effect<Answers, NotTaken> => {
  if (fields.length === 0) return new NotTaken({ status: 400, message: "The form has no field but assignmentId." })
  if (fields.length > maxAnswerNames) {
    const message = `The form has ${fields.length} fields, and ${maxAnswerNames} are taken at the most.`
    return new NotTaken({ status: 413, message })
  }
  return Effect.sync(() => answersOf(fields))
}

const read = (fields: Fields): Effect.Effect<Form, NotTaken> => {
  const [[, assignment = undefined] = [], second] = fields.filter(([name]) => name === protocolField)
  if (assignment === undefined || second !== undefined) {
    return new NotTaken({ status: 400, message: "The form has to have one field assignmentId." })
  }
  if (assignment === pages.notAvailable) {
    return new NotTaken({ status: 403, message: "This is a preview. Accept the task before you submit it." })
  }
  const answers = Effect.suspend(() => answersIn(fields.filter(([name]) => name !== protocolField)))
  return Effect.succeed({ assignment, answers })
}

const gone = new NotTaken({ status: 409, message: "This task is no longer yours." })
const foreign = new NotTaken({ status: 403, message: "This task was given to somebody else." })

/** Who holds, or held, the assignment. */
const holderOf = (context: Context, assignment: string): Effect.Effect<Agent, NotTaken | StoreError> =>
  Effect.gen(function* () {
    const id = ids.unitOfAssignment(assignment)
    const unit = Option.isSome(id) ? yield* context.store.get(units, id.value) : Option.none()
    const holder = Option.flatMap(unit, ({ agent }) => agent)
    const agent = Option.isSome(holder) ? yield* context.store.get(agents, holder.value) : Option.none()
    return yield* Option.match(agent, { onNone: () => gone, onSome: Effect.succeed })
  })

const submit = (context: Context, agent: Agent, answers: Answers) =>
  context.agents.submit({ agent: agent.id, worker: agent.worker, answers }).pipe(
    Effect.as(taken(answers)),
    Effect.catchTags({
      AgentNotFound: () => gone,
      NotYourAgent: () => foreign,
      InvalidTransition: () => gone,
      AlreadySubmitted: () => new NotTaken({ status: 409, message: "Other answers were submitted before." }),
      InvalidAnswers: () => new NotTaken({ status: 413, message: "The answers are too large." })
    })
  )

const isTooLate = new NotTaken({ status: 409, message: "The time for this task is over." })

const form = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => request.urlParamsBody).pipe(
  Effect.mapError(() => new NotTaken({ status: 400, message: "The form could not be read." })),
  Effect.flatMap(read)
)

const answered = <R>(
  taking: Effect.Effect<HttpServerResponse.HttpServerResponse, NotTaken | StoreError, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  Effect.catchTags(taking, {
    NotTaken: (error) => Effect.succeed(refused(error)),
    StoreError: (error) => Effect.map(toldInWords(error), (message) => refused(new NotTaken({ status: 503, message })))
  })

/** Of the agent to whom the key was given. */
const keyed = (context: Context, secret: Secret) =>
  Effect.gen(function* () {
    const { agent: id, key } = yield* HttpLayerRouter.schemaPathParams(PathParams).pipe(Effect.mapError(() => foreign))
    if (!pages.isKeyOf(secret, id, key)) return yield* foreign
    const agent = yield* Effect.flatMap(context.store.get(agents, id), orForeign)
    if (agent.status === "expired") return yield* isTooLate
    const { answers, assignment } = yield* form
    if (ids.assignmentOf(agent.unit) !== assignment) return yield* foreign
    return yield* submit(context, agent, yield* answers)
  })

const orForeign = Option.match({ onNone: () => Effect.fail(foreign), onSome: Effect.succeed<Agent> })

const PathParams = Schema.Struct({ agent: AgentId, key: Schema.String })

/** By scripts of every page: whoever has the key may know what came of it, and no cookie is needed. */
const readable = HttpServerResponse.setHeader("access-control-allow-origin", "*")

/** Of the worker at the other end of the connection. */
const unkeyed = (context: Context, local: Local["Type"]) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const name = yield* local
      .worker({
        peer: request.remoteAddress,
        headers: request.headers,
        cookie: Option.fromNullable(request.cookies["crowd_worker"])
      })
      .pipe(Effect.mapError(({ message }) => new NotTaken({ status: 403, message })))
    if (Option.isNone(name)) return yield* foreign
    const { answers, assignment } = yield* form
    const agent = yield* holderOf(context, assignment)
    if (agent.workerName !== name.value) return yield* foreign
    return yield* submit(context, agent, yield* answers)
  })

/**
 * Whether this is a form that may be sent here. A page of another site, such as a task in its sandbox, needs the key
 * that its frame was given: the connection is that of whoever looks at any page.
 */
export const isForm = (
  { headers, method, url }: HttpServerRequest.HttpServerRequest,
  { isForeign }: { readonly isForeign: boolean }
): boolean => {
  const path = url.replace(/[?#].*$/, "")
  return (
    method === "POST" &&
    path.endsWith(pages.submitPath) &&
    (path.startsWith(`${pages.agentPath}/`) || !isForeign) &&
    /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "")
  )
}

export const routes = (context: Context, secret: Secret) =>
  HttpLayerRouter.use((router) =>
    Effect.gen(function* () {
      const local = yield* Local
      yield* router.add("POST", pages.submitPath, answered(unkeyed(context, local)))
      const path = `${pages.agentPath}/:agent/:key${pages.submitPath}` as const
      yield* router.add("POST", path, Effect.map(answered(keyed(context, secret)), readable))
    })
  )
