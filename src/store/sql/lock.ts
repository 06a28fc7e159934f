import * as Effect from "effect/Effect"

/** One at a time, in the order they came; Effect's `Semaphore` does not say whether anybody waits. @internal */
export interface Turn {
  /** To be run uninterruptibly: who has the turn passes it on. */
  readonly take: Effect.Effect<void>
  readonly pass: Effect.Effect<void>
  readonly isAwaited: () => boolean
}

/** @internal */
export const make = (): Turn => {
  const waiting: Array<() => void> = []
  let isTaken = false
  return {
    take: Effect.suspend(() => {
      if (isTaken) return Effect.async<void>((resume) => void waiting.push(() => resume(Effect.void)))
      isTaken = true
      return Effect.void
    }),
    pass: Effect.sync(() => {
      const next = waiting.shift()
      if (next === undefined) isTaken = false
      else next()
    }),
    isAwaited: () => waiting.length > 0
  }
}
