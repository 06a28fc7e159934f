/** Spans around the methods of a service or a driver. Where no tracer is provided, none is made. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { Outward, Sent } from "../Driver.js"

/** Ids and counts; never answers, names or secrets. */
export interface Attributes {
  readonly [name: string]: string | number | undefined
}

/** What the spans of the methods carry; a method that is not named has a span all the same. */
export type Spans<Service> = {
  readonly [Method in keyof Service]?: NonNullable<Service[Method]> extends (...args: infer Args) => unknown
    ? (...args: Args) => Attributes
    : never
}

/** The tracer of programs that provide none. */
const native = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const isTraced = ({ currentTracer }: Fiber.RuntimeFiber<unknown, unknown>): boolean => currentTracer !== native

const begin = (name: string, attributes: Attributes): Effect.Effect<Tracer.Span> =>
  Effect.makeSpan(name, {
    attributes: Object.fromEntries(
      Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[`crowd.${key}`, value]]))
    )
  })

const tagOf = (error: unknown): string =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag) ? error._tag : "Failure"

/** Messages of failures may name workers: a span says only which failure it was. */
const told = (exit: Exit.Exit<unknown, unknown>): Exit.Exit<void, string> =>
  Exit.match(exit, {
    onSuccess: () => Exit.void,
    onFailure: (cause) => {
      if (Cause.isInterruptedOnly(cause)) return Exit.fail("Interrupted")
      return Exit.fail(Option.match(Cause.failureOption(cause), { onNone: () => "Defect", onSome: tagOf }))
    }
  })

const end = (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeNanos, (now) => span.end(now, told(exit)))

/** The effect in a span of this name. */
export const spanned = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  name: string,
  attributes: () => Attributes
): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime((fiber) =>
    isTraced(fiber)
      ? Effect.acquireUseRelease(begin(name, attributes()), (span) => Effect.withParentSpan(effect, span), end)
      : effect
  )

const spannedStream = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  name: string,
  attributes: () => Attributes
): Stream.Stream<A, E, R> => {
  const within = Effect.map(
    Effect.acquireRelease(
      Effect.suspend(() => begin(name, attributes())),
      end
    ),
    (span) => Stream.provideService(stream, Tracer.ParentSpan, span)
  )
  return Stream.unwrap(
    Effect.withFiberRuntime((fiber) => Effect.succeed(isTraced(fiber) ? Stream.unwrapScoped(within) : stream))
  )
}

const isStream = (value: unknown): value is Stream.Stream<unknown, unknown, unknown> =>
  Predicate.hasProperty(value, Stream.StreamTypeId)

/** Options and Eithers are Effects, and all of them are Streams by their types: here they are values. */
const isValue = (value: unknown): boolean => Option.isOption(value) || Either.isEither(value)

const spannedValue = (value: unknown, name: string, attributes: () => Attributes): unknown => {
  if (isValue(value)) return value
  if (Effect.isEffect(value)) return spanned(value, name, attributes)
  return isStream(value) ? spannedStream(value, name, attributes) : value
}

/** The method or value of a record, with its span. */
const member = (
  self: object,
  value: unknown,
  name: string,
  attributesOf: (args: ReadonlyArray<unknown>) => Attributes
) =>
  Predicate.isFunction(value) && !Schema.isSchema(value)
    ? (...args: ReadonlyArray<unknown>): unknown =>
        spannedValue(Reflect.apply(value, self, args), name, () => attributesOf(args))
    : spannedValue(value, name, () => attributesOf([]))

const membersOf = (record: object): ReadonlyArray<readonly [string, unknown]> => Object.entries(record)

/** The same service, each method of which has a span `Name.method` with what `spans` says, and `always`. */
export const traced = <Service extends object>(
  name: string,
  service: Service,
  spans: Spans<Service>,
  always: Attributes
): Service =>
  Object.assign(
    {},
    service,
    Object.fromEntries(
      membersOf(service).map(([method, value]) => {
        const own: unknown = Reflect.get(spans, method)
        const attributesOf = (args: ReadonlyArray<unknown>): Attributes =>
          Predicate.isFunction(own) ? { ...always, ...Reflect.apply(own, undefined, args) } : always
        return [method, member(service, value, `${name}.${method}`, attributesOf)]
      })
    )
  )

/** One kind of outward effect: its sendings and look-ups. */
export const tracedOutward = <Order, E>(
  name: string,
  outward: Outward<Order, E>,
  always: Attributes
): Outward<Order, E> => {
  const traced =
    <A, E2>(called: string, call: (orders: ReadonlyArray<Sent<Order>>) => Effect.Effect<A, E2>) =>
    (orders: ReadonlyArray<Sent<Order>>) =>
      spanned(call(orders), called, () => ({ ...always, count: orders.length }))
  return {
    ...outward,
    prepare: outward.prepare && traced(`${name}.prepare`, outward.prepare),
    send: traced(name, outward.send),
    lookUp: Option.map(outward.lookUp, (lookUp) => traced(`${name}.lookUp`, lookUp))
  }
}
