import * as Effect from "effect/Effect"
import { ProviderError } from "../../src/CrowdError.js"
import { make } from "../../src/testing/suites/kit.js"

/** Runs, workers and submissions on the Mock. */
export const kit = make({ arrive: (worker) => Effect.succeed({ worker }) })

export const failure = (
  reason: ProviderError["reason"],
  options: Partial<Pick<ProviderError, "retryAfter" | "description" | "method">> = {}
): ProviderError =>
  new ProviderError({ reason, provider: "mock", method: "call", description: "as scripted", ...options })
