import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import { InsufficientFunds } from "../../src/CrowdError.js"
import { Journal } from "../../src/Journal.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import type { Core } from "../../src/Provider.js"
import * as Store from "../../src/Store.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { Workers } from "../../src/Workers.js"
import { failure } from "../support/failures.js"
import { type Assurance, kit, type Ledger, layer, ledger, type Sending } from "../support/ledger.js"

const lostAfter: Sending = (act) => Effect.zipRight(act, failure("Unavailable"))
const lostBefore: Sending = () => failure("Unavailable")
const hangs: Sending = () => Effect.never
const hangsAfter: Sending = (act) => Effect.zipRight(act, Effect.never)
const refused: Sending = () => failure("Rejected")
const unpaid: Sending = () => new InsufficientFunds({ needed: Money.make(5), available: Money.make(1) })
const throttled =
  (seconds: number): Sending =>
  () =>
    failure("Throttled", { retryAfter: Duration.seconds(seconds) })

const assurances: ReadonlyArray<Exclude<Assurance, "both">> = [
  "repeatable",
  "lookUp",
  "refused",
  "confirmOnly",
  "neither"
]

const on = <A, E>(crowd: Ledger, body: Effect.Effect<A, E, Core>) =>
  Effect.provide(body, Layer.provide(layer(crowd), Store.layerMemory))

/** A bonus for a worker who did one unit, and what is in the books of it. */
const setting = Effect.gen(function* () {
  const workers = yield* Workers
  const journal = yield* Journal
  const runs = yield* TaskRuns
  const { agent, run } = yield* kit.completed()
  return {
    bonus: workers.bonus({ worker: agent.worker, unit: agent.unit, amount: Money.make(7), reason: "thorough" }),
    paid: Effect.map(runs.summary(run.id), ({ cost }) => cost.bonuses / 7),
    in: (state: "pending" | "done" | "failed" | "uncertain") =>
      Effect.map(Stream.runCollect(journal.list(state)), (all) => [...all].filter(({ kind }) => kind === "bonus")),
    settle: kit.patient(journal.settle())
  }
})

const timesPaid = (crowd: Ledger) =>
  [...crowd.deeds].filter(([token]) => token.startsWith("bonus")).map(([, times]) => times)

/** Lets time stand still until so many bonuses are on their way (their tokens are digests, made outside the clock). */
const untilSent = (crowd: Ledger, count: number) =>
  Effect.repeat(TestServices.provideLive(Effect.sleep("1 millis")), { until: () => bonusesSent(crowd) === count })

const bonusesSent = (crowd: Ledger) => crowd.sent.filter((token) => token.startsWith("bonus")).length

