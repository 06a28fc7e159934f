/** One gate for every call: it lets fewer through when the service says that they are too many, and recovers. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Ref from "effect/Ref"
import { ProviderError } from "../CrowdError.js"
import { tooMany } from "./errors.js"
import { begin, faster, patience, reserve, slower, unlimited } from "./pace.js"
import * as Time from "./time.js"

export interface Limiter {
  /** Makes the call as soon as the pace allows. What would have to wait for too long is not made. */
  readonly limit: <A, E, R>(method: string, call: Effect.Effect<A, E, R>) => Effect.Effect<A, E | ProviderError, R>
  /** Calls a second that are let through now; infinite as long as nothing was throttled. */
  readonly rate: Effect.Effect<number>
}

/** When calls may begin, and what is learnt from what became of them. */
export interface Pacer {
  /** How long this call has to wait until it begins, in milliseconds; that moment is reserved for it. */
  readonly reserve: (method: string) => Effect.Effect<number, ProviderError>
  readonly begun: Effect.Effect<void>
  readonly throttled: Effect.Effect<void>
  readonly answered: Effect.Effect<void>
  readonly rate: Effect.Effect<number>
}

/** The pace of one process. */
const ownPacer: Effect.Effect<Pacer> = Effect.zipWith(Ref.make(unlimited), Time.make, (pace, { now }) => ({
  reserve: (method) =>
    Effect.flatMap(now, (now) =>
      Effect.flatMap(
        Ref.modify(pace, reserve(now, patience)),
        Either.mapBoth({
          onLeft: (at) => tooMany(method, Duration.millis(Math.ceil(at - now))),
          onRight: (at) => at - now
        })
      )
    ),
  begun: Effect.flatMap(now, (now) => Ref.update(pace, begin(now))),
  throttled: Effect.flatMap(now, (now) => Ref.update(pace, slower(now))),
  answered: Ref.update(pace, faster),
  rate: Effect.map(Ref.get(pace), ({ rate }) => rate)
}))

const isThrottled = (error: unknown): boolean => error instanceof ProviderError && error.reason === "Throttled"

/** So many calls at once, at this pace. */
export const over = (concurrency: number, pacer: Pacer): Effect.Effect<Limiter> =>
  Effect.map(Effect.makeSemaphore(concurrency), (places) => {
    const heeded = <A, E, R>(call: Effect.Effect<A, E, R>) =>
      Effect.zipRight(pacer.begun, call).pipe(
        Effect.tapBoth({
          onFailure: (error) => (isThrottled(error) ? pacer.throttled : pacer.answered),
          onSuccess: () => pacer.answered
        }),
        places.withPermits(1)
      )
    return {
      limit: (method, call) =>
        Effect.flatMap(pacer.reserve(method), (millis) =>
          millis === 0 ? heeded(call) : Effect.delay(heeded(call), millis)
        ),
      rate: pacer.rate
    }
  })

/** A gate of this process alone. */
export const make = (concurrency: number): Effect.Effect<Limiter> =>
  Effect.flatMap(ownPacer, (pacer) => over(concurrency, pacer))
