/**
 * What one process at a time may do, of all that share a database. Whoever has the turn has it for a lease, so that it
 * passes on where that process died. No two clocks are compared: a lease is over for whoever has seen it for so long.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { StoreError } from "../CrowdError.js"
import type { Service } from "./operations.js"
import * as Shared from "./shared.js"

/** Somebody else had it for too long: nothing was begun. */
export class NotInTurn extends Data.TaggedError("NotInTurn") {}

export interface Turn {
  /** Does it while nobody else does theirs. It has to be over within the first half of the lease. */
  readonly take: <A, E, R>(use: Effect.Effect<A, E, R>) => Effect.Effect<A, E | NotInTurn | StoreError, R>
}

export interface Options {
  /** `provider/key`. */
  readonly id: string
  readonly provider: string
  /** How long the turn of a process that died is kept, from when another one first sees that it has it. */
  readonly lease: Duration.Duration
  /** How long to wait for the turn. */
  readonly patience: Duration.Duration
}

/** Each time that a turn is taken is a claim of its own; none where nobody has the turn. */
const Held = Schema.Struct({ claim: Schema.NullOr(Schema.String) })
type Held = typeof Held.Type

const nobody: Held = { claim: null }

/** Since when this process knows of a claim, in milliseconds of a clock that nobody sets. */
interface Seen extends Held {
  readonly since: number
}

const monotonic = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1_000_000)

/** How often somebody who waits looks whether it is their turn. */
const looks = Schedule.jittered(Schedule.spaced("100 millis"))

export const make = (store: Service, { id, lease, patience, provider }: Options): Effect.Effect<Turn> =>
  Effect.gen(function* () {
    const here = yield* Effect.makeSemaphore(1)
    const held = yield* Shared.make(store, { id, provider, schema: Held, initial: nobody })
    const seen = yield* Ref.make<Seen>({ ...nobody, since: 0 })
    const ours = yield* Ref.make(nobody)
    const lasts = Duration.toMillis(lease)

    /** Nobody's, or left over from this process, or seen for a lease. */
    const isFree = ({ claim }: Held, now: number) =>
      Effect.zipWith(
        Ref.updateAndGet(seen, (before) => (before.claim === claim ? before : { claim, since: now })),
        Ref.get(ours),
        ({ since }, ours) => claim === null || claim === ours.claim || now - since >= lasts
      )

    /** A process that stood still after it took the turn takes it anew. */
    const claimed: Effect.Effect<boolean, StoreError> = Effect.gen(function* () {
      const now = yield* monotonic
      const found = yield* held.get
      if (!(yield* isFree(found, now))) return false
      const next: Held = { claim: globalThis.crypto.randomUUID() }
      const isOurs = yield* held.modify((current) => (current.claim === found.claim ? [true, next] : [false, current]))
      if (isOurs) yield* Ref.set(ours, next)
      return isOurs && (yield* monotonic) < now + lasts / 4
    })

    /** Where that cannot be written down, the lease ends by itself. */
    const giveBack = Effect.flatMap(Ref.get(ours), ({ claim }) =>
      Effect.ignoreLogged(held.modify((found) => [undefined, found.claim === claim ? nobody : found]))
    )

    const waited = Effect.repeat(claimed, { until: (isOurs) => isOurs, schedule: looks })

    const take: Turn["take"] = (use) =>
      Effect.gen(function* () {
        const state = yield* Ref.make<"waiting" | "begun" | "late">("waiting")
        const become = (next: "begun" | "late") =>
          Ref.modify(state, (now) => (now === "waiting" ? [true, next] : [false, now]))
        const begun = Effect.if(Effect.zipRight(waited, become("begun")), {
          onTrue: () => use,
          onFalse: () => new NotInTurn()
        })
        const late = Effect.if(Effect.delay(become("late"), patience), {
          onTrue: () => new NotInTurn(),
          onFalse: () => Effect.never
        })
        return yield* Effect.raceFirst(here.withPermits(1)(Effect.ensuring(begun, giveBack)), late)
      })
    return { take }
  })
