/** Clocks of tests whose other side is a real process or a real wire, where a TestClock would not move by itself. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const real = Clock.make()

const over = (change: {
  readonly millis: (now: number) => number
  readonly sleep: Clock.Clock["sleep"]
}): Clock.Clock => ({
  ...real,
  sleep: change.sleep,
  unsafeCurrentTimeMillis: () => change.millis(real.unsafeCurrentTimeMillis()),
  unsafeCurrentTimeNanos: () => BigInt(change.millis(real.unsafeCurrentTimeMillis())) * 1_000_000n,
  currentTimeMillis: Effect.map(real.currentTimeMillis, change.millis),
  currentTimeNanos: Effect.map(real.currentTimeMillis, (now) => BigInt(change.millis(now)) * 1_000_000n)
})

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
