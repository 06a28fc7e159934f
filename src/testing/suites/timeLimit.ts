import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestServices from "effect/TestServices"
import type * as Tracer from "effect/Tracer"

/** Names what a test does, for the words of its time-out. */
export const step = (name: string) => Effect.withSpan(name)

/** Keeps the spans of another tracer. */
const keeping = (tracer: Tracer.Tracer, spans: Array<Tracer.Span>): Tracer.Tracer => ({
  ...tracer,
  span: (...args) => {
    const span = tracer.span(...args)
    spans.push(span)
    return span
  }
})

const outOfTime = (patience: Duration.Duration, spans: ReadonlyArray<Tracer.Span>) => {
  const open = spans.filter(({ status }) => status._tag === "Started").map(({ name }) => name)
  const awaited = open.length === 0 ? "a call of its own" : open.join(" > ")
  return new Error(
    `no end within ${Duration.format(patience)}: it waited for ${awaited}. More time is Harness.patience.`
  )
}

/** Fails when the test has not ended after so long, in real time, with what it waited for: the spans still open. */
export const within =
  (patience: Duration.Duration, clock: "test" | "real") =>
  <A, E, R>(test: Effect.Effect<A, E, R>): Effect.Effect<A, E | Error, R> =>
    Effect.flatMap(Effect.tracer, (tracer) => {
      const spans: Array<Tracer.Span> = []
      // Looks at the spans before the test is interrupted, which ends them.
      const timeOut = Effect.suspend(() => Effect.fail(outOfTime(patience, spans)))
      const limited = <A2, E2, R2>(effect: Effect.Effect<A2, E2, R2>) =>
        Effect.raceFirst(Effect.disconnect(effect), Effect.delay(timeOut, patience))
      const traced = Effect.withTracer(test, keeping(tracer, spans))
      return clock === "real" ? limited(traced) : TestServices.provideWithLive(traced, limited)
    })
