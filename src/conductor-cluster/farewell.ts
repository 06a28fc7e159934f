import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as timings from "./timings.js"

/**
 * What a process does for the others when it stops: where the database does not answer, it goes without, for what it had
 * ends by itself. Bounded also where nothing may be interrupted, and not kept by what does not end when it is.
 */
export const farewell = <A, E, R>(saying: Effect.Effect<A, E, R>): Effect.Effect<A, E | Cause.TimeoutException, R> =>
  Effect.disconnect(saying).pipe(Effect.interruptible, Effect.timeout(timings.farewell))
