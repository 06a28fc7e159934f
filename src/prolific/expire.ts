/** The study is stopped once nothing of it is open any more; whoever is at work goes on. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ProviderError } from "../CrowdError.js"
import { type Driver, oneByOne, receipt } from "../Driver.js"
import { type Crowd, setupOf } from "./crowd.js"
import { failure, toProviderError } from "./errors.js"
import { get, transition } from "./study.js"

const method = "stop-study"

/** A draft was never out, and what is over stays so. */
export const stop = (crowd: Crowd, id: string): Effect.Effect<void, ProviderError> =>
  Effect.gen(function* () {
    const { status } = yield* Effect.mapError(get(crowd, id), toProviderError)
    if (status === "ACTIVE" || status === "PAUSED") {
      yield* Effect.mapError(transition(crowd, id, "STOP"), toProviderError)
    } else if (status === "PUBLISHING" || status === "PROCESSING" || status === "UNKNOWN") {
      return yield* failure("NotYet", method, `${id} is still being published`)
    }
  })

export const expire = (crowd: Crowd): Driver["expire"] =>
  oneByOne({
    concurrency: 1,
    repeatableFor: Duration.infinity,
    send: ({ order: { run } }) =>
      Effect.gen(function* () {
        const { study } = yield* setupOf(crowd, method, run)
        yield* stop(crowd, study)
        return receipt({ remoteId: study })
      })
  })
