/** So many at once, the others in the order in which they came. Giving a place on costs the same however many wait. */
import * as Effect from "effect/Effect"

export interface Slots {
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

interface Place {
  held: boolean
  wake: () => void
}

export const make = (count: number): Slots => {
  let free = count
  const waiting = new Set<Place>()

  const hold = (place: Place) => {
    place.held = true
    place.wake()
  }

  const take = (place: Place): Effect.Effect<void> => {
    if (free === 0) {
      return Effect.async<void>((resume) => {
        place.wake = () => resume(Effect.void)
        waiting.add(place)
      })
    }
    free--
    place.held = true
    return Effect.void
  }

  /** Also of one that was given a place and has not begun. */
  const leave = (place: Place) => {
    if (waiting.delete(place) || !place.held) return
    const [next] = waiting
    if (next === undefined) free++
    else {
      waiting.delete(next)
      hold(next)
    }
  }

  return {
    within: (effect) =>
      Effect.uninterruptibleMask((restore) => {
        const place: Place = { held: false, wake: () => {} }
        const taken = Effect.zipRight(take(place), effect)
        return Effect.flatMap(Effect.exit(restore(taken)), (exit) => {
          leave(place)
          return exit
        })
      })
  }
}
