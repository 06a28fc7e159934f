import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

/** Logs a fault as a warning; one that stays is told once. */
export const teller = (of: string): Effect.Effect<(message: string) => Effect.Effect<void>> =>
  Effect.map(
    Ref.make(""),
    (told) => (message) =>
      Effect.flatMap(Ref.getAndSet(told, message), (before) =>
        before === message ? Effect.void : Effect.logWarning(`${of}: ${message}`)
      )
  )
