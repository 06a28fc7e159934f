/** Work that is done again and again, whatever it fails with. */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"

interface Fault {
  readonly message: string
}

const describe = (cause: Cause.Cause<Fault>): string =>
  Either.match(Cause.failureOrCause(cause), {
    onLeft: ({ message }) => message,
    onRight: (rest) =>
      Cause.isInterruptedOnly(rest) ? "it was cut off" : `a bug, please report it: ${String(Cause.squash(rest))}`
  })

/**
 * Returns what does such work and lets it fail: it shows the fault, a bug too, and answers none. A fault that stays is
 * shown once.
 */
const surviving = <R2>(
  show: (fault: string) => Effect.Effect<void, never, R2>
): Effect.Effect<
  <A, E extends Fault, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<Option.Option<A>, never, R | R2>
> =>
  Effect.map(
    Ref.make(Option.none<string>()),
    (shown) => (work) =>
      work.pipe(
        Effect.tap(() => Ref.set(shown, Option.none())),
        Effect.asSome,
        Effect.catchAllCause((cause) =>
          Effect.flatMap(Ref.getAndSet(shown, Option.some(describe(cause))), (before) =>
            Option.contains(before, describe(cause))
              ? Effect.succeedNone
              : Effect.as(show(describe(cause)), Option.none())
          )
        )
      )
  )

/** Does such work without end, with this pause after each time. */
export const recurring = <A, E extends Fault, R, R2>(
  work: Effect.Effect<A, E, R>,
  pause: Duration.DurationInput,
  show: (fault: string) => Effect.Effect<void, never, R2>
): Effect.Effect<never, never, R | R2> =>
  Effect.flatMap(surviving(show), (survive) => Effect.forever(Effect.zipRight(survive(work), Effect.sleep(pause))))

/** Does such work until it succeeds, with this pause after each time that it did not. */
export const persisting = <A, E extends Fault, R, R2>(
  work: Effect.Effect<A, E, R>,
  pause: Duration.DurationInput,
  show: (fault: string) => Effect.Effect<void, never, R2>
): Effect.Effect<void, never, R | R2> =>
  Effect.flatMap(surviving(show), (survive) =>
    Effect.asVoid(Effect.repeat(survive(work), { schedule: Schedule.spaced(pause), until: Option.isSome }))
  )
