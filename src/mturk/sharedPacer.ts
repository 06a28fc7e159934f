/**
 * The pace of all processes over one database: what one learns slows the others too. Calls are let through in batches of a
 * moment, so that they do not each ask the database; as long as nothing was throttled, it is asked once a second.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import type { ProviderError } from "../CrowdError.js"
import type * as Store from "../Store.js"
import * as Shared from "../store/shared.js"
import { provider, tooMany } from "./errors.js"
import type { Pacer } from "./limiter.js"
import { begin, faster, isUnlimited, Pace, patience, reserve, second, slower, unlimited } from "./pace.js"

/** How far ahead of its calls a process reserves their turns. */
const ahead = second / 4

/** A pace at which nobody has called for so long is forgotten. */
const forgottenAfter = 60 * second

const awake = (pace: Pace, now: number): Pace =>
  !isUnlimited(pace) && now - Math.max(pace.nextAt, pace.halvedAt) > forgottenAfter ? unlimited : pace

const batchOf = ({ rate }: Pace): number =>
  Number.isFinite(rate) ? Math.max(1, Math.floor((rate * ahead) / second)) : Number.MAX_SAFE_INTEGER

/** After so many answers. */
const grown = (pace: Pace, answers: number): Pace => {
  let next = pace
  for (let n = 0; n < answers && !isUnlimited(next); n++) next = faster(next)
  return next
}

/** The turns of so many calls: when the first begins, and how long after each the next. */
const turns =
  (now: number, calls: number, answers: number) =>
  (before: Pace): readonly [{ readonly at: number; readonly step: number }, Pace] => {
    const pace = grown(awake(before, now), answers)
    const [at, after] = reserve(now, calls)(pace)
    return [{ at, step: second / pace.rate }, isUnlimited(after) ? after : begin(now, calls)(after)]
  }

/** Of a limit there was none before, what is known is how many calls this process made. */
const throttledAt =
  (now: number, { begun, begunBefore, since }: Pace) =>
  (before: Pace): Pace => {
    const pace = awake(before, now)
    return slower(now)(isUnlimited(pace) ? { ...pace, begun, begunBefore, since } : pace)
  }

/** Where the database does not answer, a process goes on with what it knows. */
const changing =
  (shared: Shared.Shared<Pace>, known: Ref.Ref<Pace>) =>
  <A>(change: (pace: Pace) => readonly [A, Pace]): Effect.Effect<A> =>
    shared
      .modify((before) => {
        const [answer, after] = change(before)
        return [[answer, after] as const, after]
      })
      .pipe(
        Effect.catchTag("StoreError", () => Effect.map(Ref.get(known), change)),
        Effect.tap(([, after]) => Ref.set(known, after)),
        Effect.map(([answer]) => answer)
      )

/** The pace of the account, where other processes can write to the same database, which has one account's runs. */
export const paceOf = (store: Store.Service): Effect.Effect<Option.Option<Shared.Shared<Pace>>> =>
  Option.isSome(store.writes)
    ? Effect.succeedNone
    : Effect.asSome(Shared.make(store, { id: `${provider}/pace`, provider, schema: Pace, initial: unlimited }))

export const make = (shared: Shared.Shared<Pace>): Effect.Effect<Pacer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const known = yield* Ref.make(unlimited)
    const ours = yield* Ref.make(unlimited)
    const answers = yield* Ref.make(0)
    const line = yield* Queue.unbounded<Deferred.Deferred<number>>()
    const change = changing(shared, known)
    const lookedAt = yield* Ref.make(Number.NEGATIVE_INFINITY)
    const look = Effect.ignore(Effect.flatMap(shared.get, (pace) => Ref.set(known, pace)))
    /** Told to one of those who ask in a second. */
    const isDue = (now: number) =>
      Ref.modify(lookedAt, (at) => (Math.abs(now - at) >= second ? [true, now] : [false, at]))

    const letThrough = Effect.gen(function* () {
      const first = yield* Queue.take(line)
      const others = yield* Queue.takeUpTo(line, batchOf(yield* Ref.get(known)) - 1)
      const waiting = yield* Effect.filter([first, ...others], Deferred.isDone, { negate: true })
      if (waiting.length === 0) return
      const now = yield* Clock.currentTimeMillis
      const { at, step } = yield* change(turns(now, waiting.length, yield* Ref.getAndSet(answers, 0)))
      yield* Effect.forEach(waiting, (call, n) => Deferred.succeed(call, at + n * step), { discard: true })
      yield* Effect.sleep(Duration.millis(Math.max(0, at + (waiting.length - 1) * step - now)))
    })
    yield* Effect.forkScoped(Effect.forever(letThrough))

    const inLine = (method: string): Effect.Effect<number, ProviderError> =>
      Effect.gen(function* () {
        const call = yield* Deferred.make<number>()
        yield* Queue.offer(line, call)
        const at = yield* Deferred.await(call).pipe(
          Effect.timeoutFail({ duration: patience, onTimeout: () => tooMany(method, Duration.millis(patience)) }),
          Effect.ensuring(Deferred.interrupt(call))
        )
        return Math.max(0, at - (yield* Clock.currentTimeMillis))
      })

    const turn = (method: string): Effect.Effect<number, ProviderError> =>
      Effect.flatMap(Effect.zip(Ref.get(known), Clock.currentTimeMillis), ([pace, now]) => {
        if (!isUnlimited(pace)) return inLine(method)
        return Effect.flatMap(isDue(now), (isDue) => (isDue ? Effect.zipRight(look, turn(method)) : Effect.succeed(0)))
      })

    return {
      turn,
      begun: Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.update(ours, begin(now))),
      throttled: Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const counted = yield* Ref.get(ours)
        yield* change((before) => [undefined, throttledAt(now, counted)(before)])
      }),
      answered: Effect.flatMap(Ref.get(known), (pace) =>
        isUnlimited(pace) ? Effect.void : Ref.update(answers, (n) => n + 1)
      ),
      rate: Effect.map(Ref.get(known), ({ rate }) => rate)
    }
  })
