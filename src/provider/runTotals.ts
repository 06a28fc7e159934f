/** What is counted and summed of a run, whichever crowd it is on. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import * as Money from "../Money.js"
import { SubmissionStatus } from "../States.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { Cost, TaskRun, UnitCounts } from "../TaskRuns.js"

const countsOf = (counts: Readonly<Record<string, number>>): UnitCounts => ({
  created: counts["created"] ?? 0,
  launched: counts["launched"] ?? 0,
  assigned: counts["assigned"] ?? 0,
  completed: counts["completed"] ?? 0,
  accepted: counts["accepted"] ?? 0,
  soft_rejected: counts["soft_rejected"] ?? 0,
  rejected: counts["rejected"] ?? 0,
  expired: counts["expired"] ?? 0
})

/** How many units of the run there are in each status. */
export const units = (store: Store.Service, run: RunId): Effect.Effect<UnitCounts, StoreError> =>
  Effect.map(store.count(tables.units, { run }, "status"), countsOf)

/** How many are on offer or about to be, in work, or waiting for a decision. */
export const undecidedUnits = ({ assigned, completed, created, launched }: UnitCounts): number =>
  created + launched + assigned + completed

/** Nothing more comes of the run. One without units is about to get them. */
export const isOver = (units: UnitCounts): boolean =>
  undecidedUnits(units) === 0 && Object.values(units).some((n) => n > 0)

/** How many submissions there are beyond the units that were handed in. */
export const surplus = (store: Store.Service, run: RunId, units: UnitCounts): Effect.Effect<number, StoreError> =>
  Effect.map(store.count(tables.agents, { run }, "status"), (agents) => {
    const submissions = SubmissionStatus.literals.reduce((sum, status) => sum + (agents[status] ?? 0), 0)
    return Math.max(0, submissions - units.completed - units.accepted - units.soft_rejected - units.rejected)
  })

/** What has been paid for the run. */
export const cost = (store: Store.Service, { id, task }: TaskRun): Effect.Effect<Cost, StoreError> =>
  Effect.gen(function* () {
    const sum = (kind: "reward" | "bonus", column: "amount" | "fee") =>
      Effect.map(store.sum(tables.payments, { run: Option.some(id), kind }, column), (minor) => Money.total(minor))
    const rewards = yield* sum("reward", "amount")
    const bonuses = yield* sum("bonus", "amount")
    const fees = Money.total(yield* sum("reward", "fee"), yield* sum("bonus", "fee"))
    return { currency: task.reward.currency, rewards, bonuses, fees, total: Money.total(rewards, bonuses, fees) }
  })
