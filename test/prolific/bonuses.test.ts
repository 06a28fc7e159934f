/** Bonuses: set up, checked to the cent, one call that pays, and believed once the submission shows them. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { Agent } from "../../src/Agents.js"
import { Journal, Money, Workers } from "../../src/index.js"
import { restlessLayer } from "../support/clocks.js"
import type { Double } from "../support/prolific/double.js"
import type { Fault } from "../support/prolific/faults.js"
import { callsOf, GBP, on, onlyStudy } from "./onProlific.js"
import { finished, out, submissionOf } from "./participants.js"

const setUp = "POST /api/v1/submissions/bonus-payments/"
const pay = "POST /api/v1/bulk-bonus-payments/{id}/pay/"
const look = "GET /api/v1/submissions/{id}/"
const minute = 60_000

/** Somebody whose work is in, and who is to be paid a bonus. */
const worked = (double: Double) =>
  Effect.gen(function* () {
    const { run } = yield* out(double, 3)
    return { run, ...(yield* finished(double, run)) }
  })

const bonus = ({ unit, worker }: Agent, minor = 425, key?: string) =>
  Effect.flatMap(Workers.Workers, (workers) =>
    workers.bonus({ worker, unit, amount: Money.make(minor, GBP), reason: "for your care", key })
  )

const uncertain = Effect.flatMap(Journal.Journal, (journal) =>
  Effect.map(Stream.runCollect(journal.list("uncertain")), (all) => [...all])
)

const settle = (run: Parameters<Journal.Service["settle"]>[0]) =>
  Effect.flatMap(Journal.Journal, (journal) => journal.settle(run))

const bonusesOf = (double: Double, submission: string) => submissionOf(double, submission).bonuses

/** What Prolific would answer to a set-up of this amount, whatever was asked for. */
const echo = (amount: number, total: number): Fault => ({
  kind: "garble",
  text: JSON.stringify({ id: "65fe5c837109", amount, fees: 142, vat: 28, total_amount: total })
})

describe("bonuses", () => {
  it.scopedLive(
    "are paid once, as a decimal made of whole minor units, for the submission",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        const first = yield* bonus(agent)
        const again = yield* bonus(agent)
        expect([first.repeated, again.repeated]).toEqual([false, true])
        expect(bonusesOf(double, submission)).toEqual([425])
        expect(double.calls.find(({ call }) => call === setUp)?.body).toEqual({
          study_id: onlyStudy(double).id,
          csv_bonuses: `${submission},4.25\n`
        })
        expect(callsOf(double, pay)).toBe(1)
      })
    )
  )

  for (const [words, amount, total] of [
    ["the hundredfold, as of an amount that was taken for the other unit", 42_500, 42_670],
    ["a cent less", 424, 594],
    ["another sum than its parts come to", 425, 695]
  ] as const) {
    it.scopedLive(
      `that would be ${words} are set up and never paid`,
      on((double) =>
        Effect.gen(function* () {
          const { agent } = yield* worked(double)
          double.faults.next(setUp, echo(amount, total))
          const error = yield* Effect.flip(bonus(agent))
          expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
          expect(error.message).toContain("nothing was paid")
          expect(callsOf(double, pay)).toBe(0)
        })
      )
    )
  }

  it.scopedLive(
    "that the balance does not pay for, with fee and tax, are not paid",
    on(
      (double) =>
        Effect.gen(function* () {
          const { agent } = yield* worked(double)
          const error = yield* Effect.flip(bonus(agent))
          expect(error).toMatchObject({ _tag: "InsufficientFunds", needed: { minor: 425 + 142 + 28 } })
          expect(callsOf(double, pay)).toBe(0)
        }),
      { settings: { workspaces: [{ title: "W", currency: "GBP", balance: 3 * 84 + 594, projects: ["P"] }] } }
    )
  )

  it.scopedLive(
    "need a submission",
    on((double) =>
      Effect.gen(function* () {
        const { agent, run } = yield* worked(double)
        const workers = yield* Workers.Workers
        const amount = Money.make(5, GBP)
        const error = yield* Effect.flip(workers.bonus({ worker: agent.worker, amount, reason: "thanks" }))
        expect(error._tag).toBe("BonusNeedsUnit")
        yield* workers.bonus({ worker: agent.worker, run, amount, reason: "thanks" })
        expect(callsOf(double, pay)).toBe(1)
      })
    )
  )
})

const lost: ReadonlyArray<readonly [string, Fault]> = [
  ["cut off", { kind: "drop", after: true }],
  ["a 502", { kind: "break", status: 502, after: true }],
  ["a page of HTML", { kind: "garble", text: "<html>" }]
]

const never: ReadonlyArray<readonly [string, Fault]> = [
  ["cut off", { kind: "drop", after: false }],
  ["a 503", { kind: "break", status: 503, after: false }],
  ["a 429", { kind: "refuse", status: 429 }],
  ["a redirect", { kind: "redirect", status: 307, to: "/elsewhere" }]
]

