/** The results of a run as a file to download. */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Agents } from "../../Agents.js"
import * as Results from "../../batch/Results.js"
import * as Crowd from "../../Crowd.js"
import type { RunId } from "../../Ids.js"
import { fileName } from "../../internal/text.js"
import { TaskRuns } from "../../TaskRuns.js"
import type { Units } from "../../Units.js"

const types = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl; charset=utf-8" }

/** Whatever a batch is called, as RFC 6266 has it. */
const attachment = (name: string): string => {
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
  return `attachment; filename*=UTF-8''${encoded}`
}

export const make = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const context = yield* Effect.context<TaskRuns | Units | Agents>()

  /** What comes in meanwhile is left out: it could have columns that the header has not. */
  return (id: RunId, format: Results.Format) =>
    Effect.gen(function* () {
      const { name } = yield* runs.get(id)
      const template = yield* runs.template(id)
      const now = yield* DateTime.now
      const submitted = Crowd.results(id).pipe(
        Stream.filter(({ submittedAt }) => Option.exists(submittedAt, DateTime.lessThanOrEqualTo(now)))
      )
      const text = Stream.provideContext(Results.encode(submitted, format, { template }), context)
      return HttpServerResponse.stream(Stream.encodeText(text), {
        contentType: types[format],
        headers: { "content-disposition": attachment(`${fileName(name)}-results.${format}`) }
      })
    })
})
