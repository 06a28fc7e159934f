/** What a worker's browser sees of a HIT, and where its form goes. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../../Agents.js"
import type { StoreError } from "../../CrowdError.js"
import type { AgentId, AssignmentId } from "../../Ids.js"
import { isSigned, type Secret, sign } from "../../internal/signature.js"
import { notAvailable } from "../../server/externalSubmit.js"
import type { Asked, Shown } from "../../server/TaskSource.js"
import type { Context } from "../context.js"
import * as questions from "../hits/questions.js"
import * as ids from "../ids.js"
import type { HITRow } from "../rows.js"

/** Pages of one agent send their forms beneath this, so that nobody else can. */
export const agentPath = "/mturk/for"

const parts = (agent: AgentId) => ["mturk-server", "submit", agent]

export const keyOf = (secret: Secret, agent: AgentId): string => sign(secret, parts(agent))

export const isKeyOf = (secret: Secret, agent: AgentId, key: string): boolean => isSigned(secret, parts(agent), key)

const parametersOf = (hit: string, agent: Option.Option<Agent>, submitTo: (agent: Agent) => string): URLSearchParams =>
  Option.match(agent, {
    onNone: () => new URLSearchParams({ assignmentId: notAvailable, hitId: hit }),
    onSome: (agent) =>
      new URLSearchParams({
        assignmentId: ids.assignmentOf(agent.unit),
        hitId: hit,
        workerId: ids.workerNameOf(agent.worker),
        turkSubmitTo: submitTo(agent)
      })
  })

/** The requester's own query stays as it is. */
const withParameters = (address: string, parameters: URLSearchParams): string => {
  const [, before = "", fragment = ""] = /^([^#]*)(#.*)?$/s.exec(address) ?? []
  return `${before}${before.includes("?") ? "&" : "?"}${parameters}${fragment}`
}

/** Read once for a HIT, not for each who looks at it. */
const shownOf = ({ processState: { questions: known } }: Context, { id, question }: HITRow) =>
  Effect.gen(function* () {
    const before = known.get(id)
    if (before !== undefined) return Option.some(before)
    const read = yield* Effect.option(questions.parse(question))
    if (Option.isSome(read)) known.set(id, read.value)
    return read
  })

const questionOf = (context: Context, assignment: AssignmentId) =>
  Effect.gen(function* () {
    const found = yield* context.runs.assignment(assignment)
    const hit = Option.flatMapNullable(found, ({ inputs }) => inputs["HITId"])
    const row = yield* Effect.transposeOption(Option.map(hit, context.rows.hits.get)).pipe(Effect.map(Option.flatten))
    if (Option.isNone(row) || row.value.run !== Option.getOrThrow(found).run) return Option.none()
    const question = yield* shownOf(context, row.value)
    return Option.map(question, (question) => ({ hit: row.value.id, question }))
  })

/** The page of a HIT, or where it is. `url` is where browsers reach this server. */
export const shown =
  (context: Context, secret: Secret, url: string | undefined) =>
  ({ agent, assignment, mode, request }: Asked): Effect.Effect<Option.Option<Shown>, StoreError> =>
    Effect.map(
      questionOf(context, assignment),
      Option.map(({ hit, question }): Shown => {
        const origin = (url ?? `http://${request.headers["host"] ?? "localhost"}`).replace(/\/+$/, "")
        const worker = mode === "work" ? agent : Option.none()
        const parameters = parametersOf(hit, worker, ({ id }) => `${origin}${agentPath}/${id}/${keyOf(secret, id)}`)
        return question._tag === "External"
          ? { _tag: "Address", address: withParameters(question.url, parameters) }
          : { _tag: "Page", html: question.content, query: parameters.toString() }
      })
    )
