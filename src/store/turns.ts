/**
 * What one process at a time may do, of all that share a database. Whoever has the turn has it until a lease ends, so that
 * it passes on where that process died. Leases are read by each process's own clock: those are to agree within one lease.
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
  /** How long the turn of a process that died is kept. */
  readonly lease: Duration.Duration
  /** How long to wait for the turn. */
  readonly patience: Duration.Duration
}

const Held = Schema.Struct({ holder: Schema.String, until: Schema.Number })
type Held = typeof Held.Type

const nobody: Held = { holder: "", until: 0 }

/** How often somebody who waits looks whether it is their turn. */
const looks = Schedule.jittered(Schedule.spaced("100 millis"))

export const make = (store: Service, { id, lease, patience, provider }: Options): Effect.Effect<Turn> =>
  Effect.gen(function* () {
    const here = yield* Effect.makeSemaphore(1)
    const holder = yield* Effect.sync(() => globalThis.crypto.randomUUID())
    const held = yield* Shared.make(store, { id, provider, schema: Held, initial: nobody })
    const lasts = Duration.toMillis(lease)

    /** What ends later than any lease was written before a clock went back. */
    const isTaken = (found: Held, now: number) =>
      found.holder !== holder && found.until > now && found.until <= now + 2 * lasts

    /** A process that stood still after it took the turn takes it anew. */
    const claim: Effect.Effect<boolean, StoreError> = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const isOurs = yield* held.modify((found) =>
        isTaken(found, now) ? [false, found] : [true, { holder, until: now + lasts }]
      )
      return isOurs && (yield* Clock.currentTimeMillis) < now + lasts / 4
    })

    /** Where that cannot be written down, the lease ends by itself. */
    const giveBack = Effect.ignoreLogged(held.modify((found) => [undefined, found.holder === holder ? nobody : found]))

    const claimed = Effect.repeat(claim, { until: (isOurs) => isOurs, schedule: looks })

    const take: Turn["take"] = (use) =>
      Effect.gen(function* () {
        const state = yield* Ref.make<"waiting" | "begun" | "late">("waiting")
        const become = (next: "begun" | "late") =>
          Ref.modify(state, (now) => (now === "waiting" ? [true, next] : [false, now]))
        const begun = Effect.if(Effect.zipRight(claimed, become("begun")), {
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