describe.each(assurances)("an effect that is %s", (assurance) => {
  /**
   * Whether it is found out by itself what became of a sending whose answer was lost, after the crowd had acted or
   * before.
   */
  const isFoundOut = (acted: 0 | 1): boolean =>
    ({ repeatable: true, lookUp: true, refused: acted === 0, confirmOnly: acted === 1, neither: false })[assurance]

  it.effect("is done once, and a repeat answers its receipt", () => {
    const crowd = ledger(assurance)
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, paid } = yield* setting
        const receipt = yield* bonus
        expect(receipt.repeated).toBe(false)
        expect(yield* bonus).toEqual({ ...receipt, repeated: true })
        expect(yield* paid).toBe(1)
        expect(bonusesSent(crowd)).toBe(1)
      })
    )
  })

  it.effect("is not sent from within a transaction of the Store, which may yet be undone", () => {
    const crowd = ledger(assurance)
    return Effect.gen(function* () {
      const store = yield* Store.Store
      yield* Effect.gen(function* () {
        const { bonus, in: within, paid } = yield* setting
        const refused = yield* Effect.flip(store.transaction(bonus))
        expect(refused).toMatchObject({ _tag: "StoreError", reason: "InTransaction", operation: "bonus" })
        expect(bonusesSent(crowd)).toBe(0)
        expect(yield* within("pending")).toEqual([])
        yield* bonus
        expect(yield* paid).toBe(1)
      }).pipe(Effect.provide(layer(crowd)))
    }).pipe(Effect.provide(Store.layerMemory))
  })

  it.effect.each([
    ["the answer is lost after the crowd acted", lostAfter, 1],
    ["the answer is lost before the crowd acted", lostBefore, 0],
    ["the call hangs after the crowd acted", hangsAfter, 1],
    ["the call hangs before the crowd acted", hangs, 0]
  ] as const)("is done at most once when %s", ([, sending, acted]) => {
    const crowd = ledger(assurance)
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, in: within, paid } = yield* setting
        crowd.next(sending)
        const first = yield* Effect.either(kit.patient(bonus))
        if (isFoundOut(acted)) {
          expect(Either.isRight(first)).toBe(true)
          expect(timesPaid(crowd)).toEqual([1])
          expect(yield* paid).toBe(1)
          return
        }
        expect(Either.isLeft(first) && first.left._tag).toBe("Uncertain")
        const again = yield* Effect.flip(kit.patient(bonus))
        expect(again._tag).toBe("Uncertain")
        expect((yield* within("uncertain")).length).toBe(1)
        expect(bonusesSent(crowd)).toBe(assurance === "refused" ? 2 : 1)
        expect(timesPaid(crowd)).toEqual(acted === 1 ? [1] : [])
        expect(yield* paid).toBe(0)
      })
    )
  })

  it.effect("is finished by settle when its process was cut off in the middle", () => {
    const crowd = ledger(assurance)
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, in: within, paid, settle } = yield* setting
        crowd.next(hangsAfter)
        const cut = yield* Effect.fork(bonus)
        yield* untilSent(crowd, 1)
        yield* Fiber.interrupt(cut)
        expect((yield* within("pending")).length).toBe(1)
        expect(yield* settle).toEqual({
          done: isFoundOut(1) ? 1 : 0,
          failed: 0,
          uncertain: isFoundOut(1) ? 0 : 1,
          pending: 0
        })
        expect(yield* settle).toEqual({ done: 0, failed: 0, uncertain: 0, pending: 0 })
        expect(timesPaid(crowd)).toEqual([1])
        expect(yield* paid).toBe(isFoundOut(1) ? 1 : 0)
      })
    )
  })

  it.effect("waits as long as a crowd that refuses too many calls asks for, and is then done", () => {
    const crowd = ledger(assurance)
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus } = yield* setting
        crowd.next(throttled(90), throttled(1))
        const waiting = yield* Effect.fork(bonus)
        yield* untilSent(crowd, 1)
        yield* TestClock.adjust("89 seconds")
        expect(bonusesSent(crowd)).toBe(1)
        yield* TestClock.adjust("1 second")
        expect(bonusesSent(crowd)).toBe(2)
        yield* TestClock.adjust("5 minutes")
        yield* Fiber.join(waiting)
        expect(timesPaid(crowd)).toEqual([1])
      })
    )
  })

  it.effect("has failed when the crowd refuses it, and is sent again when asked for again", () => {
    const crowd = ledger(assurance)
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, in: within, paid } = yield* setting
        for (const sending of [refused, unpaid]) {
          crowd.next(sending)
          yield* Effect.flip(kit.patient(bonus))
          expect((yield* within("failed")).length).toBe(1)
        }
        crowd.next(...Array.from({ length: 6 }, () => throttled(1)))
        expect(yield* Effect.flip(kit.patient(bonus))).toMatchObject({ reason: "Throttled" })
        expect((yield* within("failed")).length).toBe(1)
        yield* bonus
        expect(timesPaid(crowd)).toEqual([1])
        expect(yield* paid).toBe(1)
        expect((yield* within("done")).map(({ error }) => error)).toEqual([Option.none()])
      })
    )
  })

  it.effect("is not forgotten when the crowd stays silent: it stays pending until settled", () => {
    const crowd = ledger(assurance)
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, in: within, settle } = yield* setting
        crowd.next(lostAfter, ...Array.from({ length: 40 }, () => throttled(1)))
        const first = yield* Effect.either(kit.patient(bonus))
        const told = Either.match(first, { onLeft: ({ _tag }) => _tag, onRight: () => "done" })
        const left = yield* Effect.filter(["pending", "done", "failed", "uncertain"] as const, (state) =>
          Effect.map(within(state), (all) => all.length === 1)
        )
        expect([told, left]).toEqual(
          {
            repeatable: ["ProviderError", ["pending"]],
            lookUp: ["done", ["done"]],
            refused: ["ProviderError", ["pending"]],
            confirmOnly: ["done", ["done"]],
            neither: ["Uncertain", ["uncertain"]]
          }[assurance]
        )
        yield* settle
        expect(timesPaid(crowd)).toEqual([1])
      })
    )
  })

  it.effect("is sent once when two fibers ask for it at once", () => {
    const crowd = ledger(assurance)
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, paid } = yield* setting
        crowd.next((act) => Effect.delay(act, "10 seconds"))
        const both = yield* kit.patient(Effect.all([bonus, bonus], { concurrency: 2 }))
        expect(both[0]).toEqual(both[1])
        if (assurance !== "repeatable") expect(bonusesSent(crowd)).toBe(1)
        expect(timesPaid(crowd)).toEqual([1])
        expect(yield* paid).toBe(1)
      })
    )
  })

  it.effect("is left to another process that may still be sending it", () => {
    const crowd = ledger(assurance)
    const busy = Effect.gen(function* () {
      const { bonus, in: within } = yield* setting
      crowd.next((act) => Effect.delay(act, "20 seconds"))
      const sending = yield* Effect.fork(bonus)
      yield* untilSent(crowd, 1)
      const another = yield* Effect.provide(Journal, layer(crowd))
      expect(yield* another.settle(undefined, { leased: "skip" })).toMatchObject({ done: 0, uncertain: 0, pending: 1 })
      expect(bonusesSent(crowd)).toBe(1)
      const settling = yield* Effect.fork(another.settle())
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.join(sending)
      yield* Fiber.join(settling)
      expect((yield* within("done")).length).toBe(1)
      expect(timesPaid(crowd)).toEqual([1])
    })
    return busy.pipe(Effect.provide(layer(crowd)), Effect.provide(Store.layerMemory))
  })
})

