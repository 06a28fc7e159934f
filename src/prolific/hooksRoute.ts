/** Where Prolific calls us. */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Hooks } from "./hooks.js"
import { path } from "./subscriptions.js"

const answer = (status: number) => HttpServerResponse.empty({ status })

/**
 * Whatever is not kept is answered so that Prolific calls again; what cannot be read of the request is no call of
 * theirs.
 */
const received = ({ receive }: Hooks) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const body = new Uint8Array(yield* request.arrayBuffer)
    yield* receive(request.headers, body)
    return answer(204)
  }).pipe(
    Effect.catchTags({
      RequestError: () => Effect.succeed(answer(400)),
      HookRefused: () => Effect.succeed(answer(401)),
      ProviderError: () => Effect.succeed(answer(503)),
      StoreError: () => Effect.succeed(answer(503))
    })
  )

export const layer = (hooks: Hooks): Layer.Layer<never, never, HttpLayerRouter.HttpRouter> =>
  HttpLayerRouter.add("POST", path, received(hooks))
