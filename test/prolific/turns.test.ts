/** Bonuses that several processes over one Postgres pay at once; some of them die while it is their turn. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Agent } from "../../src/Agents.js"
import { Journal, Money, Store, Workers } from "../../src/index.js"
import * as breaking from "../support/breakingStore.js"
import { later } from "../support/clocks.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import { type Double, makeDouble } from "../support/prolific/double.js"
import { seeded } from "../support/remoteCrowd/random.js"
import { callsOf, GBP, over } from "./onProlific.js"
import { finished, out, submissionOf } from "./participants.js"

const setUp = "POST /api/v1/submissions/bonus-payments/"
const pay = "POST /api/v1/bulk-bonus-payments/{id}/pay/"

const bonus = ({ unit, worker }: Agent) =>
  Effect.flatMap(Workers.Workers, (workers) =>
    workers.bonus({ worker, unit, amount: Money.make(425, GBP), reason: "for your care" })
  )

/** It dies with its so many-th turn: before it makes its call, or once that is made. */
interface Death {
  readonly turn: number
  readonly call: "unmade" | "made"
}

const isTurn = (id: string): boolean => id.includes("/turn/")

const isTaken = (value: unknown): boolean => Predicate.hasProperty(value, "claim") && value.claim !== null

/** From its death on a process can write down nothing, not even that its turn is over. */
const mortal = (death: Death | undefined, die: Effect.Effect<void>) => (store: Store.Service) => {
  let turns = 0
  return Store.Store.of({
    ...store,
    update: (table, options) => {
      if (death === undefined || !options.ids.some(isTurn)) return store.update(table, options)
      const isTaking = Object.values(options.set).some(isTaken)
      const made = death.call === "made" && !isTaking && turns === death.turn ? die : Effect.void
      return Effect.tap(Effect.zipRight(made, store.update(table, options)), (rows) => {
        if (!isTaking || rows.length === 0) return Effect.void
        return ++turns === death.turn && death.call === "unmade" ? Effect.zipRight(die, Effect.never) : Effect.void
      })
    }
  })
}

/** One of the processes over a database. */
const processOf = (double: Double, url: string, death?: Death, died: Effect.Effect<void> = Effect.void) => {
  const store = breaking.make(storeAt(url, 8))
  const inner = Layer.scoped(
    Store.Store,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const die = Effect.zipRight(Effect.provideService(store.broken("gone"), Scope.Scope, scope), died)
      return mortal(death, die)(yield* Store.Store)
    })
  )
  return Layer.provideMerge(over(double, { timeout: "500 millis" }), Layer.provide(inner, store.layer))
}

/** Says of each payment of which it is not known whether it was made what the submission shows. */
const looked = (double: Double, all: ReadonlyArray<Worked>) =>
  Effect.gen(function* () {
    const journal = yield* Journal.Journal
    yield* journal.settle()
    const uncertain = yield* Stream.runCollect(journal.list("uncertain"))
    yield* Effect.forEach(uncertain, ({ id, subject }) => {
      const { submission } = all.find(({ agent }) => agent.worker === subject) ?? expect.unreachable()
      return journal.resolve(id, submissionOf(double, submission).bonuses.length > 0 ? "happened" : "did_not_happen")
    })
  })

type Worked = Effect.Effect.Success<ReturnType<typeof finished>>

const people = 9

const shareOf = (all: ReadonlyArray<Worked>, n: number) => all.filter((_, i) => i % 3 === n)

const paid = (share: ReadonlyArray<Worked>) =>
  Effect.forEach(share, ({ agent }) => Effect.either(bonus(agent)), { concurrency: "unbounded" })

describe("bonuses that three processes pay at once, of which two die when they have the turn", () => {
  for (const seed of [1, 2]) {
    it.scopedLive(`are called for one at a time, and none is lost or paid twice (seed ${seed})`, () =>
      Effect.gen(function* () {
        const random = seeded(seed)
        const double = yield* makeDouble()
        const url = yield* postgres.url
        const survivor = yield* Layer.build(processOf(double, url))
        const all = yield* Effect.gen(function* () {
          const { run } = yield* out(double, people)
          return yield* Effect.forEach(Array.from({ length: people }), () => finished(double, run))
        }).pipe(Effect.provide(survivor))
        for (const call of [setUp, pay] as const) double.faults.next(call, { kind: "slow", ms: 20 }, 4 * people)

        const died = yield* Ref.make(0)
        const count = Ref.update(died, (n) => n + 1)
        const dying = yield* Effect.forEach([1, 2], (n) => {
          const death: Death = { turn: 1 + Math.floor(random() * 3), call: random() < 0.5 ? "unmade" : "made" }
          return Effect.forkDaemon(Effect.provide(paid(shareOf(all, n)), processOf(double, url, death, count)))
        })
        const done = yield* Effect.provide(paid(shareOf(all, 0)), survivor)
        expect(double.violations).toEqual([])
        expect(done.some(Either.isRight)).toBe(true)
        yield* Effect.repeat(Ref.get(died), {
          until: (n) => n === dying.length,
          schedule: Schedule.spaced("20 millis")
        })
        yield* Effect.forEach(dying, Fiber.interruptFork)

        const settled = Effect.zipRight(looked(double, all), paid(all))
        yield* later("1 hour", Effect.provide(settled, processOf(double, url)))
        expect(all.map(({ submission }) => submissionOf(double, submission).bonuses)).toEqual(all.map(() => [425]))
        expect(callsOf(double, pay)).toBeGreaterThanOrEqual(people)
      })
    )
  }
})
