/** What is under way, so that the server can stop without cutting anything off. */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export interface Service {
  /** Does it, unless the server is stopping; the server waits for it to end. */
  readonly during: <E, R>(
    work: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  /** A stream without an end ends when the server stops. */
  readonly untilStop: <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
}

export class Running extends Context.Tag("effect-crowd/server/Running")<Running, Service>() {}

const stoppingResponse = HttpServerResponse.unsafeJson(
  { _tag: "Stopping", message: "The server is being stopped. Try again in a moment." },
  { status: 503, headers: { connection: "close", "retry-after": "2" } }
)

/** With the scope's end it takes nothing new, and waits for what is under way, but not longer than `patience`. */
export const make = (patience: Duration.DurationInput): Effect.Effect<Service, never, Scope.Scope> =>
  Effect.gen(function* () {
    const stopping = yield* Deferred.make<void>()
    const idle = yield* Deferred.make<void>()
    let isStopping = false
    let count = 0
    const end = Effect.suspend(() => {
      count -= 1
      return isStopping && count === 0 ? Deferred.succeed(idle, undefined) : Effect.void
    })
    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        isStopping = true
        yield* Deferred.succeed(stopping, undefined)
        if (count > 0) yield* Effect.timeoutOption(Deferred.await(idle), patience)
      })
    )
    return {
      during: (work) =>
        Effect.suspend(() => {
          if (isStopping) return Effect.succeed(stoppingResponse)
          count += 1
          return Effect.ensuring(work, end)
        }),
      untilStop: Stream.interruptWhenDeferred(stopping)
    }
  })
