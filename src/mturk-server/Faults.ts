/**
 * What can go wrong between a client and the service, on purpose: for testing clients.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Ref from "effect/Ref"

/**
 * `DropBefore` closes the connection and does nothing; `DropAfter` does what was asked, and closes the connection instead
 * of an answer. `ServerError` is a 500, `Unavailable` a 503 with HTML, `EmptyPage` a list without entries whose NextToken
 * leads to the entries.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault =
  | { readonly _tag: "Throttle" | "DropBefore" | "DropAfter" | "ServerError" | "Unavailable" | "EmptyPage" }
  | { readonly _tag: "Delay"; readonly duration: Duration.DurationInput }

/** The call is refused with `ThrottlingException`; nothing is done. @since 0.1.0 @category faults */
export const throttle: Fault = { _tag: "Throttle" }
/** The connection is closed before anything is done. @since 0.1.0 @category faults */
export const dropBefore: Fault = { _tag: "DropBefore" }
/** The call is done, and the connection closed instead of an answer. @since 0.1.0 @category faults */
export const dropAfter: Fault = { _tag: "DropAfter" }
/** The call is answered with a 500; nothing is done. @since 0.1.0 @category faults */
export const serverError: Fault = { _tag: "ServerError" }
/** The call is answered with a 503 whose body is HTML; nothing is done. @since 0.1.0 @category faults */
export const unavailable: Fault = { _tag: "Unavailable" }
/** A list is answered without entries; its NextToken leads to them. @since 0.1.0 @category faults */
export const emptyPage: Fault = { _tag: "EmptyPage" }
/**
 * Returns the fault of an answer that comes so much later.
 *
 * @example
 * import * as Faults from "effect-crowd/mturk-server/Faults"
 *
 * Faults.delay("2 seconds")
 *
 * @since 0.1.0
 * @category constructors
 */
export const delay = (duration: Duration.DurationInput): Fault => ({ _tag: "Delay", duration })

/**
 * Asked at each call, with the operation's name: what goes wrong with it.
 *
 * @since 0.1.0
 * @category models
 */
export type Faults = (operation: string) => Effect.Effect<Option.Option<Fault>>

/**
 * How often each fault happens, of 1.
 *
 * @since 0.1.0
 * @category models
 */
export interface Shares {
  readonly throttle?: number | undefined
  readonly dropBefore?: number | undefined
  readonly dropAfter?: number | undefined
  readonly serverError?: number | undefined
  readonly unavailable?: number | undefined
  readonly emptyPage?: number | undefined
}

const pick = (shares: Shares, drawn: number): Option.Option<Fault> => {
  const faults: ReadonlyArray<readonly [number | undefined, Fault]> = [
    [shares.throttle, throttle],
    [shares.dropBefore, dropBefore],
    [shares.dropAfter, dropAfter],
    [shares.serverError, serverError],
    [shares.unavailable, unavailable],
    [shares.emptyPage, emptyPage]
  ]
  let upTo = 0
  for (const [share = 0, fault] of faults) {
    upTo += share
    if (drawn < upTo) return Option.some(fault)
  }
  return Option.none()
}

/**
 * Faults by chance, the same with the same seed and the same order of calls.
 *
 * @example
 * import * as Faults from "effect-crowd/mturk-server/Faults"
 *
 * // A tenth of all calls is refused, a twentieth done without an answer:
 * export const faults = Faults.seeded({ seed: 1, shares: { throttle: 0.1, dropAfter: 0.05 } })
 *
 * @since 0.1.0
 * @category constructors
 */
export const seeded = (options: {
  readonly seed: number | string
  readonly shares: Shares
  /** Only these; all by default. */
  readonly operations?: ReadonlyArray<string> | undefined
}): Faults => {
  const random = Random.make(options.seed)
  return (operation) =>
    options.operations !== undefined && !options.operations.includes(operation)
      ? Effect.succeedNone
      : Effect.map(random.next, (drawn) => pick(options.shares, drawn))
}

/**
 * One fault after another for each operation, one a call (none where there is to be no fault); then no more. `add` puts
 * more at the end.
 *
 * @example
 * import * as Faults from "effect-crowd/mturk-server/Faults"
 * import * as Effect from "effect/Effect"
 *
 * const once = Effect.gen(function* () {
 *   const { add, faults } = yield* Faults.scripted
 *   yield* add("CreateHIT", Faults.throttle, undefined, Faults.dropAfter) // the first and the third call
 *   return faults
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const scripted: Effect.Effect<{
  readonly faults: Faults
  readonly add: (operation: string, ...faults: ReadonlyArray<Fault | undefined>) => Effect.Effect<void>
}> = Effect.map(Ref.make<ReadonlyMap<string, ReadonlyArray<Fault | undefined>>>(new Map()), (script) => ({
  faults: (operation) =>
    Ref.modify(script, (all) => {
      const [next, ...rest] = all.get(operation) ?? []
      return [Option.fromNullable(next), new Map([...all, [operation, rest]])]
    }),
  add: (operation, ...faults) =>
    Ref.update(script, (all) => new Map([...all, [operation, [...(all.get(operation) ?? []), ...faults]]]))
}))
