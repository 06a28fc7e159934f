import * as Effect from "effect/Effect"

export const measure = Effect.void
