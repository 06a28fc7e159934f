/** When the crowd does not answer, or refuses: the operator is told what it said, workers what they can do. */
import * as Effect from "effect/Effect"
import { ProviderError } from "../CrowdError.js"

const forWorkers = ({ method, provider, reason }: ProviderError): ProviderError =>
  new ProviderError({
    reason,
    provider,
    method,
    description: "it cannot be asked about you just now; wait a moment, then try again"
  })

/** Logs what the crowd said: it may be of the requester's account. */
export const toWorkers = <A, E, R>(
  effect: Effect.Effect<A, E | ProviderError, R>
): Effect.Effect<A, E | ProviderError, R> =>
  effect.pipe(
    Effect.tapError((error) => (error instanceof ProviderError ? Effect.logWarning(error.message) : Effect.void)),
    Effect.mapError((error) => (error instanceof ProviderError ? forWorkers(error) : error))
  )
