/** Where a page's `turkSubmitTo` leads: the form of one agent, whose key is in the address. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import { Agents } from "../Agents.js"
import * as forms from "./externalSubmit.js"
import { Keys, submitFolder } from "./keys.js"
import * as submissions from "./work/submissions.js"

/** Whether a page of another site, such as a task in its sandbox, may send this: the key says whose it is. */
export const isForm = (request: HttpServerRequest.HttpServerRequest): boolean =>
  request.url.startsWith(`${submitFolder}/`) && forms.isForm(request)

export const layer = HttpLayerRouter.use((router) =>
  Effect.gen(function* () {
    const keys = yield* Keys
    const agents = yield* Agents
    yield* forms.keyedRoute(router, {
      folder: submitFolder,
      isKey: keys.isSubmitKey,
      agent: (id) => Effect.catchTag(agents.get(id), "AgentNotFound", () => forms.gone),
      assignmentOf: ({ id }) => id,
      submissions: yield* submissions.ofServer
    })
  })
)
