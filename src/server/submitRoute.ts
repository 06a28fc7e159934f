/** Where a page's `turkSubmitTo` leads: the form of one agent, whose key is in the address. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agents } from "../Agents.js"
import { AgentId } from "../Ids.js"
import { TaskRuns } from "../TaskRuns.js"
import * as forms from "./externalSubmit.js"
import { Keys, submitFolder } from "./keys.js"
import { TaskSource } from "./TaskSource.js"
import * as submissions from "./work/submissions.js"

const PathParams = Schema.Struct({ agent: AgentId, key: Schema.String })

/** Whether a page of another site, such as a task in its sandbox, may send this: the key says whose it is. */
export const isForm = (request: HttpServerRequest.HttpServerRequest): boolean =>
  request.url.startsWith(`${submitFolder}/`) && forms.isForm(request)

const taken = Effect.gen(function* () {
  const keys = yield* Keys
  const agents = yield* Agents
  const source = yield* Effect.serviceOption(TaskSource)
  const work = submissions.make({ agents, runs: yield* TaskRuns, source })
  return Effect.gen(function* () {
    const { agent: id, key } = yield* Effect.mapError(HttpLayerRouter.schemaPathParams(PathParams), () => forms.foreign)
    if (!keys.isSubmitKey(id, key)) return yield* forms.foreign
    const agent = yield* Effect.catchTag(agents.get(id), "AgentNotFound", () => forms.gone)
    const { answers, assignment } = yield* forms.form
    if (assignment !== id) return yield* forms.foreign
    return yield* forms.submit(work, agent, yield* answers)
  })
})

export const layer = HttpLayerRouter.use((router) =>
  Effect.flatMap(taken, (taken) =>
    router.add(
      "POST",
      `${submitFolder}/:agent/:key${forms.submitPath}`,
      Effect.map(forms.answered(taken), forms.readable)
    )
  )
)
