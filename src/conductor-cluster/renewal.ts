/**
 * Whether this process still has its locks. One that was frozen wakes as if nothing had happened, and learns of its loss
 * only at its next refresh: until then the clock tells.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { farewell } from "./farewell.js"
import * as timings from "./timings.js"

export interface Renewal {
  /** A refresh that was begun at this time has renewed all locks. */
  readonly renewed: (begun: number) => Effect.Effect<void>
  /** Does it as long as the locks last; where they ended meanwhile, begins it anew once they are renewed. */
  readonly whileHeld: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Interrupted, it waits for what the work has to end, but not for a database that does not answer it. */
const lettingGo = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDaemon(restore(work)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.ignore(farewell(Fiber.interrupt(fiber))))
    )
  )

/** As long as nothing was renewed, locks are as new as what they were taken for. */
export const make: Effect.Effect<Renewal, never, Scope.Scope> = Effect.gen(function* () {
  const lastsUntil = yield* Ref.make(Number.POSITIVE_INFINITY)
  const held = yield* SubscriptionRef.make(true)
  const look = Effect.gen(function* () {
    const isHeld = (yield* Clock.currentTimeMillis) < (yield* Ref.get(lastsUntil))
    if (isHeld !== (yield* Ref.get(held))) yield* Ref.set(held, isHeld)
  })
  yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(timings.lookAtLocks), look)))

  const becomes = (wanted: boolean) => Stream.runHead(Stream.filter(held.changes, (isHeld) => isHeld === wanted))

  const whileHeld = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const ended: Effect.Effect<Option.Option<A>> = Effect.as(becomes(false), Option.none())
    return Effect.zipRight(becomes(true), Effect.raceFirst(Effect.asSome(lettingGo(work)), ended)).pipe(
      Effect.flatMap(Option.match({ onNone: () => whileHeld(work), onSome: Effect.succeed }))
    )
  }

  return {
    renewed: (begun) => Ref.set(lastsUntil, begun + Duration.toMillis(timings.lockExpires)),
    whileHeld
  }
})
