import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { ProviderError } from "../CrowdError.js"

/**
 * The one retry policy: jittered, doubling from 200 ms, five retries, never sooner than the crowd asked for; whole
 * milliseconds.
 */
export const policy: Schedule.Schedule<unknown, unknown> = Schedule.exponential("200 millis").pipe(
  Schedule.jittered,
  Schedule.zipRight(Schedule.identity<unknown>()),
  Schedule.modifyDelay((error, delay) => {
    const asked = error instanceof ProviderError && error.retryAfter !== undefined ? error.retryAfter : Duration.zero
    return Duration.millis(Math.ceil(Duration.toMillis(Duration.max(delay, asked))))
  }),
  Schedule.intersect(Schedule.recurs(5))
)

const isRetryable = (error: unknown): boolean => error instanceof ProviderError && error.isRetryable

const reasonOf = (error: unknown): string =>
  error instanceof ProviderError ? `${error.provider} ${error.method}: ${error.reason}` : "a call failed"

const logged = policy.pipe(
  Schedule.tapInput((error: unknown) => Effect.logDebug(`${reasonOf(error)}, may be tried again`))
)

/**
 * Repeats a call that changes nothing at the crowd, while it may still succeed. Everything but the calls of `observe` is
 * repeated by the shared half already.
 *
 * @since 0.1.0
 * @category utils
 */
export const retrying = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(effect, { schedule: logged, while: isRetryable })
