/** So many at once, the others in the order in which they came. Giving a place on costs the same however many wait. */

/** One that comes for a place. */
export interface Guest {
  /** Begins at once if there is a place, or else when it is given one. */
  readonly enter: (begin: () => void) => void
  /** Gives the place on, or gives up waiting for one. A second time it does nothing. */
  readonly leave: () => void
}

export interface Slots {
  readonly guest: () => Guest
}

export const make = (count: number): Slots => {
  let free = count
  /** How each goes in that waits. */
  const waiting = new Set<() => void>()

  const giveOn = () => {
    const [goIn] = waiting
    if (goIn === undefined) {
      free++
      return
    }
    waiting.delete(goIn)
    goIn()
  }

  return {
    guest: () => {
      let inside = false
      let goIn = () => {}
      return {
        enter: (begin) => {
          goIn = () => {
            inside = true
            begin()
          }
          if (free === 0) {
            waiting.add(goIn)
            return
          }
          free--
          goIn()
        },
        leave: () => {
          if (waiting.delete(goIn) || !inside) return
          inside = false
          giveOn()
        }
      }
    }
  }
}
