import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Agents } from "../../Agents.js"
import { Budget } from "../../Budget.js"
import * as Ids from "../../Ids.js"
import { Provider } from "../../Provider.js"
import type { Suite } from "../Suite.js"
import { make, refusal } from "./kit.js"

export const budget: Suite<Budget> = {
  run: (test, harness) => {
    const kit = make(harness)
    const { spendAll } = kit.harness

    describe("Budget", () => {
      test("MUST answer what the requester has to spend, in the crowd's currency", () =>
        Effect.gen(function* () {
          const budget = yield* Budget
          const { id } = yield* kit.requester
          expect((yield* budget.available(id)).currency).toBe(kit.reward.currency)
        }))

      test("MUST fall by no less than nothing and no more than the reward and its fee when work is approved", () =>
        Effect.gen(function* () {
          const budget = yield* Budget
          const agents = yield* Agents
          const provider = yield* Provider
          const { agent, run } = yield* kit.completed()
          const before = yield* budget.available(run.requester)
          yield* agents.approve(agent.id)
          const after = yield* budget.available(run.requester)
          const fee = provider.fee({ kind: "reward", amount: kit.reward, places: 1, setup: run.setup })
          expect(before.minor - after.minor).toBeGreaterThanOrEqual(0)
          expect(before.minor - after.minor).toBeLessThanOrEqual(kit.reward.minor + fee.minor)
        }))

      if (spendAll !== undefined) {
        test("MUST refuse to pay what is not there, and leave the work undecided", () =>
          Effect.gen(function* () {
            const agents = yield* Agents
            const { agent } = yield* kit.completed()
            yield* spendAll
            const error = yield* refusal(agents.approve(agent.id), "InsufficientFunds")
            expect(error.available.minor).toBeLessThan(error.needed.minor)
            expect(yield* agents.get(agent.id)).toEqual(agent)
          }))
      }

      test("MUST say RequesterNotFound of a requester it does not know", () =>
        Effect.gen(function* () {
          const budget = yield* Budget
          yield* refusal(budget.available(yield* Ids.requesterId), "RequesterNotFound")
        }))
    })
  }
}