describe("an effect that can be repeated and looked up", () => {
  it.effect.each([
    ["happened: it is done", lostAfter, "done"],
    ["did not happen: it has failed", lostBefore, "failed"]
  ] as const)("is looked up when its repeat is refused, and %s", ([, first, state]) => {
    const crowd = ledger("both")
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, in: within, paid } = yield* setting
        crowd.next(first, ...Array.from({ length: 6 }, () => refused))
        yield* Effect.either(kit.patient(bonus))
        yield* kit.patient((yield* Journal).settle())
        expect(yield* within(state)).toHaveLength(1)
        expect(yield* paid).toBe(timesPaid(crowd).length)
      })
    )
  })

  it.effect("is looked up where the clock went back, so that nobody knows how old its token is", () => {
    const crowd = ledger("both")
    return on(
      crowd,
      Effect.gen(function* () {
        const { bonus, paid, settle } = yield* setting
        crowd.next(hangsAfter)
        yield* TestClock.adjust("2 days")
        const cut = yield* Effect.fork(bonus)
        yield* untilSent(crowd, 1)
        yield* Fiber.interrupt(cut)
        yield* TestClock.setTime(Duration.toMillis("1 day"))
        expect(yield* settle).toMatchObject({ done: 1, pending: 0 })
        expect(bonusesSent(crowd)).toBe(1)
        expect(yield* paid).toBe(1)
      })
    )
  })
})

