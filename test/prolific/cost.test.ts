/** What a task costs and whom it may be for: said by the account, before anything is paid. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Budget, Money, Provider, Qualifications, Requesters, TaskRuns } from "../../src/index.js"
import * as Prolific from "../../src/Prolific.js"
import type { Client } from "../../src/prolific/client.js"
import { ratesOf } from "../../src/prolific/rates.js"
import { Study } from "../../src/prolific/replies.js"
import { callsOf, GBP, launch, on, onlyStudy, opened, task } from "./onProlific.js"

const estimate = (more: Partial<TaskRuns.Task> = {}) =>
  Effect.flatMap(Provider.Provider, ({ estimate }) =>
    estimate === undefined ? Effect.dieMessage("Prolific estimates") : estimate({ ...task, ...more }, 10)
  )

const setUp = (more: Partial<TaskRuns.Task> = {}) =>
  Effect.gen(function* () {
    const run = yield* opened(2, more)
    return yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.setup(run.id))
  })

const asks = (
  name: string,
  comparator: TaskRuns.QualificationRequirement["comparator"],
  value = 1,
  values?: ReadonlyArray<string>
): TaskRuns.QualificationRequirement => ({ name, comparator, value, ...(values === undefined ? {} : { values }) })

const two = [
  { title: "Ours", currency: "GBP", balance: 5_000, projects: ["First", "Second"] },
  { title: "Theirs", currency: "USD", balance: 7_000, projects: ["Only"] }
] as const

describe("the account", () => {
  it.scopedLive(
    "says who the token is, and which workspaces and projects there are, also where none was chosen",
    on(
      () =>
        Effect.gen(function* () {
          yield* (yield* Requesters.Requesters).register("me", {})
          const { email, workspaces } = yield* (yield* Prolific.Prolific).account
          expect(email).toEqual(Option.some("researcher@example.org"))
          expect(workspaces.map(({ projects, title }) => [title, ...projects.map((project) => project.title)])).toEqual(
            [
              ["Ours", "First", "Second"],
              ["Theirs", "Only"]
            ]
          )
        }),
      { settings: { workspaces: two } }
    )
  )

  it.scopedLive(
    "rejects a token that Prolific does not know",
    on(
      () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters.Requesters
          const wrong = { _tag: "CredentialsRejected", provider: "prolific" }
          expect(yield* Effect.flip(requesters.register("me", {}))).toMatchObject(wrong)
          expect(yield* Effect.flip((yield* Prolific.Prolific).account)).toMatchObject(wrong)
        }),
      { options: { token: Redacted.make("another") } }
    )
  )

  it.scopedLive(
    "has to be told which of several workspaces, by name or id; the list is in the error",
    on(
      () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(setUp())
          expect(String(error)).toContain("PROLIFIC_WORKSPACE")
          expect(String(error)).toContain("Ours (")
          expect(String(error)).toContain("Theirs (")
        }),
      { settings: { workspaces: two } }
    )
  )

  it.scopedLive(
    "keeps studies in the project and money in the workspace that were chosen",
    on(
      (double) =>
        Effect.gen(function* () {
          yield* setUp()
          const [ours] = double.world.workspaces
          expect(onlyStudy(double).fields.project).toBe(ours?.projects[1]?.id)
          const me = yield* (yield* Requesters.Requesters).register("me", {})
          expect(yield* (yield* Budget.Budget).available(me.id)).toEqual(Money.make(5_000, GBP))
        }),
      { settings: { workspaces: two }, options: { workspace: "Ours", project: "Second" } }
    )
  )

  it.scopedLive(
    "is asked again where that failed, and no more once it is known",
    on((double) =>
      Effect.gen(function* () {
        double.faults.next("GET /api/v1/workspaces/", { kind: "break", status: 503, after: false }, 2)
        yield* estimate()
        yield* estimate()
        expect(callsOf(double, "GET /api/v1/workspaces/")).toBe(3)
      })
    )
  )
})

describe("an estimate", () => {
  it.scopedLive(
    "has the rates of the workspace's studies, or else those of the calculator",
    on((double) =>
      Effect.gen(function* () {
        expect((yield* estimate()).fee).toEqual(Money.make(24, GBP))
        expect(callsOf(double, "POST /api/v1/study-cost-calculator/")).toBe(1)
        yield* setUp()
        expect((yield* estimate({ reward: Money.make(1_000, GBP) })).fee).toEqual(Money.make(400, GBP))
        expect(callsOf(double, "POST /api/v1/study-cost-calculator/")).toBe(1)
      })
    )
  )

  for (const [told, rates] of [
    [
      { fees_percentage: 33.3333, vat_percentage: 20 },
      { fee: "0.333333", vat: "0.200000" }
    ],
    [
      { fees_percentage: "0.25", vat_percentage: 0 },
      { fee: "0.250000", vat: "0.000000" }
    ],
    [
      { fees_percentage: "much", vat_percentage: -1 },
      { fee: "0.333333", vat: "0.200000" }
    ],
    [{}, { fee: "0.333333", vat: "0.200000" }]
  ] as const) {
    it.scopedLive(`reads ${JSON.stringify(told)} as ${JSON.stringify(rates)}, or asks what the study costs`, () =>
      Effect.gen(function* () {
        const cost = { rewards: { rewards: { amount: 600_000 }, fees: { amount: 200_000 }, tax: { amount: 40_000 } } }
        const client: Client = {
          call: (_method, _request, reply) => Effect.orDie(Schema.decodeUnknown(reply)(cost)),
          callWithHeaders: () => Effect.dieMessage("not asked"),
          as: () => client
        }
        const fields = {
          id: "a1",
          status: "ACTIVE",
          reward: 60,
          total_available_places: 1,
          completion_codes: [],
          ...told
        }
        const study = yield* Schema.decodeUnknown(Study)(fields)
        expect(yield* ratesOf({ client }, study)).toEqual(rates)
      })
    )
  }

  it.scopedLive(
    "says that a reward is below the least, and which is recommended",
    on(() =>
      Effect.gen(function* () {
        expect((yield* estimate()).notes).toEqual([])
        expect((yield* estimate({ reward: Money.make(15, GBP) })).notes).toEqual([
          "the reward comes to 4.50 GBP an hour, below the least 6.00 GBP an hour; 9.00 GBP is recommended: 0.30 GBP for 2 minutes"
        ])
      })
    )
  )

  it.scopedLive(
    "fails where the workspace has another currency, and so does setting up",
    on((double) =>
      Effect.gen(function* () {
        const reward = Money.make(60)
        expect(yield* Effect.flip(estimate({ reward }))).toMatchObject({ _tag: "CurrencyNotPaid", paid: ["GBP"] })
        expect(String(yield* Effect.flip(setUp({ reward })))).toContain(
          "the workspace pays in GBP, and the task in USD"
        )
        expect(double.world.studies.size).toBe(0)
      })
    )
  )
})

describe("a draft", () => {
  it.scopedLive(
    "costs what Prolific says, can be tried, and reserves nothing",
    on(
      (double) =>
        Effect.gen(function* () {
          const runs = yield* TaskRuns.TaskRuns
          double.people.joinAsTest()
          const run = yield* opened(10)
          const units = yield* launch(run.id)
          expect(units.every(({ status }) => status === "created")).toBe(true)
          const draft = Option.getOrThrow(yield* runs.draft(run.id))
          const again = Option.getOrThrow(yield* runs.draft(run.id))
          const [study, trial] = [...double.world.studies.values()]
          expect(draft).toEqual({
            address: Option.some(`${double.url}/researcher/workspaces/studies/${study?.id}`),
            trial: Option.some(`${double.url}/studies/${trial?.id}`),
            cost: [
              { name: "rewards", amount: Money.make(600, GBP) },
              { name: "Prolific's fee", amount: Money.make(200, GBP) },
              { name: "VAT on the fee", amount: Money.make(40, GBP) }
            ],
            total: Money.make(840, GBP)
          })
          expect(again).toEqual(draft)
          expect([study?.status, trial?.isTest, double.world.studies.size]).toEqual(["UNPUBLISHED", true, 2])
          const me = yield* (yield* Requesters.Requesters).register("me", {})
          expect((yield* (yield* Budget.Budget).available(me.id)).minor).toBe(1_000_000)
        }),
      { options: { live: false } }
    )
  )

  it.scopedLive(
    "has no test study where the workspace has none",
    on(
      () =>
        Effect.gen(function* () {
          const run = yield* opened(1)
          yield* launch(run.id)
          const draft = Option.getOrThrow(yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.draft(run.id)))
          expect(draft.trial).toEqual(Option.none())
        }),
      { options: { live: false }, settings: { switches: { testStudies: false } } }
    )
  )

  it.scopedLive(
    "needs to know where participants come",
    on(
      () => Effect.map(Effect.flip(setUp()), (error) => expect(String(error)).toContain("where do participants come")),
      {
        options: { pages: undefined }
      }
    )
  )
})

describe("filters", () => {
  it.scopedLive(
    "are Prolific's own by id or title, their values by id or words, and groups for qualifications of ours",
    on((double) =>
      Effect.gen(function* () {
        yield* (yield* Qualifications.Qualifications).create("trained", "")
        yield* setUp({
          qualifications: [
            asks("prolific:fluent-languages", "in", 1, ["English", "20"]),
            asks("prolific:Sex", "equal", 1),
            asks("prolific:age", "greater_than_or_equal", 21),
            asks("prolific:age", "less_than_or_equal", 65),
            asks("trained", "exists")
          ]
        })
        const filters = onlyStudy(double).fields.filters ?? []
        expect(filters.slice(0, 3)).toEqual([
          { filter_id: "fluent-languages", selected_values: ["19", "20"] },
          { filter_id: "sex", selected_values: ["1"] },
          { filter_id: "age", selected_range: { lower: 21, upper: 65 } }
        ])
        expect(filters.slice(3).map(({ filter_id }) => filter_id)).toEqual([
          "participant_group_allowlist",
          "participant_group_blocklist"
        ])
      })
    )
  )

  for (const [requirement, said] of [
    [asks("prolific:shoe-size", "equal", 43), "there is no filter of this name"],
    [asks("prolific:sex", "equal", 1, ["Tall"]), '"Tall" is none of its choices, such as 0 (Male), 1 (Female)'],
    [asks("prolific:sex", "greater_than", 1), "is a list of choices"],
    [asks("prolific:age", "greater_than_or_equal", 7), "7 is outside of its range"],
    [asks("prolific:age", "not_equal", 30), "is a range"]
  ] as const) {
    it.scopedLive(
      `are refused before anything is made: ${said}`,
      on((double) =>
        Effect.gen(function* () {
          expect(String(yield* Effect.flip(setUp({ qualifications: [requirement] })))).toContain(said)
          expect(double.world.studies.size).toBe(0)
        })
      )
    )
  }
})
