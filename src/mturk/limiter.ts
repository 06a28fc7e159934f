/** One gate for every call: it lets fewer through when the service says that they are too many, and recovers. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { ProviderError } from "../CrowdError.js"
import { tooMany } from "./errors.js"
import { begin, faster, patience, reserve, slower, unlimited } from "./pace.js"

export interface Limiter {
  /** Makes the call when it is its turn. What would have to wait for its turn for too long is not made. */
  readonly limit: <A, E, R>(method: string, call: Effect.Effect<A, E, R>) => Effect.Effect<A, E | ProviderError, R>
  /** Calls a second that are let through now; infinite as long as nothing was throttled. */
  readonly rate: Effect.Effect<number>
}

/** When calls may begin, and what is learnt from what became of them. */
export interface Pacer {
  /** How long this call has to wait for its turn, in milliseconds; taken with the asking. */
  readonly turn: (method: string) => Effect.Effect<number, ProviderError>
  readonly begun: Effect.Effect<void>
  readonly throttled: Effect.Effect<void>
  readonly answered: Effect.Effect<void>
  readonly rate: Effect.Effect<number>
}

/** The pace of one process. */
const ownPacer: Effect.Effect<Pacer> = Effect.map(Ref.make(unlimited), (pace) => {
  const now = Effect.clockWith((clock) => Effect.succeed(clock.unsafeCurrentTimeMillis()))
  return {
    turn: (method) =>
      Effect.flatMap(now, (now) =>
        Effect.flatMap(
          Ref.modify(pace, (before) => {
            const [at, after] = reserve(now, 1)(before)
            return [at - now, at - now > patience ? before : after]
          }),
          (millis) => (millis > patience ? tooMany(method, Duration.millis(Math.ceil(millis))) : Effect.succeed(millis))
        )
      ),
    begun: Effect.flatMap(now, (now) => Ref.update(pace, begin(now))),
    throttled: Effect.flatMap(now, (now) => Ref.update(pace, slower(now))),
    answered: Ref.update(pace, faster),
    rate: Effect.map(Ref.get(pace), ({ rate }) => rate)
  }
})

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
        Effect.flatMap(pacer.turn(method), (millis) =>
          millis === 0 ? heeded(call) : Effect.delay(heeded(call), millis)
        ),
      rate: pacer.rate
    }
  })

/** A gate of this process alone. */
export const make = (concurrency: number): Effect.Effect<Limiter> =>
  Effect.flatMap(ownPacer, (pacer) => over(concurrency, pacer))