describe("the one call that pays", () => {
  for (const [words, fault] of lost) {
    it.scopedLive(
      `is not repeated where its answer was ${words}, and is known to have paid by the submission`,
      on((double) =>
        Effect.gen(function* () {
          const { agent, submission } = yield* worked(double)
          double.faults.next(pay, fault)
          expect((yield* bonus(agent)).repeated).toBe(false)
          expect(bonusesOf(double, submission)).toEqual([425])
          expect([callsOf(double, pay), (yield* uncertain).length]).toEqual([1, 0])
        }).pipe(Effect.provide(restlessLayer(20)))
      )
    )
  }

  for (const [words, fault] of never) {
    it.scopedLive(
      `is not repeated where it came to ${words} and paid nothing: that stays uncertain until somebody says so`,
      on((double) =>
        Effect.gen(function* () {
          const { agent, run, submission } = yield* worked(double)
          double.faults.next(pay, fault)
          const error = yield* Effect.flip(bonus(agent))
          expect(error._tag).toBe("Uncertain")
          expect(yield* Effect.flip(bonus(agent))).toMatchObject({ _tag: "Uncertain" })
          yield* settle(run)
          const [intent] = yield* uncertain
          expect([callsOf(double, pay), bonusesOf(double, submission)]).toEqual([1, []])
          if (intent === undefined) return expect.unreachable()
          yield* Effect.flatMap(Journal.Journal, (journal) => journal.resolve(intent.id, "did_not_happen"))
          yield* bonus(agent)
          expect([callsOf(double, pay), bonusesOf(double, submission)]).toEqual([2, [425]])
        }).pipe(Effect.provide(restlessLayer(20)))
      )
    )
  }

  it.scopedLive(
    "has failed where Prolific said no and the submission shows nothing, and may be tried again",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        double.faults.next(pay, { kind: "refuse", status: 400, detail: "Not now." })
        expect(yield* Effect.flip(bonus(agent))).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        yield* bonus(agent)
        expect(bonusesOf(double, submission)).toEqual([425])
        expect([callsOf(double, setUp), callsOf(double, pay)]).toEqual([2, 2])
      })
    )
  )

  it.scopedLive(
    "is not repeated where Prolific said no, and could not be asked after that",
    on((double) =>
      Effect.gen(function* () {
        const { agent, submission } = yield* worked(double)
        double.faults.next(pay, { kind: "refuse", status: 400, detail: "Not now." })
        double.faults.next(look, { kind: "slow", ms: 1 })
        double.faults.next(look, { kind: "refuse", status: 429 })
        expect(yield* Effect.flip(bonus(agent))).toMatchObject({ _tag: "Uncertain" })
        expect([callsOf(double, pay), bonusesOf(double, submission)]).toEqual([1, []])
      }).pipe(Effect.provide(restlessLayer(20)))
    )
  )
})

describe("a bonus that takes minutes to be paid", () => {
  const slow = { settings: { switches: { bonusDelay: 3 * minute } } }

  it.scopedLive(
    "is uncertain and shown, and done once the submission shows it",
    on(
      (double) =>
        Effect.gen(function* () {
          const { agent, run, submission } = yield* worked(double)
          expect(yield* Effect.flip(bonus(agent))).toMatchObject({ _tag: "Uncertain", operation: "bonus" })
          expect((yield* uncertain).length).toBe(1)
          double.advance(3 * minute)
          expect(yield* settle(run)).toMatchObject({ done: 1, uncertain: 0 })
          expect((yield* bonus(agent)).repeated).toBe(true)
          expect([callsOf(double, pay), bonusesOf(double, submission)]).toEqual([1, [425]])
        }).pipe(Effect.provide(restlessLayer(50))),
      slow
    )
  )

  it.scopedLive(
    "is alone with its submission: a second one of the same amount is not set up before it is settled",
    on(
      (double) =>
        Effect.gen(function* () {
          const { agent, run, submission } = yield* worked(double)
          yield* Effect.flip(bonus(agent))
          const error = yield* Effect.flip(bonus(agent, 425, "second"))
          expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
          expect(error.message).toContain("settle")
          expect([callsOf(double, setUp), callsOf(double, pay)]).toEqual([1, 1])
          double.advance(3 * minute)
          yield* settle(run)
          yield* Effect.flip(bonus(agent, 425, "second"))
          double.advance(3 * minute)
          yield* settle(run)
          expect(bonusesOf(double, submission)).toEqual([425, 425])
          expect(yield* uncertain).toEqual([])
        }).pipe(Effect.provide(restlessLayer(50))),
      slow
    )
  )
})

describe("several bonuses at once", () => {
  it.scopedLive(
    "are set up and paid one at a time for the workspace",
    on(
      (double) =>
        Effect.gen(function* () {
          const { run } = yield* out(double, 6)
          const all = yield* Effect.forEach(Array.from({ length: 6 }), () => finished(double, run))
          double.faults.next(setUp, { kind: "slow", ms: 30 }, 6)
          double.faults.next(pay, { kind: "slow", ms: 30 }, 6)
          const paid = yield* Effect.forEach(all, ({ agent }) => Effect.either(bonus(agent)), {
            concurrency: "unbounded"
          })
          expect(paid.filter(Either.isRight).length).toBe(6)
          expect(all.map(({ submission }) => bonusesOf(double, submission))).toEqual(all.map(() => [425]))
          const times = double.calls.filter(({ call }) => call === setUp || call === pay).map(({ at }) => at)
          const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at))
          expect(gaps.length).toBe(11)
          expect(Math.min(...gaps)).toBeGreaterThanOrEqual(29)
        }),
      { settings: { pace: 1 } }
    )
  )
})
