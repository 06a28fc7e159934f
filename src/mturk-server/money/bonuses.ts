/** Bonuses: charged, listed, and owed to the worker in the run. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ids from "../../Ids.js"
import * as Money from "../../Money.js"
import { type Context, orRefused } from "../context.js"
import * as hits from "../hits/hits.js"
import * as ids from "../ids.js"
import * as people from "../people/people.js"
import * as limits from "../protocol/limits.js"
import * as listing from "../protocol/listing.js"
import { operations, type SendBonusRequest } from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"
import * as tokens from "../protocol/tokens.js"
import * as assignments from "../work/assignments.js"
import * as decisions from "../work/decisions.js"
import { parseAmount } from "./ledger.js"

const send = (context: Context, caller: Caller, input: SendBonusRequest) =>
  Effect.gen(function* () {
    const { AssignmentId, Reason: reason, UniqueRequestToken: token, WorkerId } = input
    yield* limits.notEmpty("Reason", reason)
    const amount = yield* parseAmount(input.BonusAmount)
    if (amount === 0) return yield* refusal.invalidValue("The BonusAmount must be 0.01 or more.")
    const worker = yield* people.known(context, WorkerId)
    const unit = yield* assignments.find(context, caller, AssignmentId)
    yield* context.store.transaction(
      Effect.gen(function* () {
        if (token !== undefined) {
          const repeated = () => refusal.processedBefore(token)
          yield* tokens.use(context, caller, { kind: "bonus", token, repeated })
        }
        const work = yield* decisions.find(context, unit.id)
        if (!Option.exists(work, ({ agent }) => agent.worker === worker && Option.isSome(agent.submittedAt))) {
          return yield* refusal.invalidValue(`Worker ${WorkerId} has not submitted Assignment ${AssignmentId}.`)
        }
        const key = yield* Effect.flatMap(Ids.Ids, ({ next }) => next)
        yield* orRefused(context.workers.bonus({ worker, unit: unit.id, amount: Money.make(amount), reason, key }))
      })
    )
  })

const list = (context: Context, hit: string, assignment: string | undefined, asked: listing.Asked) =>
  listing.page(asked, {
    read: (after, limit) =>
      Effect.map(context.rows.bonuses.page(hit, { after: after === "" ? (assignment ?? "") : after, limit }), (page) =>
        assignment === undefined ? page : page.filter(({ value }) => value.assignment === assignment)
      ),
    keyOf: ({ key }) => key,
    show: (entries) =>
      Effect.succeed(
        entries.map(({ key, value }) => ({
          key,
          item: {
            WorkerId: value.worker,
            AssignmentId: value.assignment,
            BonusAmount: value.amount,
            Reason: value.reason,
            GrantTime: value.at
          }
        }))
      )
  })

export const handlers = (context: Context) => [
  on(operations.SendBonus, (input, caller) => Effect.as(send(context, caller, input), {})),
  on(operations.ListBonusPayments, ({ AssignmentId, HITId, ...asked }, caller) =>
    Effect.gen(function* () {
      const hit =
        AssignmentId === undefined
          ? HITId
          : ids.hitOf((yield* assignments.find(context, caller, AssignmentId)).assignment)
      if (hit === undefined) return yield* refusal.invalidValue("Either HITId or AssignmentId is needed.")
      yield* hits.owned(context, caller, hit)
      const { items, ...page } = yield* list(context, hit, AssignmentId, asked)
      return { ...page, BonusPayments: items }
    })
  )
]
