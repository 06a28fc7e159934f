/** How Prolific hurts where money is (FACTS §4), each with a test by its name. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents, Journal, TaskRuns, Units, Workers } from "../../src/index.js"
import type { Double } from "../support/prolific/double.js"
import type { CallName } from "../support/prolific/operations.js"
import { accept, come, launched, on, opened, pounds, studyOf, submit, sync } from "./market.js"

const minute = 60_000

const settingUp: CallName = "POST /api/v1/submissions/bonus-payments/"
const paying: CallName = "POST /api/v1/bulk-bonus-payments/{id}/pay/"

const callsTo = ({ calls }: Double, name: CallName) => calls.filter(({ call }) => call === name)

/** Somebody has submitted, and may be given a bonus. */
const submitted = Effect.gen(function* () {
  const run = yield* launched()
  const agent = yield* submit(yield* accept(run))
  yield* sync(run)
  const submission = Option.getOrElse(agent.remoteId, () => "")
  const give = (pence: number) =>
    Effect.flatMap(Workers.Workers, (workers) =>
      workers.bonus({ worker: agent.worker, unit: agent.unit, amount: pounds(pence), reason: `thorough, ${pence}` })
    )
  return { run, agent, submission, give }
})

const bonusesOf = ({ world }: Double, submission: string) => world.submissions.get(submission)?.bonuses

describe("a bonus as a float", () => {
  it.live(
    "an amount is made of whole minor units, and paid to the penny",
    on((double) =>
      Effect.gen(function* () {
        const { give, submission } = yield* submitted
        const amounts = [7, 10, 29, 105, 1999]
        for (const pence of amounts) yield* give(pence)
        const sent = callsTo(double, settingUp).map(({ body }) => JSON.stringify(body))
        const decimals = ["0.07", "0.10", "0.29", "1.05", "19.99"]
        expect(sent).toEqual(decimals.map((decimal) => expect.stringContaining(`${submission},${decimal}\\n`)))
        expect(bonusesOf(double, submission)).toEqual(amounts)
      })
    )
  )
})

describe("pay is retried blindly", () => {
  it.live(
    "a payment whose answer was lost is called once, and believed when the submission shows it",
    on((double) =>
      Effect.gen(function* () {
        const { give, submission } = yield* submitted
        double.faults.next(paying, { kind: "drop", after: true })
        yield* give(7)
        expect(callsTo(double, paying)).toHaveLength(1)
        expect(bonusesOf(double, submission)).toEqual([7])
      })
    )
  )

  it.live(
    "one that is not to be seen is uncertain, is not called again, and is paid once a person says that it was not",
    on((double) =>
      Effect.gen(function* () {
        const journal = yield* Journal.Journal
        const { give, submission } = yield* submitted
        double.faults.next(paying, { kind: "drop", after: false })
        expect(yield* Effect.flip(give(7))).toMatchObject({ _tag: "Uncertain" })
        expect(yield* Effect.flip(give(7))).toMatchObject({ _tag: "Uncertain" })
        expect(callsTo(double, paying)).toHaveLength(1)
        const [intent] = yield* Stream.runCollect(journal.list("uncertain"))
        if (intent === undefined) return yield* Effect.dieMessage("it is listed")
        yield* journal.resolve(intent.id, "did_not_happen")
        yield* give(7)
        expect(bonusesOf(double, submission)).toEqual([7])
      })
    ),
    60_000
  )

  it.live(
    "one that takes its minutes is confirmed later, by looking",
    on(
      (double) =>
        Effect.gen(function* () {
          const journal = yield* Journal.Journal
          const { give, submission } = yield* submitted
          expect(yield* Effect.flip(give(7))).toMatchObject({ _tag: "Uncertain" })
          double.advance(5 * minute)
          yield* journal.settle()
          expect([...(yield* Stream.runCollect(journal.list("uncertain")))]).toEqual([])
          yield* give(7)
          expect(callsTo(double, paying)).toHaveLength(1)
          expect(bonusesOf(double, submission)).toEqual([7])
        }),
      { double: { switches: { bonusDelay: 5 * minute } } }
    ),
    60_000
  )

  it.live(
    "one that Prolific refused is not paid, and may be asked for again",
    on((double) =>
      Effect.gen(function* () {
        const { give, submission } = yield* submitted
        double.faults.next(paying, { kind: "refuse", status: 400, detail: "Your balance is too low." })
        expect(yield* Effect.flip(give(7))).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        yield* give(7)
        expect(bonusesOf(double, submission)).toEqual([7])
      })
    )
  )
})

describe("cents in place of pounds", () => {
  it.live(
    "what is set up as another amount is never paid",
    on(
      (double) =>
        Effect.gen(function* () {
          const { give, submission } = yield* submitted
          expect(yield* Effect.flip(give(205))).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
          expect(callsTo(double, paying)).toEqual([])
          expect(bonusesOf(double, submission)).toEqual([])
        }),
      { double: { switches: { bonusUnit: "minor" } } }
    )
  )
})

