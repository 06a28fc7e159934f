/** The account. */
import * as Effect from "effect/Effect"
import * as amounts from "./amounts.js"
import type { Context } from "./context.js"
import * as ledger from "./ledger.js"
import { operations } from "./model.js"
import { on } from "./operation.js"
import * as upkeep from "./upkeep.js"

export const handlers = (context: Context) => [
  on(operations.GetAccountBalance, (_, caller) =>
    Effect.gen(function* () {
      yield* upkeep.expireOverdue(context, caller.now)
      const { available, onHold } = yield* ledger.balanceOf(context, caller.requester)
      return { AvailableBalance: amounts.print(available), OnHoldBalance: amounts.print(onHold) }
    })
  )
]
