/** How somebody hears of changes. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** An element at once and whenever something is published, so that nothing is missed between a look and the next. */
export const changesIn = (published: PubSub.PubSub<void>): Stream.Stream<void> =>
  Stream.unwrapScoped(
    Effect.map(PubSub.subscribe(published), (queue) => Stream.concat(Stream.void, Stream.fromQueue(queue)))
  )

/** Holds an element from a change until it is taken, however many there were. */
export const listen = (changes: Stream.Stream<void>): Effect.Effect<Queue.Dequeue<void>, never, Scope.Scope> =>
  Effect.tap(Queue.sliding<void>(1), (queue) =>
    Effect.forkScoped(Stream.runForEach(changes, () => Queue.offer(queue, undefined)))
  )

/** What to do between two looks: wait for so long and, where one hears of changes, until there is one. */
export const pauses = (
  changes: Option.Option<Stream.Stream<void>>,
  every: Duration.DurationInput
): Effect.Effect<Effect.Effect<void>, never, Scope.Scope> =>
  Option.match(changes, {
    onNone: () => Effect.succeed(Effect.sleep(every)),
    onSome: (changes) => Effect.map(listen(changes), (queue) => Effect.zipRight(Effect.sleep(every), Queue.take(queue)))
  })

/** What somebody wants to be shown, with what it needs; nothing where they do not. */
export const progressCallback = <A, E, R>(
  show: ((value: A) => Effect.Effect<void, E, R>) | undefined
): Effect.Effect<(value: A) => Effect.Effect<void, E>, never, R> =>
  Effect.map(
    Effect.context<R>(),
    (context) => (value) => (show === undefined ? Effect.void : Effect.provide(show(value), context))
  )
