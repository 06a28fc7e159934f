/** What a task costs: before anything is made, and as a draft. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CurrencyNotPaid, type ProviderError } from "../CrowdError.js"
import type { Driver, Estimate } from "../Driver.js"
import * as Money from "../Money.js"
import * as tables from "../store/tables.js"
import type { Draft, Task, TaskRun } from "../TaskRuns.js"
import { type Crowd, type Rates, setupOf, stored } from "./crowd.js"
import { provider, toProviderError } from "./errors.js"
import type { StudyCostRequest } from "./protocol.js"
import { costOf, decimalOf, ratesOf, share } from "./rates.js"
import * as replies from "./replies.js"
import { get, removeOthers, type Trial, timesOf, trialKey, trialOf, update } from "./study.js"

/** The price of so much is told without a rounding that matters. */
const sample = 1_000_000

/**
 * By the newest study of the project; the calculator has the account's rates, which can differ, and knows no workspace.
 */
const ratesBefore = (crowd: Crowd): Effect.Effect<Rates, ProviderError> =>
  Effect.gen(function* () {
    const project = yield* crowd.project
    const newest = { ordering: "-date_created", page: 1, page_size: 1 }
    const { results } = yield* crowd.client.call(
      "get-project-studies",
      Request.get(`/api/v1/projects/${project}/studies/`, { urlParams: newest }),
      replies.listOf(replies.StudyShort)
    )
    const [study] = results
    if (study !== undefined) return yield* ratesOf(crowd, yield* get(crowd, study.id))
    const { total_cost } = yield* crowd.client.call(
      "calculate-study-cost",
      Request.bodyUnsafeJson(Request.post("/api/v1/study-cost-calculator/"), {
        reward: sample,
        total_available_places: 1
      } satisfies StudyCostRequest),
      replies.TotalCost
    )
    return { fee: decimalOf(Math.max(0, total_cost - sample) / sample), vat: "0" }
  }).pipe(Effect.mapError(toProviderError))

const recommendation = ({ client, workspace }: Crowd, currency: Money.Currency) =>
  Effect.flatMap(workspace, (workspace_id) =>
    client.call(
      "get-reward-recommendations",
      Request.get("/api/v1/reward-recommendations/", { urlParams: { workspace_id, currency } }),
      replies.Recommendations
    )
  ).pipe(Effect.mapError(toProviderError))

const minutesAnHour = 60

/** What there is to say of a reward that comes to less an hour than Prolific asks for. */
const remarks = (
  { reward, ...task }: Task,
  rates: (typeof replies.Recommendations.Type)[number]
): ReadonlyArray<string> => {
  const { estimated } = timesOf({ ...task, reward })
  const hourly = (reward.minor * minutesAnHour) / estimated
  if (hourly >= rates.min_reward_per_hour) return []
  const money = (minor: number) => Money.format(Money.make(minor, reward.currency))
  const least = money(rates.min_reward_per_hour)
  const better = money(rates.recommended_reward_per_hour)
  const enough = money(Math.ceil((rates.recommended_reward_per_hour * estimated) / minutesAnHour))
  const minutes = estimated === 1 ? "1 minute" : `${estimated} minutes`
  return [
    `the reward comes to ${money(Math.floor(hourly))} an hour, below the least ${least} an hour; ${better} is recommended: ${enough} for ${minutes}`
  ]
}

/** Fails with CurrencyNotPaid where the workspace has another currency. */
export const estimate =
  (crowd: Crowd) =>
  (task: Task): Effect.Effect<Estimate, CurrencyNotPaid | ProviderError> =>
    Effect.gen(function* () {
      const { currency } = task.reward
      const paid = yield* crowd.currency
      if (paid !== currency) return yield* new CurrencyNotPaid({ provider, currency, paid: [paid] })
      const [newest] = yield* recommendation(crowd, currency)
      return {
        fee: share(task.reward, yield* ratesBefore(crowd)),
        notes: newest === undefined ? [] : remarks(task, newest)
      }
    })

/** A test study is made once; each would be one more. None where the workspace does not have them. */
const foundOrTried = (crowd: Crowd, study: string): Effect.Effect<Option.Option<Trial>, ProviderError> =>
  Effect.gen(function* () {
    const known = yield* trialOf(crowd, study)
    if (Option.isSome(known)) return known
    const made = yield* crowd.client
      .call("create-test-study", Request.post(`/api/v1/studies/${study}/test-study`), replies.TestStudy)
      .pipe(
        Effect.map(({ study_id, study_url }): Trial => ({ study: study_id, url: study_url })),
        Effect.asSome,
        Effect.catchTag("Refusal", () => Effect.succeedNone)
      )
    const rows = Option.toArray(made).map((value) => ({ id: trialKey(study), provider, value: { ...value } }))
    yield* stored("draft", crowd.store.insert(tables.data, rows))
    return made
  })

/** What publishing the study with so many places would come to; nothing is reserved. */
const draftOf = (crowd: Crowd, run: TaskRun, units: number): Effect.Effect<Draft, ProviderError> =>
  Effect.gen(function* () {
    const { study } = yield* setupOf(crowd, "draft", run)
    const found = yield* Effect.mapError(get(crowd, study), toProviderError)
    const isDraft = found.status === "UNPUBLISHED"
    const change = { total_available_places: Math.max(1, units) }
    if (isDraft) {
      yield* removeOthers(crowd, run, study)
      yield* Effect.mapError(update(crowd, study, change), toProviderError)
    }
    const { fees, rewards, tax } = yield* costOf(crowd, study)
    const { currency } = run.task.reward
    const cost = [
      { name: "rewards", amount: Money.make(rewards.amount, currency) },
      { name: "Prolific's fee", amount: Money.make(fees.amount, currency) },
      { name: "VAT on the fee", amount: Money.make(tax.amount, currency) }
    ]
    return {
      address: Option.some(`${crowd.environment.app}/researcher/workspaces/studies/${study}`),
      trial: isDraft ? Option.map(yield* foundOrTried(crowd, study), ({ url }) => url) : Option.none(),
      cost,
      total: cost.reduce((sum, { amount }) => Money.sum(sum, amount), Money.zero(currency))
    }
  })

export const draft = (crowd: Crowd): Driver["draft"] =>
  crowd.live ? undefined : (run, units) => draftOf(crowd, run, units)
