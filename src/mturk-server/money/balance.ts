/** The account. */
import * as Effect from "effect/Effect"
import type { Context } from "../context.js"
import { operations } from "../protocol/model.js"
import { on } from "../protocol/operation.js"
import * as upkeep from "../upkeep.js"
import * as ledger from "./ledger.js"
import { printAmount } from "./ledger.js"

export const handlers = (context: Context) => [
  on(operations.GetAccountBalance, (_, caller) =>
    Effect.gen(function* () {
      yield* upkeep.expireOverdue(context, caller.now)
      const { available, onHold } = yield* ledger.balanceOf(context, caller.requester)
      return { AvailableBalance: printAmount(available), OnHoldBalance: printAmount(onHold) }
    })
  )
]
