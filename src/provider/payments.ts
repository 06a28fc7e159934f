/** Workers are paid the reward of what is approved. */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import { tokenOf } from "../journal/intents.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"

/** Writes down that the agent was paid. */
export const pay = (
  { driver, store }: Engine.Service,
  run: TaskRun,
  agent: Agent,
  { offerSize: places }: Pick<Unit, "offerSize">,
  now: DateTime.Utc
) => {
  const { qualifications, reward: amount } = run.task
  return store.insert(tables.payments, [
    {
      id: tokenOf("approve", agent.id),
      kind: "reward",
      run: Option.some(run.id),
      unit: Option.some(agent.unit),
      worker: agent.worker,
      currency: amount.currency,
      amount: amount.minor,
      fee: driver.fee({ kind: "reward", amount, places, qualifications, setup: run.setup }).minor,
      reason: Option.none(),
      paidAt: now
    }
  ])
}
