import * as Effect from "effect/Effect"

/**
 * Requests that have arrived at this process run, each in a callback of its own, and so do timers and those who only
 * read, before this goes on. Effect's own scheduler lets its fibers take turns, and nobody else. @internal
 */
export const yieldToEventLoop: Effect.Effect<void> =
  typeof setImmediate === "function"
    ? Effect.async((resume) => void setImmediate(() => resume(Effect.void)))
    : Effect.yieldNow()

/** How much text is worked on before others have their turn: it takes about a millisecond to read or to write. @internal */
export const textPerTurn = 16_384

/** The values in their order, in groups of about as much text as is worked on in a turn. @internal */
export const byTurns = <A>(values: ReadonlyArray<A>, sizeOf: (value: A) => number): ReadonlyArray<ReadonlyArray<A>> => {
  const groups: Array<Array<A>> = []
  let group: Array<A> = []
  let size = 0
  for (const value of values) {
    group.push(value)
    size += sizeOf(value)
    if (size < textPerTurn) continue
    groups.push(group)
    group = []
    size = 0
  }
  return group.length > 0 ? [...groups, group] : groups
}
