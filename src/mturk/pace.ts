/**
 * How many calls a second are let through: fewer when the service says that they are too many, and more with each that
 * it answers. The times here are those of `time`, which never goes back.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"

const Rate = Schema.transform(Schema.NullOr(Schema.Positive), Schema.Number, {
  strict: true,
  decode: (rate) => rate ?? Number.POSITIVE_INFINITY,
  encode: (rate) => (Number.isFinite(rate) ? rate : null)
})

export const Pace = Schema.Struct({
  /** Calls a second; infinite as long as nothing was throttled. */
  rate: Rate,
  /** When the next call may begin, in milliseconds. */
  nextAt: Schema.Number,
  halvedAt: Schema.Number,
  /** How many calls began in the second that began at `since`, and in the one before. */
  since: Schema.Number,
  begun: Schema.Number,
  begunBefore: Schema.Number,
  /** When it was last changed; written where processes share it. */
  changedAt: Schema.Number
})
export type Pace = typeof Pace.Type

export const second = 1_000
const slowest = 0.5
/** Answers to calls of before the rate was halved are no news. */
const quiet = 500
/** From here on the limit is lifted. */
const fastest = 1_000

/** How long a call may have to wait until it begins. */
export const patience = 10 * second

/** Before all time, as clocks have it. */
const never = -quiet

export const unlimited: Pace = {
  rate: Number.POSITIVE_INFINITY,
  nextAt: 0,
  halvedAt: never,
  since: 0,
  begun: 0,
  begunBefore: 0,
  changedAt: 0
}

export const isUnlimited = ({ rate }: Pace): boolean => rate === Number.POSITIVE_INFINITY

/** When a call may begin. Where it would wait for longer than `atMost`, that is a Left, and nothing is reserved. */
export const reserve =
  (now: number, atMost: number) =>
  (pace: Pace): readonly [Either.Either<number, number>, Pace] => {
    if (isUnlimited(pace)) return [Either.right(now), pace]
    const at = Math.max(now, pace.nextAt)
    if (at - now > atMost) return [Either.left(at), pace]
    return [Either.right(at), { ...pace, nextAt: at + second / pace.rate }]
  }

export const begin =
  (now: number, calls = 1) =>
  (pace: Pace): Pace => {
    const since = now - (now % second)
    if (since === pace.since) return { ...pace, begun: pace.begun + calls }
    return { ...pace, since, begun: calls, begunBefore: since === pace.since + second ? pace.begun : 0 }
  }

export const slower =
  (now: number) =>
  (pace: Pace): Pace =>
    now - pace.halvedAt < quiet
      ? pace
      : {
          ...pace,
          rate: Math.max(slowest, Math.min(pace.rate, Math.max(pace.begun, pace.begunBefore)) / 2),
          halvedAt: now
        }

export const faster = (pace: Pace): Pace => {
  if (isUnlimited(pace)) return pace
  const rate = pace.rate + Math.max(1 / pace.rate, 0.1)
  return { ...pace, rate: rate > fastest ? Number.POSITIVE_INFINITY : rate }
}
