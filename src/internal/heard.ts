import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"

/** An element at once and whenever something is published, so that nothing is missed between a look and the next. */
export const heard = (published: PubSub.PubSub<void>): Stream.Stream<void> =>
  Stream.unwrapScoped(
    Effect.map(PubSub.subscribe(published), (queue) => Stream.concat(Stream.void, Stream.fromQueue(queue)))
  )
