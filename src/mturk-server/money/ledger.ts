/** The account and its ledger: every cent that left it, for what; and what is held for work that may still be done. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { InsufficientFunds, type StoreError } from "../../CrowdError.js"
import type { RequesterId } from "../../Ids.js"
import * as Money from "../../Money.js"
import type { Context } from "../context.js"
import * as refusal from "../protocol/refusal.js"
import type { AccountRow } from "../rows.js"

/** What the sandbox always says. */
const sandboxBalance = 1_000_000

const accountOf = (context: Context, account: RequesterId): Effect.Effect<AccountRow, StoreError> =>
  Effect.map(
    context.rows.accounts.get(account),
    Option.getOrElse(() => ({ balance: Option.getOrElse(context.balance, () => sandboxBalance), held: 0 }))
  )

/** In cents: what can be spent, and what is held for work that is not decided or not done yet. */
export const balanceOf = (context: Context, account: RequesterId) =>
  Effect.map(accountOf(context, account), ({ balance, held }) => ({ available: balance - held, onHold: held }))

/** Where money is an object: the account as `change` makes it. Belongs into a transaction. */
const update = <E>(
  context: Context,
  account: RequesterId,
  change: (row: AccountRow) => Effect.Effect<AccountRow, E>
): Effect.Effect<void, E | StoreError> =>
  Option.match(context.balance, {
    onNone: () => Effect.void,
    onSome: (balance) =>
      Effect.gen(function* () {
        const { accounts } = context.rows
        yield* accounts.insert("", account, { balance, held: 0 })
        yield* accounts.put("", account, yield* change(yield* accountOf(context, account)))
      })
  })

/** Keeps this much for what is on offer now, or fails where there is not as much to spend. */
export const hold = (context: Context, account: RequesterId, cost: number) =>
  update(context, account, ({ balance, held }) =>
    balance - held < cost ? refusal.noFunds : Effect.succeed({ balance, held: held + cost })
  )

/** Gives back what was held. */
export const release = (context: Context, account: RequesterId, cost: number): Effect.Effect<void, StoreError> =>
  update(context, account, ({ balance, held }) => Effect.succeed({ balance, held: Math.max(0, held - cost) }))

export interface Charge {
  readonly kind: "reward" | "bonus"
  /** What it is for; each is charged once. */
  readonly subject: string
  readonly amount: number
  readonly fee: number
  /** Whether it was held before. */
  readonly wasHeld: boolean
  readonly at: DateTime.Utc
}

/**
 * Takes a payment and its fee from the account, if that was not done before. Belongs into the transaction of what is
 * paid.
 */
export const charge = (
  context: Context,
  account: RequesterId,
  { amount, at, fee, kind, subject, wasHeld }: Charge
): Effect.Effect<boolean, InsufficientFunds | StoreError> =>
  Effect.gen(function* () {
    const cost = amount + fee
    const entry = { kind, subject, amount, fee, at }
    if (!(yield* context.rows.ledger.insert(account, `${account}/${kind}/${subject}`, entry))) return false
    yield* update(context, account, ({ balance, held }) => {
      const kept = held - (wasHeld ? Math.min(held, cost) : 0)
      return balance - kept < cost
        ? new InsufficientFunds({ needed: Money.make(cost), available: Money.make(balance - kept) })
        : Effect.succeed({ balance: balance - cost, held: kept })
    })
    return true
  })

/** Dollars as the protocol writes them, in cents: the pattern of the model lets a point without decimals pass. */
export const parseAmount = (text: string): Effect.Effect<number, refusal.Refusal> =>
  Either.match(Money.parse(text.replace(/\.$/, ""), Money.USD), {
    onLeft: (message) => Effect.fail(refusal.invalidValue(message)),
    onRight: ({ minor }) => Effect.succeed(minor)
  })

/** Cents as the protocol writes dollars; a balance may be below zero. */
export const printAmount = (minor: number): string => Money.toDecimal(Money.make(Math.max(0, minor)))
