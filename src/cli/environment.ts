import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { UsageError } from "./failure.js"

export const fromConfig = <A>(config: Config.Config<A>): Effect.Effect<A, UsageError> =>
  Effect.mapError(config, (error) => new UsageError({ message: `An environment variable is wrong: ${String(error)}` }))
