/** Time of the double: it stands still until it is moved, or runs at a pace of real time. */
export interface Clock {
  /** In milliseconds since 1970. */
  readonly now: () => number
  /** Does something when its time has come; things of one time in the order they were planned. */
  readonly at: (time: number, act: () => void) => void
  readonly advance: (ms: number) => void
  /** Moves on by what has really passed, where there is a pace. */
  readonly catchUp: () => void
}

interface Plan {
  readonly time: number
  readonly act: () => void
}

export const makeClock = (start: number, pace: number): Clock => {
  let now = start
  let real = Date.now()
  let plans: ReadonlyArray<Plan> = []

  const moveTo = (time: number) => {
    const next = plans.reduce<Plan | undefined>((a, b) => (a === undefined || b.time < a.time ? b : a), undefined)
    if (next === undefined || next.time > time) {
      now = Math.max(now, time)
      return
    }
    plans = plans.filter((plan) => plan !== next)
    now = Math.max(now, next.time)
    next.act()
    moveTo(time)
  }

  return {
    now: () => now,
    at: (time, act) => {
      plans = [...plans, { time, act }]
    },
    advance: (ms) => moveTo(now + ms),
    catchUp: () => {
      const passed = Date.now() - real
      real += passed
      if (pace > 0) moveTo(now + passed * pace)
    }
  }
}