describe("fees of `/users/me/` are another account's", () => {
  it.live(
    "fee and tax are those of the workspace's study",
    on((double) =>
      Effect.gen(function* () {
        const { agent, run } = yield* submitted
        yield* (yield* Agents.Agents).approve(agent.id)
        const { cost } = yield* (yield* TaskRuns.TaskRuns).summary(run.id)
        expect(cost).toMatchObject({ currency: "GBP", rewards: 60, fees: 24, total: 84 })
        expect(run.setup).toMatchObject(Option.some({ rates: { fee: "0.333333", vat: "0.200000" } }))
        expect(callsTo(double, "GET /api/v1/users/me/").length).toBeLessThanOrEqual(1)
      })
    )
  )
})

describe("a group by `project_id`", () => {
  it.live(
    "groups are the workspace's",
    on((double) =>
      Effect.gen(function* () {
        yield* launched()
        const made = callsTo(double, "POST /api/v1/participant-groups/").map(({ body }) => body)
        expect(made.length).toBeGreaterThan(0)
        for (const body of made) {
          expect(body).toMatchObject({ workspace_id: double.workspace })
          expect(body).not.toHaveProperty("project_id")
        }
      })
    )
  )
})

describe("`screen-out-submissions` is gone", () => {
  it.live(
    "who finds no work leaves by a code that asks them to return, and is never paid",
    on((double) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const run = yield* launched()
        const data = yield* come(run)
        yield* (yield* Units.Units).expireAll(run.id)
        const refused = yield* Effect.flip(agents.register(run.id, data))
        if (refused._tag !== "NotEligible") return yield* Effect.dieMessage(refused.message)
        const exit = Option.getOrThrow(yield* agents.refusalExit(run.id, refused.reason, data))
        const code = exit._tag === "Redirect" ? (new URL(exit.url).searchParams.get("cc") ?? "") : exit.code
        double.people.submit(data.submission, code)
        expect(double.world.submissions.get(data.submission)).toMatchObject({ returnRequested: expect.any(Number) })
        yield* sync(run)
        yield* Stream.runDrain(agents.approveAll(run.id))
        expect(double.world.submissions.get(data.submission)?.paid).toBe(0)
      })
    )
  )
})

describe("the completion code in the page's source", () => {
  it.live(
    "nothing that a page is made of has it, and the way out is told once the answers are stored",
    on((double) =>
      Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const run = yield* launched()
        const study = double.world.studies.get(yield* studyOf(run))
        const code = study?.fields.completion_codes?.[0]?.code ?? "none"
        const agent = yield* accept(run)
        const unit = yield* (yield* Units.Units).get(agent.unit)
        const template = yield* (yield* TaskRuns.TaskRuns).template(run.id)
        for (const part of [agent, unit, run.task, template]) expect(JSON.stringify(part)).not.toContain(code)
        expect(study?.fields.external_study_url).not.toContain(code)
        expect(yield* agents.exit(agent.id)).toEqual(Option.none())
        yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { label: "good" } })
        expect(yield* agents.exit(agent.id)).toEqual(
          Option.some({ _tag: "Redirect", url: `${double.url}/submissions/complete?cc=${code}` })
        )
      })
    )
  )
})

describe("two bonuses at once are not supported", () => {
  it.live(
    "they are paid one after the other",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* launched(3)
        const given = yield* Effect.forEach([1, 2, 3], () => Effect.flatMap(accept(run), (agent) => submit(agent)))
        yield* sync(run)
        double.faults.next(paying, { kind: "slow", ms: 100 }, 3)
        const workers = yield* Workers.Workers
        const all = yield* Effect.forEach(
          given,
          ({ unit, worker }) => Effect.either(workers.bonus({ worker, unit, amount: pounds(10), reason: "thorough" })),
          { concurrency: "unbounded" }
        )
        expect(all.every(Either.isRight)).toBe(true)
        expect([...double.world.submissions.values()].map(({ bonuses }) => bonuses)).toEqual([[10], [10], [10]])
        const kinds = double.calls.map(({ call }) => call).filter((call) => call === paying || call === settingUp)
        expect(kinds.filter((call) => call === paying)).toHaveLength(3)
      })
    )
  )
})

describe("a draft reserves nothing", () => {
  it.live(
    "without `live`, nobody is paid and nothing is published",
    on(
      (double) =>
        Effect.gen(function* () {
          const run = yield* opened(2)
          yield* Stream.runDrain((yield* Units.Units).launch(run.id))
          const draft = Option.getOrThrow(yield* (yield* TaskRuns.TaskRuns).draft(run.id))
          expect(draft.total).toEqual(pounds(168))
          expect([...double.world.studies.values()].map(({ isTest, status }) => [isTest, status])).toEqual([
            [false, "UNPUBLISHED"]
          ])
        }),
      { client: { live: false } }
    )
  )
})
