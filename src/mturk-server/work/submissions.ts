/** `/mturk/externalSubmit`: a worker's browser sends the form of a page that is not ours. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../../Agents.js"
import type { StoreError } from "../../CrowdError.js"
import type { AgentId } from "../../Ids.js"
import type { Secret } from "../../internal/signature.js"
import { Local } from "../../Local.js"
import * as forms from "../../server/externalSubmit.js"
import * as visitors from "../../server/visitors.js"
import { make, type Service } from "../../server/work/submissions.js"
import { agents, units } from "../../store/tables.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import * as pages from "./workerPages.js"

/** Who holds, or held, the assignment. */
const holderOf = (context: Context, assignment: string): Effect.Effect<Agent, forms.NotTaken | StoreError> =>
  Effect.gen(function* () {
    const id = ids.unitOfAssignment(assignment)
    const unit = Option.isSome(id) ? yield* context.store.get(units, id.value) : Option.none()
    const holder = Option.flatMap(unit, ({ agent }) => agent)
    const agent = Option.isSome(holder) ? yield* context.store.get(agents, holder.value) : Option.none()
    return yield* Option.match(agent, { onNone: () => forms.gone, onSome: Effect.succeed })
  })

const isTooLate = new forms.NotTaken({ status: 409, message: "The time for this task is over." })

/** The agent, while there is time for them. */
const inTime = (context: Context, id: AgentId): Effect.Effect<Agent, forms.NotTaken | StoreError> =>
  Effect.gen(function* () {
    const agent = yield* context.store.get(agents, id)
    if (Option.isNone(agent)) return yield* forms.foreign
    return agent.value.status === "expired" ? yield* isTooLate : agent.value
  })

/** Of the worker at the other end of the connection. */
const unkeyed = (context: Context, work: Service, local: Local["Type"]) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const name = yield* local
      .worker(visitors.visitOf(request))
      .pipe(Effect.mapError(({ message }) => new forms.NotTaken({ status: 403, message })))
    if (Option.isNone(name)) return yield* forms.foreign
    const { answers, assignment } = yield* forms.form
    const agent = yield* holderOf(context, assignment)
    if (agent.workerName !== name.value) return yield* forms.foreign
    return yield* forms.submit(work, agent, yield* answers)
  })

/**
 * Whether this is a form that may be sent here. A page of another site, such as a task in its sandbox, needs the key
 * that its frame was given: the connection is that of whoever looks at any page.
 */
export const isForm = (
  request: HttpServerRequest.HttpServerRequest,
  { isForeign }: { readonly isForeign: boolean }
): boolean => forms.isForm(request) && (request.url.startsWith(`${pages.agentPath}/`) || !isForeign)

export const routes = (context: Context, secret: Secret) =>
  HttpLayerRouter.use((router) =>
    Effect.gen(function* () {
      const local = yield* Local
      const { agents, runs } = context
      const work = make({
        agents,
        runs,
        source: Option.some({ shown: pages.shown(context, secret, undefined) }),
        hasExits: false
      })
      yield* router.add("POST", forms.submitPath, forms.answered(unkeyed(context, work, local)))
      yield* forms.keyedRoute(router, {
        folder: pages.agentPath,
        isKey: (agent, key) => pages.isKeyOf(secret, agent, key),
        agent: (id) => inTime(context, id),
        assignmentOf: ({ unit }) => ids.assignmentOf(unit),
        submissions: work
      })
    })
  )
