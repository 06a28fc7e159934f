/** Calls that wait in line, for which moments are reserved a batch at a time. */
import * as Arr from "effect/Array"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { ProviderError } from "../CrowdError.js"
import { tooMany } from "./errors.js"
import { patience } from "./pace.js"

export interface Options {
  readonly now: Effect.Effect<number>
  /** How many calls are a batch at present. */
  readonly size: Effect.Effect<number>
  /** When each of the calls may begin that would wait for so long; a Left where that is too late. */
  readonly reserve: (patiences: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<Either.Either<number, number>>>
}

interface Waiting {
  readonly method: string
  readonly since: number
  readonly at: Deferred.Deferred<number, ProviderError>
}

/** Reserves for the first in line, and then waits until the last of the batch begins. */
const nextBatch = (line: Queue.Dequeue<Waiting>, { now, reserve, size }: Options): Effect.Effect<void> =>
  Effect.gen(function* () {
    const first = yield* Queue.take(line)
    const others = yield* Queue.takeUpTo(line, (yield* size) - 1)
    const waiting = yield* Effect.filter([first, ...others], ({ at }) => Deferred.isDone(at), { negate: true })
    const asked = yield* now
    const reserved = yield* reserve(waiting.map(({ since }) => since + patience - asked))
    const told = yield* now
    const late = (method: string) => (at: number) => tooMany(method, Duration.millis(Math.ceil(at - told)))
    yield* Effect.forEach(
      Arr.zip(waiting, reserved),
      ([{ at, method }, reservation]) => Deferred.complete(at, Either.mapLeft(reservation, late(method))),
      { discard: true }
    )
    const last = Option.getOrElse(Arr.last(Arr.getRights(reserved)), () => told)
    yield* Effect.sleep(Duration.millis(last - told))
  })

/** Answers how long a call has to wait until it begins, in milliseconds. */
export const make = (
  options: Options
): Effect.Effect<(method: string) => Effect.Effect<number, ProviderError>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const line = yield* Queue.unbounded<Waiting>()
    yield* Effect.forkScoped(Effect.forever(nextBatch(line, options)))
    return (method) =>
      Effect.gen(function* () {
        const at = yield* Deferred.make<number, ProviderError>()
        yield* Queue.offer(line, { method, since: yield* options.now, at })
        const begins = yield* Deferred.await(at).pipe(
          Effect.timeoutFail({ duration: patience, onTimeout: () => tooMany(method, Duration.millis(patience)) }),
          Effect.ensuring(Deferred.interrupt(at))
        )
        return Math.max(0, begins - (yield* options.now))
      })
  })
