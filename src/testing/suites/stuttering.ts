import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Scheduler from "effect/Scheduler"
import { PCGRandom } from "effect/Utils"

/** How many operations are made in a row, on average. */
const stretch = 1000

/** The longest pause, in milliseconds of real time. */
const longest = 25

/**
 * Runs fibers as a busy machine does: each stops where chance has it, mostly for others to go on, now and then for longer.
 * The same seed draws the same pauses.
 */
const scheduler = (seed: number): Scheduler.Scheduler => {
  const random = new PCGRandom(seed)
  let operations = random.integer(2 * stretch)
  const waiting = new WeakMap<object, Array<Scheduler.Task>>()
  const common: object = {}
  return Scheduler.make(
    (task, _priority, fiber) => {
      // A fiber's own tasks keep their order, on which Effect counts.
      const of = fiber ?? common
      const tasks = waiting.get(of) ?? []
      waiting.set(of, tasks)
      tasks.push(task)
      const next = () => tasks.shift()?.()
      const drawn = random.number()
      if (drawn < 0.7) queueMicrotask(next)
      else setTimeout(next, drawn < 0.98 ? 0 : random.integer(longest))
    },
    (fiber) => {
      if (fiber.currentOpCount <= operations) return false
      operations = random.integer(2 * stretch)
      return fiber.getFiberRef(FiberRef.currentSchedulingPriority)
    }
  )
}

/** Runs it, and the fibers it forks, with pauses drawn from the seed. */
export const stuttering =
  (seed: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withScheduler(effect, scheduler(seed))
