/** What is under way, so that the server can stop without cutting anything off. */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as quotas from "./quotas.js"

type Response = HttpServerResponse.HttpServerResponse

export interface Service {
  /**
   * Does it, unless the server is stopping; the server waits for it to end, and for the whole of a body that is a
   * stream. What takes too long is cut off. A stream that outlasts the patience is left to whoever closes the
   * connections: ended by us, half of a file would look like all of it. So much is done at once for one address, and so
   * much in all; of what is more, the oldest is cut off.
   */
  readonly during: <E, R>(address: string, work: Effect.Effect<Response, E, R>) => Effect.Effect<Response, E, R>
  /** A stream without an end ends when the server stops. */
  readonly untilStop: <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
  /**
   * Takes nothing new any more: says so for as long as it gives notice, then waits for what is under way, with
   * patience.
   */
  readonly stop: Effect.Effect<void>
}

export class InFlight extends Context.Tag("effect-crowd/server/InFlight")<InFlight, Service>() {}

/** How long a request may take to be answered. */
const timeoutMillis = 30_000

/** For who is turned away, and may come back in a moment. */
export const turnedAway = { connection: "close", "retry-after": "2" }

const turnAway = (status: number, tag: string, message: string) =>
  HttpServerResponse.unsafeJson({ _tag: tag, message }, { status, headers: turnedAway })

const timedOut = turnAway(503, "TimedOut", `This took longer than ${timeoutMillis / 1000} seconds. Try again.`)

/** Requests that came whole or in part and are not answered yet. */
const atOnce: quotas.Bounds = { perAddress: 256, inAll: 4_096 }

/** No 503: a proxy would take it for a word on the server, and ask another one. */
const crowded = turnAway(429, "Busy", "Too much is asked for at once from this address. Try again in a moment.")

const stopped = turnAway(503, "Stopping", "The server is being stopped. Try again in a moment.")

/** A stream is only begun when the handler answers; the scope of its request ends when it does. */
const whenSent = (context: Context.Context<never>, end: () => void): Effect.Effect<void> =>
  Option.match(Context.getOption(context, Scope.Scope), {
    onNone: () => Effect.sync(end),
    onSome: (scope) => Scope.addFinalizer(scope, Effect.sync(end))
  })

/** How long a server that stops says so to whoever asks, and then waits for what is under way. */
export interface Shutdown {
  readonly notice: Duration.DurationInput
  readonly patience: Duration.DurationInput
}

/**
 * Requests are answered in uninterruptible fibers of which only the handler can be interrupted, so that there is an
 * answer for who is cut off. One timer a request costs less than a race of two fibers.
 */
export const make = ({ notice, patience }: Shutdown): Effect.Effect<Service> =>
  Effect.gen(function* () {
    const stopping = yield* Deferred.make<void>()
    const idle = yield* Deferred.make<void>()
    const underWay = new Set<(instead: Response) => void>()
    let isStopping = false

    const held = quotas.make<(instead: Response) => void>(atOnce)

    const during: Service["during"] = (address, work) =>
      Effect.withFiberRuntime((fiber) => {
        if (isStopping) return Effect.succeed(stopped)
        let answer: Response | undefined
        const cutOff = (instead: Response) => {
          answer = instead
          fiber.unsafeInterruptAsFork(fiber.id())
        }
        const timer = setTimeout(() => cutOff(timedOut), timeoutMillis)
        underWay.add(cutOff)
        held.take(address, cutOff)?.(crowded)
        const end = () => {
          clearTimeout(timer)
          held.give(address, cutOff)
          underWay.delete(cutOff)
          underWay.delete(end)
          if (isStopping && underWay.size === 0) Deferred.unsafeDone(idle, Exit.void)
        }
        return Effect.matchCauseEffect(work, {
          onFailure: (cause) => {
            end()
            return answer !== undefined && Cause.isInterruptedOnly(cause)
              ? Effect.succeed(answer)
              : Effect.failCause(cause)
          },
          onSuccess: (response) => {
            if (response.body._tag !== "Stream") {
              end()
              return Effect.succeed(response)
            }
            clearTimeout(timer)
            held.give(address, cutOff)
            underWay.delete(cutOff)
            underWay.add(end)
            return Effect.as(whenSent(fiber.currentContext, end), response)
          }
        })
      })

    // A scope's end cannot be interrupted, but waiting in it can.
    const untilIdle = Effect.suspend(() =>
      underWay.size === 0 ? Effect.void : Effect.timeoutOption(Effect.interruptible(Deferred.await(idle)), patience)
    )

    const stop = Effect.gen(function* () {
      isStopping = true
      yield* Deferred.succeed(stopping, undefined)
      yield* Effect.sleep(notice)
      yield* untilIdle
      for (const cutOff of underWay) cutOff(stopped)
      yield* untilIdle
    })

    return { during, untilStop: Stream.interruptWhenDeferred(stopping), stop }
  })
