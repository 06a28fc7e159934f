/** Nobody is paid without having been asked. */
import * as Effect from "effect/Effect"
import { Provider } from "../Provider.js"
import { UsageError } from "./failure.js"

/** Fails where what the command does pays real money, and `--live` was not said. */
export const checkAsked: Effect.Effect<void, UsageError, Provider> = Effect.flatMap(
  Provider,
  ({ isDraft, provider }) =>
    isDraft
      ? new UsageError({ message: `On ${provider} this pays real money, which has to be asked for: add --live.` })
      : Effect.void
)
