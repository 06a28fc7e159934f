/**
 * The time that processes have in common without a clock in common: that of the clock which is furthest ahead, as far
 * as was heard of it. It never goes back; and by nanoseconds, a clock goes on evenly where its machine's is set.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

export interface Time {
  /** In milliseconds. */
  readonly now: Effect.Effect<number>
  /** Another process had this time already. */
  readonly heard: (time: number) => Effect.Effect<void>
}

/** `ahead` of this process's clock, `latest` seen anywhere. */
const initial = { ahead: 0, latest: 0 }

export const make: Effect.Effect<Time> = Effect.map(Ref.make(initial), (state) => ({
  now: Effect.flatMap(Clock.currentTimeNanos, (nanos) =>
    Ref.modify(state, ({ ahead, latest }) => {
      const clock = Number(nanos) / 1_000_000
      const now = Math.max(clock + ahead, latest)
      return [now, { ahead: now - clock, latest: now }]
    })
  ),
  heard: (time) => Ref.update(state, ({ ahead, latest }) => ({ ahead, latest: Math.max(latest, time) }))
}))
