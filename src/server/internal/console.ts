/** The requester's half of the API. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TaskRuns } from "../../TaskRuns.js"
import { Api } from "../Api.js"

export const layer = HttpApiBuilder.group(Api, "console", (handlers) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    return handlers.handle("runs", () =>
      runs.list.pipe(
        Stream.take(50),
        Stream.mapEffect(({ id }) => runs.summary(id)),
        Stream.runCollect,
        Effect.map(Chunk.toReadonlyArray),
        Effect.catchTag("TaskRunNotFound", Effect.die)
      )
    )
  })
)
