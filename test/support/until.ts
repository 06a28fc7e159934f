import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

/** Asks every tenth of a second until it is so; fails after so many seconds. */
export const until = <A, E, R>(what: string, ask: Effect.Effect<A, E, R>, isSo: (answer: A) => boolean, atMost = 15) =>
  Effect.delay(ask, "100 millis").pipe(
    Effect.repeat({ until: isSo }),
    Effect.timeoutFail({
      duration: `${atMost} seconds`,
      onTimeout: () => new Cause.TimeoutException(`waited in vain: ${what}`)
    })
  )
