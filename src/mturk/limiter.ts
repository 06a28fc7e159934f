/** One gate for every call: it lets fewer through when the service says that they are too many, and recovers. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { ProviderError } from "../CrowdError.js"
import { provider } from "./errors.js"

export interface Limiter {
  /** Makes the call when it is its turn. What would have to wait for its turn for too long is not made. */
  readonly limit: <A, E, R>(method: string, call: Effect.Effect<A, E, R>) => Effect.Effect<A, E | ProviderError, R>
  /** Calls a second that are let through now; infinite as long as nothing was throttled. */
  readonly rate: Effect.Effect<number>
}

interface Pace {
  readonly rate: number
  readonly nextAt: number
  readonly halvedAt: number
  /** How many calls began in the second that began at `since`, and in the one before. */
  readonly since: number
  readonly begun: number
  readonly begunBefore: number
}

const unlimited: Pace = {
  rate: Number.POSITIVE_INFINITY,
  nextAt: 0,
  halvedAt: Number.NEGATIVE_INFINITY,
  since: 0,
  begun: 0,
  begunBefore: 0
}

const second = 1_000
const slowest = 0.5
/** Answers to calls of before the rate was halved are no news. */
const quiet = 500
/** From here on the limit is lifted. */
const fastest = 1_000
const patience = 10 * second

const isUnlimited = ({ rate }: Pace): boolean => rate === Number.POSITIVE_INFINITY

/** What is further off than anybody was let wait for was written down before the clock went back. */
const keepTime = (pace: Pace, now: number): Pace => ({
  ...pace,
  nextAt: pace.nextAt > now + patience + second / slowest ? now : pace.nextAt,
  halvedAt: pace.halvedAt > now ? Number.NEGATIVE_INFINITY : pace.halvedAt
})

/** How long this call has to wait for its turn; taken with the asking. */
const turn =
  (now: number) =>
  (before: Pace): readonly [number, Pace] => {
    if (isUnlimited(before)) return [0, before]
    const pace = keepTime(before, now)
    const at = Math.max(now, pace.nextAt)
    return [at - now, at - now > patience ? pace : { ...pace, nextAt: at + second / pace.rate }]
  }

const begin =
  (now: number) =>
  (pace: Pace): Pace => {
    const since = now - (now % second)
    if (since === pace.since) return { ...pace, begun: pace.begun + 1 }
    return { ...pace, since, begun: 1, begunBefore: since === pace.since + second ? pace.begun : 0 }
  }

const slower =
  (now: number) =>
  (pace: Pace): Pace =>
    now - pace.halvedAt < quiet
      ? pace
      : {
          ...pace,
          rate: Math.max(slowest, Math.min(pace.rate, Math.max(pace.begun, pace.begunBefore)) / 2),
          halvedAt: now
        }

const faster = (pace: Pace): Pace => {
  if (isUnlimited(pace)) return pace
  const rate = pace.rate + Math.max(1 / pace.rate, 0.1)
  return { ...pace, rate: rate > fastest ? Number.POSITIVE_INFINITY : rate }
}

const tooMany = (method: string, millis: number) =>
  new ProviderError({
    reason: "Throttled",
    provider,
    method,
    retryAfter: Duration.millis(Math.ceil(millis)),
    description: "too many calls are waiting"
  })

const isThrottled = (error: unknown): boolean => error instanceof ProviderError && error.reason === "Throttled"

export const make = (concurrency: number): Effect.Effect<Limiter> =>
  Effect.gen(function* () {
    const places = yield* Effect.makeSemaphore(concurrency)
    const pace = yield* Ref.make(unlimited)
    const at = (change: (now: number) => (pace: Pace) => Pace) =>
      Effect.clockWith((clock) => Ref.update(pace, change(clock.unsafeCurrentTimeMillis())))

    const heeded = <A, E, R>(call: Effect.Effect<A, E, R>) =>
      Effect.zipRight(at(begin), call).pipe(
        Effect.tapBoth({
          onFailure: (error) => (isThrottled(error) ? at(slower) : Ref.update(pace, faster)),
          onSuccess: () => Ref.update(pace, faster)
        }),
        places.withPermits(1)
      )

    return {
      limit: (method, call) =>
        Effect.clockWith((clock) => Ref.modify(pace, turn(clock.unsafeCurrentTimeMillis()))).pipe(
          Effect.filterOrFail(
            (millis) => millis <= patience,
            (millis) => tooMany(method, millis)
          ),
          Effect.flatMap((millis) => (millis === 0 ? heeded(call) : Effect.delay(heeded(call), millis)))
        ),
      rate: Effect.map(Ref.get(pace), ({ rate }) => rate)
    }
  })
