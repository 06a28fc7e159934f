/**
 * The pace of all processes over one database: what one learns slows the others too. Calls are let through in batches
 * of a moment, so that they do not each ask the database; as long as nothing was throttled, it is asked once a second.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Tuple from "effect/Tuple"
import type * as Store from "../Store.js"
import * as Shared from "../store/shared.js"
import { provider } from "./errors.js"
import type { Pacer } from "./limiter.js"
import * as Line from "./line.js"
import { begin, faster, isUnlimited, Pace, reserve, second, slower, unlimited } from "./pace.js"
import * as Time from "./time.js"

/** For how long ahead a process reserves at once. */
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

/** Reserves for each of the calls, in their order, that would wait for so long, after so many answers. */
const reserveAll =
  (now: number, patiences: ReadonlyArray<number>, answers: number) =>
  (before: Pace): readonly [ReadonlyArray<Either.Either<number, number>>, Pace] => {
    const [pace, reserved] = Arr.mapAccum(patiences, grown(awake(before, now), answers), (pace, atMost) =>
      Tuple.swap(reserve(now, atMost)(pace))
    )
    const calls = Arr.getRights(reserved).length
    return [reserved, calls === 0 || isUnlimited(pace) ? pace : begin(now, calls)(pace)]
  }

/** Of a limit there was none before, what is known is how many calls this process made. */
const throttledAt =
  (now: number, { begun, begunBefore, since }: Pace) =>
  (before: Pace): Pace => {
    const pace = awake(before, now)
    return slower(now)(isUnlimited(pace) ? { ...pace, begun, begunBefore, since } : pace)
  }

type Change<A> = (now: number) => (pace: Pace) => readonly [A, Pace]

/** Changes a pace at a time that is no earlier than that of its last change. */
const dated =
  <A>(now: number, change: Change<A>) =>
  (before: Pace): readonly [readonly [A, Pace], Pace] => {
    const changedAt = Math.max(now, before.changedAt)
    const [answer, changed] = change(changedAt)(before)
    const after = changed === before ? before : { ...changed, changedAt }
    return [[answer, after], after]
  }

/** What this process knows of the shared pace, and the time that all processes go by. */
const copyOf = (shared: Shared.Shared<Pace>) =>
  Effect.gen(function* () {
    const { heard, now } = yield* Time.make
    const known = yield* Ref.make(unlimited)
    const lookedAt = yield* Ref.make(Number.NEGATIVE_INFINITY)
    const learn = (pace: Pace) => Effect.zipRight(heard(pace.changedAt), Ref.set(known, pace))
    const look = Effect.ignore(Effect.flatMap(shared.get, learn))
    /** Told to one of those who ask in a second. */
    const isDue = Effect.flatMap(now, (now) =>
      Ref.modify(lookedAt, (at) => (now - at >= second ? [true, now] : [false, at]))
    )
    const lookIfDue = Effect.whenEffect(look, isDue)

    /** Where the database does not answer, a process goes on with what it knows. */
    const change = <A>(change: Change<A>): Effect.Effect<A> =>
      Effect.flatMap(now, (now) =>
        shared.modify(dated(now, change)).pipe(
          Effect.catchTag("StoreError", () => Effect.map(Ref.get(known), (pace) => dated(now, change)(pace)[0])),
          Effect.tap(([, after]) => learn(after)),
          Effect.map(([answer]) => answer)
        )
      )
    return { change, known: Ref.get(known), lookIfDue, now }
  })

/** The pace of the account, where other processes can write to the same database, which has one account's runs. */
export const paceOf = (store: Store.Service): Effect.Effect<Option.Option<Shared.Shared<Pace>>> =>
  Option.isSome(store.writes)
    ? Effect.succeedNone
    : Effect.asSome(Shared.make(store, { id: `${provider}/pace`, provider, schema: Pace, initial: unlimited }))

export const make = (shared: Shared.Shared<Pace>): Effect.Effect<Pacer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { change, known, lookIfDue, now } = yield* copyOf(shared)
    const ours = yield* Ref.make(unlimited)
    const answers = yield* Ref.make(0)

    /** The database is not asked for what is known to be too late. */
    const reserveBatch = (patiences: ReadonlyArray<number>) =>
      Effect.gen(function* () {
        const [expected] = reserveAll(yield* now, patiences, 0)(yield* known)
        if (expected.every(Either.isLeft)) return expected
        const news = yield* Ref.getAndSet(answers, 0)
        return yield* change((now) => reserveAll(now, patiences, news))
      })
    const inLine = yield* Line.make({ now, size: Effect.map(known, batchOf), reserve: reserveBatch })

    const isFree = Effect.map(known, isUnlimited)
    return {
      reserve: (method) =>
        Effect.zipRight(Effect.whenEffect(lookIfDue, isFree), isFree).pipe(
          Effect.flatMap((isFree) => (isFree ? Effect.succeed(0) : inLine(method)))
        ),
      begun: Effect.flatMap(now, (now) => Ref.update(ours, begin(now))),
      throttled: Effect.flatMap(Ref.get(ours), (ours) =>
        change((now) => (before) => [undefined, throttledAt(now, ours)(before)])
      ),
      answered: Effect.asVoid(
        Effect.unlessEffect(
          Ref.update(answers, (n) => n + 1),
          isFree
        )
      ),
      rate: Effect.map(known, ({ rate }) => rate)
    }
  })
