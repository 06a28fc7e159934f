/** The money of a workspace, all of it made from what was paid and what is promised; minor units throughout. */
import { ok, operation } from "./operations.js"
import { known } from "./refusals.js"
import { type StudyRow, submissionsOf, type WorkspaceRow, type World } from "./world.js"

export interface Cost {
  readonly rewards: number
  readonly fees: number
  readonly vat: number
}

/** A share of an amount, from rates of at most six decimals, half a unit rounded up. */
const share = (amount: number, rate: number): number => Math.floor((amount * Math.round(rate * 1e6) + 5e5) / 1e6)

/** The fee is on the reward, the tax on the fee (FACTS §2 Minimum reward, fees). */
export const costOf = (world: World, rewards: number): Cost => {
  const fees = share(rewards, world.rates.fee)
  return { rewards, fees, vat: share(fees, world.rates.vat) }
}

export const totalOf = ({ fees, rewards, vat }: Cost): number => rewards + fees + vat

const sum = (costs: ReadonlyArray<Cost>): Cost => ({
  rewards: costs.reduce((all, cost) => all + cost.rewards, 0),
  fees: costs.reduce((all, cost) => all + cost.fees, 0),
  vat: costs.reduce((all, cost) => all + cost.vat, 0)
})

const less = (a: Cost, b: Cost): Cost => ({
  rewards: a.rewards - b.rewards,
  fees: a.fees - b.fees,
  vat: a.vat - b.vat
})

const costOfNothing: Cost = { rewards: 0, fees: 0, vat: 0 }

/** What the rewards of a study have cost. */
export const spentOn = (world: World, study: StudyRow): Cost =>
  study.isTest
    ? costOfNothing
    : costOf(
        world,
        submissionsOf(world, study).reduce((all, { paid }) => all + paid, 0)
      )

const recruiting: ReadonlyArray<string> = ["PUBLISHING", "ACTIVE", "PAUSED"]

/** Places that will have to be paid if all goes well. */
const openPlaces = (world: World, study: StudyRow): number => {
  const rows = submissionsOf(world, study)
  const paid = rows.filter((row) => row.paid > 0).length
  const live = rows.filter(({ status }) => ["RESERVED", "ACTIVE", "AWAITING REVIEW"].includes(status)).length
  return recruiting.includes(study.status) ? Math.max(live, study.fields.total_available_places - paid) : live
}

/** What a study keeps from being spent on anything else. */
const reservedFor = (world: World, study: StudyRow, places: number): Cost => {
  const spent = spentOn(world, study)
  return study.isTest ? spent : less(costOf(world, spent.rewards + places * study.fields.reward), spent)
}

const bonusesOf = (world: World, workspace: WorkspaceRow, count: "paid" | "pending"): Cost =>
  sum(
    [...world.bulks.values()]
      .filter(({ study }) => study.workspace === workspace)
      .flatMap((bulk) => Array.from({ length: bulk[count] }, () => bulkCost(world, bulk.rows)))
  )

export const bulkCost = (world: World, rows: ReadonlyArray<{ readonly amount: number }>): Cost =>
  costOf(
    world,
    rows.reduce((all, { amount }) => all + amount, 0)
  )

const studiesOf = (world: World, workspace: WorkspaceRow): ReadonlyArray<StudyRow> =>
  [...world.studies.values()].filter((study) => study.workspace === workspace)

export interface Balance {
  readonly total: number
  readonly available: number
}

export const balanceOf = (world: World, workspace: WorkspaceRow): Balance => {
  const studies = studiesOf(world, workspace)
  const spent = sum([...studies.map((study) => spentOn(world, study)), bonusesOf(world, workspace, "paid")])
  const reserved = sum([
    ...studies
      .filter(({ publishedAt }) => publishedAt !== undefined)
      .map((study) => reservedFor(world, study, openPlaces(world, study))),
    bonusesOf(world, workspace, "pending")
  ])
  const total = workspace.deposited - totalOf(spent)
  return { total, available: total - totalOf(reserved) }
}

/** Parts of a balance as the API shows them: what may go to participants, the fee on it, the tax on the fee. */
const breakdown = (world: World, total: number) => {
  const rewards = Math.max(0, Math.floor(total / (1 + world.rates.fee * (1 + world.rates.vat))))
  const { fees } = costOf(world, rewards)
  return { rewards, fees, vat: total - rewards - fees }
}

export const workspaceOf = (world: World, id: string): WorkspaceRow =>
  known(world.workspaces.find((workspace) => workspace.id === id))

/** What a study that is not published yet would cost. */
export const projectedCost = (world: World, study: StudyRow): Cost =>
  costOf(world, study.fields.reward * study.fields.total_available_places)

const amounts = ({ fees, rewards, vat }: Cost, currency: string) => ({
  rewards: { amount: rewards, currency },
  fees: { amount: fees, currency },
  tax: { amount: vat, currency }
})

const bonusesFor = (world: World, study: StudyRow): Cost =>
  sum(
    [...world.bulks.values()]
      .filter((bulk) => bulk.study === study)
      .flatMap((bulk) => Array.from({ length: bulk.paid }, () => bulkCost(world, bulk.rows)))
  )

/** By the hour, in minor units (FACTS §2 Minimum reward). */
const hourly = { GBP: { least: 600, recommended: 900 }, USD: { least: 800, recommended: 1200 } }

export const walletOperations = [
  operation("GET /api/v1/workspaces/{workspace_id}/balance/", (world, { path }) => {
    const workspace = workspaceOf(world, path("workspace_id"))
    const { available, total } = balanceOf(world, workspace)
    return ok({
      currency_code: workspace.currency,
      total_balance: total,
      balance_breakdown: breakdown(world, total),
      available_balance: available,
      available_balance_breakdown: breakdown(world, available)
    })
  }),
  operation("POST /api/v1/study-cost-calculator/", (world, { body }) =>
    ok({ total_cost: totalOf(costOf(world, body.reward * body.total_available_places)) })
  ),
  operation("GET /api/v1/studies/{id}/cost/", (world, { path, query }) => {
    const study = known(world.studies.get(path("id")))
    const cost = query.get("is_projected") === "true" ? projectedCost(world, study) : spentOn(world, study)
    const { currency } = study.workspace
    return ok({ rewards: amounts(cost, currency), bonuses: amounts(bonusesFor(world, study), currency), _links: {} })
  }),
  operation("GET /api/v1/reward-recommendations/", (world, { query }) => {
    workspaceOf(world, query.get("workspace_id") ?? "")
    const currency = query.get("currency") === "USD" ? "USD" : "GBP"
    const { least, recommended } = hourly[currency]
    return ok([{ currency, min_reward_per_hour: least, recommended_reward_per_hour: recommended }])
  })
]
