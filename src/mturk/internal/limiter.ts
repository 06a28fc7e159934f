/** One gate for every call: it lets fewer through when the service says that they are too many, and recovers. */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { ProviderError } from "../../CrowdError.js"
import { provider } from "./errors.js"
import { make as makeSlots } from "./slots.js"

/** Where a call that is ready waits until it may go out. */
export interface Gate {
  readonly enter: (send: () => void) => void
  /** Its answer is there; what is still to be read of that holds up nobody. */
  readonly leave: () => void
}

/** Gets something ready, sends it through the gate, and tells once how it ended. Answers how to break it off. */
export type Call<A, E> = (gate: Gate, end: (result: Either.Either<A, E>) => void) => () => void

type Answered<A, E> = Either.Either<A, E | ProviderError>

/** What would have to wait for its turn for too long is not made. */
export interface Limiter {
  /** Makes the call when it is its turn. */
  readonly limit: <A, E>(method: string, call: Call<A, E>) => Effect.Effect<A, E | ProviderError>
  /**
   * Makes each call when it is its turn; as long as nothing was throttled, all in one fiber: one for each would cost half
   * as much as the call.
   */
  readonly each: <A, E>(
    method: string,
    calls: ReadonlyArray<Call<A, E>>
  ) => Effect.Effect<ReadonlyArray<Answered<A, E>>>
  /** Calls a second that are let through now; infinite as long as nothing was throttled. */
  readonly rate: Effect.Effect<number>
}

const second = 1_000
const slowest = 0.5
/** Answers to calls of before the rate was halved are no news. */
const quiet = 500
/** From here on the limit is lifted. */
const fastest = 1_000
const patience = 10 * second

interface State {
  rate: number
  nextAt: number
  halvedAt: number
  /** When the latest calls began. */
  begun: Array<number>
}

const isThrottled = (error: unknown): boolean => error instanceof ProviderError && error.reason === "Throttled"

export const make = (concurrency: number): Effect.Effect<Limiter> =>
  Effect.sync(() => {
    const wires = makeSlots(concurrency)
    /** As many more are got ready meanwhile, so that one goes out as soon as another is answered. */
    const desks = makeSlots(concurrency)
    const state: State = { rate: Number.POSITIVE_INFINITY, nextAt: 0, halvedAt: Number.NEGATIVE_INFINITY, begun: [] }

    /** What is further off than anybody was let wait for was written down before the clock went back. */
    const keepTime = (now: number) => {
      if (state.nextAt > now + patience + second / slowest) state.nextAt = now
      if (state.halvedAt > now) state.halvedAt = Number.NEGATIVE_INFINITY
    }

    /** How long this call has to wait for its turn; taken with the asking. */
    const turn = (now: number): number => {
      if (state.rate === Number.POSITIVE_INFINITY) return 0
      keepTime(now)
      const at = Math.max(now, state.nextAt)
      if (at - now <= patience) state.nextAt = at + second / state.rate
      return at - now
    }

    const observed = (now: number): number => state.begun.filter((at) => at > now - second).length

    const slower = (now: number) => {
      if (now - state.halvedAt < quiet) return
      state.rate = Math.max(slowest, Math.min(state.rate, observed(now)) / 2)
      state.halvedAt = now
    }

    const faster = () => {
      if (state.rate === Number.POSITIVE_INFINITY) return
      state.rate += Math.max(1 / state.rate, 0.1)
      if (state.rate > fastest) state.rate = Number.POSITIVE_INFINITY
    }

    const begin = (now: number) => {
      state.begun.push(now)
      if (state.begun.length > 2 * fastest) state.begun.splice(0, fastest)
    }

    const tooMany = (method: string, millis: number) =>
      new ProviderError({
        reason: "Throttled",
        provider,
        method,
        retryAfter: Duration.millis(Math.ceil(millis)),
        description: "too many calls are waiting"
      })

    const heed = <A, E>(result: Either.Either<A, E>, clock: Clock.Clock) => {
      if (Either.isLeft(result) && isThrottled(result.left)) slower(clock.unsafeCurrentTimeMillis())
      else faster()
    }

    const start = <A, E>(clock: Clock.Clock, call: Call<A, E>, end: (result: Either.Either<A, E>) => void) => {
      const desk = desks.guest()
      const wire = wires.guest()
      let breakOff = () => {}
      const leave = () => {
        wire.leave()
        desk.leave()
      }
      const enter = (send: () => void) =>
        wire.enter(() => {
          begin(clock.unsafeCurrentTimeMillis())
          send()
          desk.leave()
        })
      desk.enter(() => {
        breakOff = call({ enter, leave: wire.leave }, (result) => {
          heed(result, clock)
          leave()
          end(result)
        })
      })
      return () => {
        leave()
        breakOff()
      }
    }

    const alone = <A, E>(clock: Clock.Clock, call: Call<A, E>): Effect.Effect<A, E> =>
      Effect.async((resume) => {
        const breakOff = start(clock, call, resume)
        return Effect.sync(breakOff)
      })

    /** The last are broken off first, so that none begins in the place of another. */
    const together = <A, E>(clock: Clock.Clock, calls: ReadonlyArray<Call<A, E>>) =>
      Effect.async<ReadonlyArray<Answered<A, E>>>((resume) => {
        const results: Array<Answered<A, E>> = []
        let open = calls.length
        const breakOffs = calls.map((call, i) =>
          start(clock, call, (result) => {
            results[i] = result
            if (--open === 0) resume(Effect.succeed(results))
          })
        )
        return Effect.sync(() => {
          for (const breakOff of breakOffs.reverse()) breakOff()
        })
      })

    const limit = <A, E>(method: string, call: Call<A, E>) =>
      Effect.clockWith((clock): Effect.Effect<A, E | ProviderError> => {
        const millis = turn(clock.unsafeCurrentTimeMillis())
        if (millis > patience) return tooMany(method, millis)
        return millis === 0 ? alone(clock, call) : Effect.delay(alone(clock, call), millis)
      })

    return {
      limit,
      each: (method, calls) =>
        Effect.clockWith((clock) =>
          state.rate === Number.POSITIVE_INFINITY && calls.length > 0
            ? together(clock, calls)
            : Effect.forEach(calls, (call) => Effect.either(limit(method, call)), { concurrency: "unbounded" })
        ),
      rate: Effect.sync(() => state.rate)
    }
  })
