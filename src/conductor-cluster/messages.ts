/**
 * Messages that were read and are in nobody's hands. The engine marks what it reads, and shows it to nobody else for ten
 * minutes, or until the marks of a shard are taken off. It does that once, when it gets the shard: where that fails, where
 * rows do not arrive that were marked, and where a process reads that no longer has the shard, a message would wait.
 */
import { MessageStorage } from "@effect/cluster/MessageStorage"
import type { ShardId } from "@effect/cluster/ShardId"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as timings from "./timings.js"

interface Marks {
  /** Of these shards they may be on messages that nobody has. */
  readonly doubtful: HashSet.HashSet<ShardId>
  /** When they are taken off in any case. */
  readonly due: number
}

/**
 * Takes the marks off in time. To read again what this process has already is safe, for the engine skips what it is
 * handling.
 */
export const readAgain: Layer.Layer<MessageStorage, never, MessageStorage> = Layer.effect(
  MessageStorage,
  Effect.gen(function* () {
    const storage = yield* MessageStorage
    const marks = yield* Ref.make<Marks>({ doubtful: HashSet.empty(), due: 0 })

    const doubted = <A, E>(shards: HashSet.HashSet<ShardId>, reading: Effect.Effect<A, E>) =>
      Effect.onError(reading, () =>
        Ref.update(marks, ({ doubtful, due }) => ({ doubtful: HashSet.union(doubtful, shards), due }))
      )

    const reset = (shards: HashSet.HashSet<ShardId>) => doubted(shards, storage.resetShards(shards))

    /** Those of which the marks are to be taken off now, beside the process's own. */
    const taken = (now: number) =>
      Ref.modify(marks, (marks): readonly [Option.Option<HashSet.HashSet<ShardId>>, Marks] =>
        HashSet.size(marks.doubtful) === 0 && now < marks.due
          ? [Option.none(), marks]
          : [
              Option.some(marks.doubtful),
              { doubtful: HashSet.empty(), due: now + Duration.toMillis(timings.readAgain) }
            ]
      )

    return MessageStorage.of({
      ...storage,
      resetShards: (shards) => reset(HashSet.fromIterable(shards)),
      unprocessedMessages: (shards) =>
        Effect.gen(function* () {
          const own = HashSet.fromIterable(shards)
          const doubtful = yield* Effect.flatMap(Clock.currentTimeMillis, taken)
          if (Option.isSome(doubtful)) yield* reset(HashSet.union(own, doubtful.value))
          return yield* doubted(own, storage.unprocessedMessages(own))
        })
    })
  })
)
