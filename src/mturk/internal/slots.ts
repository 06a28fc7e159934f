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
  /** How each goes on that waits. */
  const waiting = new Map<object, () => void>()

  const giveOn = () => {
    const [next] = waiting
    if (next === undefined) {
      free++
      return
    }
    const [guest, begin] = next
    waiting.delete(guest)
    begin()
  }

  return {
    guest: () => {
      const self = {}
      let inside = false
      return {
        enter: (begin) => {
          const goIn = () => {
            inside = true
            begin()
          }
          if (free === 0) {
            waiting.set(self, goIn)
            return
          }
          free--
          goIn()
        },
        leave: () => {
          if (waiting.delete(self) || !inside) return
          inside = false
          giveOn()
        }
      }
    }
  }
}
