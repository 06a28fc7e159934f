/** `externalSubmit`: forms that a page sends by itself to where its address says, as Mechanical Turk takes them. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as Multipart from "@effect/platform/Multipart"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { escapeUTF8 } from "entities"
import { type Agent, type Answers, maxAnswerNames } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import { AgentId } from "../Ids.js"
import * as storeErrors from "./storeErrors.js"
import type { Service as Submissions } from "./work/submissions.js"

/** Where forms go, after `turkSubmitTo`. */
export const submitPath = "/mturk/externalSubmit"

/** In place of an assignment before one is accepted. */
export const notAvailable = "ASSIGNMENT_ID_NOT_AVAILABLE"

/** Why a form is not taken, in words for whoever sent it. */
export class NotTaken extends Data.TaggedError("NotTaken")<{ readonly status: number; readonly message: string }> {}

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

type Fields = UrlParams.UrlParams

const protocolField = "assignmentId"

/** A form whose answers are not looked at yet: that is for who may submit them. */
export interface Form {
  readonly assignment: string
  readonly answers: Effect.Effect<Answers, NotTaken>
}

const answersIn = (fields: Fields): Effect.Effect<Answers, NotTaken> => {
  if (fields.length === 0) return new NotTaken({ status: 400, message: "The form has no field but assignmentId." })
  if (fields.length > maxAnswerNames) {
    const message = `The form has ${fields.length} fields, and ${maxAnswerNames} are taken at the most.`
    return new NotTaken({ status: 413, message })
  }
  return Effect.sync(() => UrlParams.toRecord(fields))
}

const read = (fields: Fields): Effect.Effect<Form, NotTaken> => {
  const [[, assignment = undefined] = [], second] = fields.filter(([name]) => name === protocolField)
  if (assignment === undefined || second !== undefined) {
    return new NotTaken({ status: 400, message: "The form has to have one field assignmentId." })
  }
  if (assignment === notAvailable) {
    return new NotTaken({ status: 403, message: "This is a preview. Accept the task before you submit it." })
  }
  const answers = Effect.suspend(() => answersIn(fields.filter(([name]) => name !== protocolField)))
  return Effect.succeed({ assignment, answers })
}

/** Nobody holds it any more. */
export const gone = new NotTaken({ status: 409, message: "This task is no longer yours." })
export const foreign = new NotTaken({ status: 403, message: "This task was given to somebody else." })

export const submit = (submissions: Submissions, agent: Agent, answers: Answers) =>
  submissions.submit({ agent: agent.id, worker: agent.worker, answers }).pipe(
    Effect.as(taken(answers)),
    Effect.catchTags({
      AgentNotFound: () => gone,
      NotYourAgent: () => foreign,
      InvalidTransition: () => gone,
      AlreadySubmitted: () => new NotTaken({ status: 409, message: "Other answers were submitted before." }),
      InvalidAnswers: () => new NotTaken({ status: 413, message: "The answers are too large." }),
      NothingAnswered: ({ message }) => new NotTaken({ status: 422, message })
    })
  )

const unreadable = () => new NotTaken({ status: 400, message: "The form could not be read." })

const fieldOf = (part: Multipart.Part): Effect.Effect<Fields[number], NotTaken> =>
  part._tag === "Field"
    ? Effect.succeed([part.key, part.value])
    : new NotTaken({ status: 415, message: `The form has a file, ${part.key}: files are not taken.` })

/** What `fetch` sends of a `FormData`, and a form that says `enctype`. */
const multipartFields = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Fields, NotTaken> =>
  request.multipartStream.pipe(
    Stream.mapError(unreadable),
    Stream.mapEffect(fieldOf),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray)
  )

const isMultipart = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  /^multipart\/form-data\s*;/i.test(headers["content-type"] ?? "")

/** The form that was sent. */
export const form = Effect.flatMap(
  HttpServerRequest.HttpServerRequest,
  (request): Effect.Effect<Fields, NotTaken> =>
    isMultipart(request) ? multipartFields(request) : Effect.mapError(request.urlParamsBody, unreadable)
).pipe(Effect.flatMap(read))

export const answered = <R>(
  taking: Effect.Effect<HttpServerResponse.HttpServerResponse, NotTaken | StoreError, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  Effect.catchTags(taking, {
    NotTaken: (error) => Effect.succeed(refused(error)),
    StoreError: (error) => Effect.succeed(storeErrors.response(error))
  })

const PathParams = Schema.Struct({ agent: AgentId, key: Schema.String })

/** Forms whose address has an agent, and a key that was given to nobody but its worker. */
export interface Keyed<R> {
  /** What comes before the agent and the key in the address. */
  readonly folder: `/${string}`
  readonly isKey: (agent: AgentId, key: string) => boolean
  /** The agent, if work of theirs may still come. */
  readonly agent: (id: AgentId) => Effect.Effect<Agent, NotTaken | StoreError, R>
  /** What a form of the agent's page calls its assignment. */
  readonly assignmentOf: (agent: Agent) => string
  readonly submissions: Submissions
}

/** Takes the form of the agent to whom the key was given. */
const keyed = <R>({ agent: find, assignmentOf, isKey, submissions }: Keyed<R>) =>
  Effect.gen(function* () {
    const { agent: id, key } = yield* Effect.mapError(HttpLayerRouter.schemaPathParams(PathParams), () => foreign)
    if (!isKey(id, key)) return yield* foreign
    const agent = yield* find(id)
    const { answers, assignment } = yield* form
    if (assignmentOf(agent) !== assignment) return yield* foreign
    return yield* submit(submissions, agent, yield* answers)
  })

/** Where forms with a key go. */
export const keyedRoute = <R>(router: HttpLayerRouter.HttpRouter, forms: Keyed<R>) =>
  router.add("POST", `${forms.folder}/:agent/:key${submitPath}`, Effect.map(answered(keyed(forms)), readable))

/** By scripts of every page: whoever has the key may know what came of it, and no cookie is needed. */
const readable = HttpServerResponse.setHeader("access-control-allow-origin", "*")

/** Whether this is a form for `externalSubmit`. */
export const isForm = (request: HttpServerRequest.HttpServerRequest): boolean =>
  request.method === "POST" &&
  request.url.replace(/[?#].*$/, "").endsWith(submitPath) &&
  (isMultipart(request) || /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
