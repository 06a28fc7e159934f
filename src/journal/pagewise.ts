import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Outward } from "../Driver.js"

interface Tagged {
  readonly _tag: string
}

/**
 * Fails if an outcome is a failure: rather with one that concerns all orders than with an `Uncertain`, which concerns
 * one.
 */
export const complete = <A, E extends Tagged>(outcomes: ReadonlyArray<Either.Either<A, E>>): Effect.Effect<void, E> => {
  const failures = outcomes.flatMap((outcome) => (Either.isLeft(outcome) ? [outcome.left] : []))
  const failure = failures.find(({ _tag }) => _tag !== "Uncertain") ?? failures[0]
  return failure === undefined ? Effect.void : Effect.fail(failure)
}

/**
 * Sends page by page, some at once. A page that fails cuts off none that is under way: the failure is told when those
 * have ended. It keeps further pages from being begun, unless it is an `Uncertain`.
 */
export const pagewise = <A, B, E0, E extends Tagged, Order, E1>(
  all: Stream.Stream<A, E0>,
  { concurrency, pageSize }: Outward<Order, E1>,
  send: (page: ReadonlyArray<A>) => Effect.Effect<B, E>
): Stream.Stream<B, E0 | E> =>
  Stream.suspend(() => {
    let failure: E | undefined
    const failed = (error: E) =>
      Effect.sync(() => {
        if (failure === undefined || failure._tag === "Uncertain") failure = error
        return Option.none<B>()
      })
    return all.pipe(
      Stream.grouped(pageSize),
      Stream.takeWhile(() => failure === undefined || failure._tag === "Uncertain"),
      Stream.mapEffect(
        (page) =>
          Effect.matchEffect(send(Chunk.toReadonlyArray(page)), {
            onFailure: failed,
            onSuccess: (answer) => Effect.succeedSome(answer)
          }),
        { concurrency }
      ),
      Stream.filterMap((answer) => answer),
      Stream.concat(Stream.suspend(() => (failure === undefined ? Stream.empty : Stream.fail(failure))))
    )
  })
