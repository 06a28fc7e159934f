/** What a Mock's account has, and what was done for it: each deed once for its token, kept in the Store. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { StoreError } from "../CrowdError.js"
import { type Receipt, receipt, type Sent } from "../Driver.js"
import type { Token } from "../Ids.js"
import { byId } from "../journal/payload.js"
import * as Money from "../Money.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import { Deed, type Method, type MethodErrors } from "./options.js"

const provider = "mock"
const accountId = `${provider}/account`
const deedId = (token: Token): string => `${provider}/deed/${token}`

type Row = typeof tables.data.schema.Type

const corrupt = (id: string) => (error: { readonly message: string }) =>
  new StoreError({ reason: "Corrupt", operation: `read ${id}`, description: error.message })

const deedOf = ({ id, value }: Row): Effect.Effect<Deed, StoreError> =>
  Effect.mapError(Schema.decodeUnknown(Deed)(value), corrupt(id))

const again = (deed: Deed): Deed => ({ ...deed, times: deed.times + 1 })

const affords = (account: Money.Money, price: Money.Money): boolean =>
  account.currency === price.currency && price.minor <= account.minor

/** What a deed costs, and the error of a crowd that is not paid. */
export interface Charge<Order, E> {
  readonly of: (order: Order) => Money.Money
  readonly unpaid: (needed: Money.Money, available: Money.Money) => E
}

export interface Ledger {
  readonly balance: Effect.Effect<Money.Money, StoreError>
  readonly setBalance: (value: Money.Money) => Effect.Effect<void, StoreError>
  readonly deeds: Effect.Effect<ReadonlyArray<Deed>, StoreError>
  /** Does what is new, once for each token. */
  readonly perform: <M extends Method, Order>(
    method: M,
    orders: ReadonlyArray<Sent<Order>>,
    subject: (order: Order) => string,
    charge: Charge<Order, MethodErrors[M]> | undefined
  ) => Effect.Effect<ReadonlyArray<Either.Either<Receipt, MethodErrors[M]>>, StoreError>
}

export const make = (store: Store.Service, opening: Money.Money): Ledger => {
  const balance = Effect.flatMap(
    store.get(tables.data, accountId),
    Option.match({
      onNone: () => Effect.succeed(opening),
      onSome: ({ value }) => Effect.mapError(Schema.decodeUnknown(Money.Money)(value), corrupt(accountId))
    })
  )

  /** Of a transaction: until its end nobody else pays, also where nobody has paid before. */
  const held = Effect.zipRight(store.insert(tables.data, [{ id: accountId, provider, value: { ...opening } }]), balance)

  const setBalance: Ledger["setBalance"] = (value) =>
    store.put(tables.data, [{ id: accountId, provider, value: { ...value } }])

  const deeds: Ledger["deeds"] = Effect.gen(function* () {
    const rows = yield* store.page(tables.data, { where: { provider }, limit: Number.MAX_SAFE_INTEGER })
    return yield* Effect.forEach(
      rows.filter(({ id }) => id !== accountId),
      deedOf
    )
  })

  const perform = <M extends Method, Order>(
    method: M,
    orders: ReadonlyArray<Sent<Order>>,
    subject: (order: Order) => string,
    charge: Charge<Order, MethodErrors[M]> | undefined
  ): Effect.Effect<ReadonlyArray<Either.Either<Receipt, MethodErrors[M]>>, StoreError> =>
    store.transaction(
      Effect.gen(function* () {
        let account = yield* held
        const before = byId(
          yield* store.getAll(
            tables.data,
            orders.map(({ token }) => deedId(token))
          )
        )
        const deeds: Array<Deed> = []
        const answers: Array<Either.Either<Receipt, MethodErrors[M]>> = []
        for (const { order, token } of orders) {
          const known = before.get(deedId(token))
          const price = known === undefined ? charge?.of(order) : undefined
          if (charge !== undefined && price !== undefined && !affords(account, price)) {
            answers.push(Either.left(charge.unpaid(price, account)))
            continue
          }
          if (price !== undefined) account = Money.make(account.minor - price.minor, account.currency)
          deeds.push(
            known === undefined
              ? { token, method, subject: subject(order), times: 1, charged: price?.minor ?? 0 }
              : again(yield* deedOf(known))
          )
          answers.push(Either.right(receipt({ remoteId: subject(order) })))
        }
        yield* store.put(tables.data, [
          ...deeds.map((deed) => ({ id: deedId(deed.token), provider, value: { ...deed } })),
          ...(charge === undefined ? [] : [{ id: accountId, provider, value: { ...account } }])
        ])
        return answers
      })
    )

  return { balance, setBalance, deeds, perform }
}
