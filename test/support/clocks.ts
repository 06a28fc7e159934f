/** Clocks of tests whose other side is a real process or a real wire, where a TestClock would not move by itself. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const real = Clock.make()

const nanos = (millis: number): bigint => BigInt(Math.round(millis * 1_000_000))

const over = (change: {
  readonly millis: (now: number) => number
  readonly sleep: Clock.Clock["sleep"]
}): Clock.Clock => ({
  ...real,
  sleep: change.sleep,
  unsafeCurrentTimeMillis: () => change.millis(real.unsafeCurrentTimeMillis()),
  unsafeCurrentTimeNanos: () => nanos(change.millis(real.unsafeCurrentTimeMillis())),
  currentTimeMillis: Effect.map(real.currentTimeMillis, change.millis),
  currentTimeNanos: Effect.map(real.currentTimeMillis, (now) => nanos(change.millis(now)))
})

/** By a clock that shows whatever it is told, and on which nothing sleeps. */
export const showing =
  (millis: () => number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withClock(effect, over({ millis, sleep: () => Effect.dieMessage("nothing sleeps on this clock") }))

/** So much later; but only by our clock. */
export const later = <A, E, R>(by: Duration.DurationInput, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withClock(
    effect,
    over({ millis: (now) => now + Duration.toMillis(by), sleep: (duration) => real.sleep(duration) })
  )

/** By a clock that goes so many times as fast, and starts now. */
export const hurried =
  (times: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(real.currentTimeMillis, (start) =>
      Effect.withClock(
        effect,
        over({
          millis: (now) => Math.round(start + (now - start) * times),
          sleep: (duration) => real.sleep(Duration.times(duration, 1 / times))
        })
      )
    )

/** A clock that is right, by which sleep is so many times as short, for all that is built over this layer. */
export const restlessLayer = (times: number): Layer.Layer<never> =>
  Layer.setClock(over({ millis: (now) => now, sleep: (duration) => real.sleep(Duration.times(duration, 1 / times)) }))

/** Puts the clock forward; what sleeps sleeps on. */
export class Forward extends Context.Tag("test/Forward")<
  Forward,
  (by: Duration.DurationInput) => Effect.Effect<void>
>() {}

/** A clock that is right until a test puts it forward, for all that is built over this layer, and for its tests. */
export const forwardLayer: Layer.Layer<Forward> = Layer.suspend(() => {
  let ahead = 0
  const clock = over({ millis: (now) => now + ahead, sleep: (duration) => real.sleep(duration) })
  const forward = (by: Duration.DurationInput) =>
    Effect.sync(() => {
      ahead += Duration.toMillis(by)
    })
  return Layer.merge(Layer.setClock(clock), Layer.succeed(Forward, forward))
})

/**
 * A clock that goes from one who sleeps to the next, as soon as nobody has anything else to do; for what needs no wire.
 */
export const steps = () => {
  let now = 0
  let sleepers: ReadonlyArray<{ readonly at: number; readonly wake: () => void }> = []
  const sleep: Clock.Clock["sleep"] = (duration) =>
    Effect.async((resume) => {
      const sleeper = { at: now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      sleepers = [...sleepers, sleeper]
      return Effect.sync(() => {
        sleepers = sleepers.filter((one) => one !== sleeper)
      })
    })
  const idle = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
  const next = (until: number): Effect.Effect<void> =>
    Effect.flatMap(idle, () => {
      now = Math.min(until, ...sleepers.map(({ at }) => at))
      const due = sleepers.filter(({ at }) => at <= now)
      sleepers = sleepers.filter(({ at }) => at > now)
      for (const { wake } of due) wake()
      return due.length === 0 ? Effect.void : next(until)
    })
  return {
    on: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.withClock(effect, over({ millis: () => now, sleep })),
    go: (by: Duration.DurationInput) => Effect.suspend(() => next(now + Duration.toMillis(by)))
  }
}
