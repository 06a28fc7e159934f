/** The account. */
import * as Effect from "effect/Effect"
import * as amounts from "./amounts.js"
import type { Context } from "./context.js"
import * as ledger from "./ledger.js"
import { operations } from "./model.js"
import { on } from "./operation.js"

export const handlers = (context: Context) => [
  on(operations.GetAccountBalance, (_, caller) =>
    Effect.map(ledger.balanceOf(context, caller.requester), (balance) => ({
      AvailableBalance: amounts.print(balance),
      OnHoldBalance: "0.00"
    }))
  )
]
