import * as Effect from "effect/Effect"

/** What somebody wants to be shown, with what it needs; nothing where they do not. */
export const callback = <A, E, R>(
  show: ((value: A) => Effect.Effect<void, E, R>) | undefined
): Effect.Effect<(value: A) => Effect.Effect<void, E>, never, R> =>
  Effect.map(
    Effect.context<R>(),
    (context) => (value) => (show === undefined ? Effect.void : Effect.provide(show(value), context))
  )
