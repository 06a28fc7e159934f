/** The account and its ledger: every cent that left it, for what. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InsufficientFunds, type StoreError } from "../../CrowdError.js"
import type { RequesterId } from "../../Ids.js"
import * as Money from "../../Money.js"
import type { Context } from "./context.js"
import * as refusal from "./refusal.js"

/** What the sandbox always says. */
const sandboxBalance = 1_000_000

export const balanceOf = (context: Context, account: RequesterId): Effect.Effect<number, StoreError> =>
  Effect.map(
    context.rows.accounts.get(account),
    Option.match({
      onNone: () => Option.getOrElse(context.balance, () => sandboxBalance),
      onSome: ({ balance }) => balance
    })
  )

/** Fails unless the account could pay this much now. */
export const require = (
  context: Context,
  account: RequesterId,
  cost: number
): Effect.Effect<void, refusal.Refusal | StoreError> =>
  Option.isNone(context.balance)
    ? Effect.void
    : Effect.flatMap(balanceOf(context, account), (balance) => (balance < cost ? refusal.noFunds : Effect.void))

export interface Charge {
  readonly kind: "reward" | "bonus"
  /** What it is for; each is charged once. */
  readonly subject: string
  readonly amount: number
  readonly fee: number
  readonly at: DateTime.Utc
}

/** Takes a payment and its fee from the account, if that was not done before. Belongs into the transaction of what is paid. */
export const charge = (
  context: Context,
  account: RequesterId,
  { amount, at, fee, kind, subject }: Charge
): Effect.Effect<boolean, InsufficientFunds | StoreError> =>
  Effect.gen(function* () {
    const { accounts, ledger } = context.rows
    const entry = { kind, subject, amount, fee, at }
    if (!(yield* ledger.insert(account, `${account}/${kind}/${subject}`, entry))) return false
    if (Option.isNone(context.balance)) return true
    yield* accounts.insert("", account, { balance: context.balance.value })
    const balance = yield* balanceOf(context, account)
    if (balance < amount + fee) {
      return yield* new InsufficientFunds({ needed: Money.make(amount + fee), available: Money.make(balance) })
    }
    yield* accounts.put("", account, { balance: balance - amount - fee })
    return true
  })
