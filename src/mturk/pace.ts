/** How many calls a second are let through: fewer when the service says that they are too many, and more with each that it answers. */
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
  begunBefore: Schema.Number
})
export type Pace = typeof Pace.Type

export const second = 1_000
const slowest = 0.5
/** Answers to calls of before the rate was halved are no news. */
const quiet = 500
/** From here on the limit is lifted. */
const fastest = 1_000

/** How long a call may have to wait for its turn. */
export const patience = 10 * second

/** Before all time, as clocks have it. */
const never = -quiet

export const unlimited: Pace = {
  rate: Number.POSITIVE_INFINITY,
  nextAt: 0,
  halvedAt: never,
  since: 0,
  begun: 0,
  begunBefore: 0
}

export const isUnlimited = ({ rate }: Pace): boolean => rate === Number.POSITIVE_INFINITY

/** What is further off than anybody was let wait for was written down before the clock went back. */
const keepTime = (pace: Pace, now: number): Pace => ({
  ...pace,
  nextAt: pace.nextAt > now + patience + second / slowest ? now : pace.nextAt,
  halvedAt: pace.halvedAt > now ? never : pace.halvedAt
})

/** When so many calls may begin, the first of them at `at`; taken with the asking. */
export const reserve =
  (now: number, calls: number) =>
  (before: Pace): readonly [at: number, Pace] => {
    if (isUnlimited(before)) return [now, before]
    const pace = keepTime(before, now)
    const at = Math.max(now, pace.nextAt)
    return [at, { ...pace, nextAt: at + (calls * second) / pace.rate }]
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