describe("an uncertain effect", () => {
  const uncertain = (crowd: Ledger) =>
    Effect.gen(function* () {
      const made = yield* setting
      crowd.next(lostAfter)
      yield* Effect.flip(kit.patient(made.bonus))
      const [intent] = yield* made.in("uncertain")
      return intent === undefined ? yield* Effect.dieMessage("nothing uncertain") : { ...made, intent }
    })

  it.effect("that happened is recorded as done, with what it means", () => {
    const crowd = ledger("neither")
    return on(
      crowd,
      Effect.gen(function* () {
        const journal = yield* Journal
        const { bonus, in: within, intent, paid } = yield* uncertain(crowd)
        expect((yield* journal.resolve(intent.id, "happened")).state).toBe("done")
        expect(yield* paid).toBe(1)
        expect(yield* bonus).toMatchObject({ token: intent.id })
        expect((yield* within("uncertain")).length).toBe(0)
        expect((yield* Effect.flip(journal.resolve(intent.id, "happened")))._tag).toBe("IntentNotFound")
        expect(bonusesSent(crowd)).toBe(1)
      })
    )
  })

  it.effect("that did not happen is recorded as failed, and sent again when it is asked for", () => {
    const crowd = ledger("neither")
    return on(
      crowd,
      Effect.gen(function* () {
        const journal = yield* Journal
        const { bonus, intent, paid, settle } = yield* uncertain(crowd)
        expect((yield* journal.resolve(intent.id, "did_not_happen")).state).toBe("failed")
        yield* settle
        expect(bonusesSent(crowd)).toBe(1)
        yield* bonus
        expect(bonusesSent(crowd)).toBe(2)
        expect(yield* paid).toBe(1)
      })
    )
  })

  it.effect("is not another provider's to resolve", () => {
    const crowd = ledger("neither")
    return Effect.gen(function* () {
      const { intent } = yield* uncertain(crowd)
      const other = yield* Effect.provide(Journal, Mock.layerStore())
      expect((yield* Effect.flip(other.resolve(intent.id, "happened")))._tag).toBe("IntentNotFound")
    }).pipe(Effect.provide(layer(crowd)), Effect.provide(Store.layerMemory))
  })

  it.effect("does not keep the others of its run from being launched", () => {
    const crowd = ledger("neither", { size: 2 })
    return on(
      crowd,
      Effect.gen(function* () {
        const units = yield* Units
        const run = yield* kit.opened({ rows: 6 })
        crowd.next(lostAfter)
        const told = yield* Effect.flip(kit.patient(Stream.runDrain(units.launch(run.id))))
        expect(told._tag).toBe("Uncertain")
        const statuses = (yield* kit.unitsOf(run)).map(({ status }) => status)
        expect(statuses).toEqual(["created", ...Array(5).fill("launched")])
        expect([...crowd.deeds.values()]).toEqual(Array(6).fill(1))
      })
    )
  })
})

describe("a page", () => {
  it.effect("of which some orders are refused: the others are done, and only those are sent again", () => {
    const crowd = ledger("neither", { size: 4 })
    return on(
      crowd,
      Effect.gen(function* () {
        const units = yield* Units
        const run = yield* kit.opened({ rows: 4 })
        crowd.next(
          (act) => act,
          refused,
          (act) => act,
          unpaid
        )
        expect(["ProviderError", "InsufficientFunds"]).toContain(
          (yield* Effect.flip(Stream.runDrain(units.launch(run.id))))._tag
        )
        expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual([
          "launched",
          "created",
          "launched",
          "created"
        ])
        yield* Stream.runDrain(units.launch(run.id))
        expect(crowd.sent).toHaveLength(6)
        expect([...crowd.deeds.values()]).toEqual([1, 1, 1, 1])
        const remote = (yield* kit.unitsOf(run)).map(
          ({ id, remoteId }) => Option.getOrNull(remoteId) === `remote_launch_${id}`
        )
        expect(remote).toEqual([true, true, true, true])
      })
    )
  })

  it.effect("that comes when there is no money any more keeps the next from being sent", () => {
    const crowd = ledger("lookUp", { size: 2 })
    return on(
      crowd,
      Effect.gen(function* () {
        const units = yield* Units
        const run = yield* kit.opened({ rows: 6 })
        crowd.next(
          (act) => act,
          (act) => act,
          (act) => act,
          unpaid
        )
        expect((yield* Effect.flip(Stream.runDrain(units.launch(run.id))))._tag).toBe("InsufficientFunds")
        expect(crowd.sent).toHaveLength(4)
        yield* Stream.runDrain(units.launch(run.id))
        expect([...crowd.deeds.values()]).toEqual(Array(6).fill(1))
      })
    )
  })
})
