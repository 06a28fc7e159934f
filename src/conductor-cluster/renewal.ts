/**
 * Whether this process still has its locks. One that was frozen wakes as if nothing had happened, and learns of its loss
 * only at its next refresh: until then the clock tells.
 */
import type { ShardId } from "@effect/cluster/ShardId"
import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { farewell } from "./connection.js"
import * as timings from "./timings.js"

export interface Renewal {
  /** What was begun at this time has taken or renewed the locks of these shards. */
  readonly renewed: (begun: number, shards: Iterable<ShardId>) => Effect.Effect<void>
  /** Does it as long as the shard's lock lasts; where it ended meanwhile, begins it anew once it is renewed. */
  readonly whileHeld: <A, E, R>(shard: ShardId, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Interrupted, it waits for what the work has to end, but not for a database that does not answer it. */
const lettingGo = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDaemon(restore(work)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.ignore(farewell(Fiber.interrupt(fiber))))
    )
  )

/** Until a shard is renewed for the first time, its lock is as new as what it was taken for. */
export const make: Effect.Effect<Renewal, never, Scope.Scope> = Effect.gen(function* () {
  const lasting = yield* Ref.make(HashMap.empty<ShardId, number>())
  const ended = yield* SubscriptionRef.make(HashSet.empty<ShardId>())
  const look = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const over = HashMap.keySet(HashMap.filter(yield* Ref.get(lasting), (until) => until <= now))
    if (!Equal.equals(over, yield* Ref.get(ended))) yield* Ref.set(ended, over)
  })
  yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(timings.lookAtLocks), look)))

  const becomes = (shard: ShardId, wanted: "ended" | "held") =>
    Stream.runHead(Stream.filter(ended.changes, (over) => HashSet.has(over, shard) === (wanted === "ended")))

  const whileHeld = <A, E, R>(shard: ShardId, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const isOver: Effect.Effect<Option.Option<A>> = Effect.as(becomes(shard, "ended"), Option.none())
    return Effect.zipRight(becomes(shard, "held"), Effect.raceFirst(Effect.asSome(lettingGo(work)), isOver)).pipe(
      Effect.flatMap(Option.match({ onNone: () => whileHeld(shard, work), onSome: Effect.succeed }))
    )
  }

  return {
    renewed: (begun, shards) => {
      const until = begun + Duration.toMillis(timings.lockExpires)
      return Ref.update(lasting, (lasting) =>
        Array.reduce(shards, lasting, (lasting, shard) => HashMap.set(lasting, shard, until))
      )
    },
    whileHeld
  }
})
