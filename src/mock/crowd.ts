import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { InsufficientFunds, StoreError } from "../CrowdError.js"
import { type Observation, type Outward, type Receipt, receipt, type Sent } from "../Driver.js"
import { Token } from "../Ids.js"
import { byId } from "../journal/payload.js"
import * as Money from "../Money.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { Call, Deed, Method, MethodErrors, Service } from "./options.js"

const provider = "mock"
const callsKept = 10_000
const accountId = `${provider}/account`
const deedId = (token: Token): string => `${provider}/deed/${token}`

const DeedRow = Schema.Struct({
  token: Token,
  method: Schema.String,
  subject: Schema.String,
  times: Schema.Int,
  charged: Schema.Int
})

interface Scripted<M extends Method> {
  readonly effect: Effect.Effect<void, MethodErrors[M]>
  readonly when: "before" | "after"
}

type Scripts = { readonly [M in Method]: Array<Scripted<M>> }

const noScripts = (): Scripts => ({
  register: [],
  isRegistered: [],
  setup: [],
  cleanup: [],
  observe: [],
  offerStatus: [],
  agentStatus: [],
  markDone: [],
  launch: [],
  expire: [],
  approve: [],
  reject: [],
  bonus: [],
  block: [],
  unblock: [],
  createQualification: [],
  deleteQualification: [],
  grant: [],
  revoke: [],
  available: [],
  message: []
})

/** What a deed costs, and the error of a crowd that is not paid. */
interface Charge<Order, E> {
  readonly of: (order: Order) => Money.Money
  readonly unpaid: (needed: Money.Money, available: Money.Money) => E
}

/** The crowd's side: an account, a ledger of deeds kept in the Store, and the scripts of a test. */
export interface Side extends Service {
  readonly observed: Effect.Effect<ReadonlyArray<Observation>>
  /** An element at once, and whenever there are other observations. */
  readonly news: Stream.Stream<void>
  readonly balance: Effect.Effect<Money.Money, StoreError>
  /** A call without an order: it is written down, and what was scripted for it runs around it. */
  readonly call: <M extends Method, A>(
    method: M,
    act: Effect.Effect<A, MethodErrors[M]>
  ) => Effect.Effect<A, MethodErrors[M]>
  readonly outward: <M extends Method, Order>(
    method: M,
    subject: (order: Order) => string,
    charge?: Charge<Order, MethodErrors[M]>
  ) => Outward<Order, MethodErrors[M]>
}

export const make = (store: Store.Service, opening: Money.Money): Effect.Effect<Side> =>
  Effect.gen(function* () {
    const calls = yield* Ref.make(Chunk.empty<Call>())
    const observations = yield* SubscriptionRef.make<ReadonlyArray<Observation>>([])
    const version = yield* SubscriptionRef.make(0)
    const scripts = noScripts()

    const corrupt = (id: string) => (error: { readonly message: string }) =>
      new StoreError({ reason: "Corrupt", operation: `read ${id}`, description: error.message })

    const balance = Effect.flatMap(
      store.get(tables.data, accountId),
      Option.match({
        onNone: () => Effect.succeed(opening),
        onSome: ({ value }) => Effect.mapError(Schema.decodeUnknown(Money.Money)(value), corrupt(accountId))
      })
    )

    const changed = SubscriptionRef.update(version, (n) => n + 1)

    const setBalance: Service["setBalance"] = (value) =>
      Effect.zipRight(store.put(tables.data, [{ id: accountId, provider, value: { ...value } }]), changed)

    const deedAt = (row: typeof tables.data.schema.Type): Effect.Effect<Deed, StoreError> =>
      Effect.mapError(Schema.decodeUnknown(DeedRow)(row.value), corrupt(row.id))

    const state: Service["state"] = Effect.gen(function* () {
      const rows = yield* store.page(tables.data, { where: { provider }, limit: Number.MAX_SAFE_INTEGER })
      const deeds = yield* Effect.forEach(
        rows.filter(({ id }) => id !== accountId),
        deedAt
      )
      return { balance: yield* balance, deeds, observations: yield* observations.get }
    })

    const called = (call: Call) => Ref.update(calls, (all) => Chunk.takeRight(Chunk.append(all, call), callsKept))

    const scripted = <M extends Method>(method: M): Effect.Effect<Option.Option<Scripted<M>>> =>
      Effect.sync(() => Option.fromNullable(scripts[method].shift()))

    const around = <M extends Method, A>(
      method: M,
      tokens: ReadonlyArray<Token>,
      act: Effect.Effect<A, MethodErrors[M]>
    ): Effect.Effect<A, MethodErrors[M]> =>
      Effect.gen(function* () {
        yield* called({ method, tokens })
        const script = yield* scripted(method)
        if (Option.isNone(script)) return yield* act
        const { effect, when } = script.value
        return yield* when === "before" ? Effect.zipRight(effect, act) : Effect.zipLeft(act, effect)
      })

    /** Does what is new, once for each token. */
    const perform = <M extends Method, Order>(
      method: M,
      orders: ReadonlyArray<Sent<Order>>,
      subject: (order: Order) => string,
      charge: Charge<Order, MethodErrors[M]> | undefined
    ): Effect.Effect<ReadonlyArray<Either.Either<Receipt, MethodErrors[M]>>, StoreError> =>
      store.transaction(
        Effect.gen(function* () {
          const before = byId(
            yield* store.getAll(
              tables.data,
              orders.map(({ token }) => deedId(token))
            )
          )
          let account = yield* balance
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
                : again(yield* deedAt(known))
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

    const outward: Side["outward"] = (method, subject, charge) => ({
      pageSize: 100,
      concurrency: 4,
      repeatableFor: Duration.infinity,
      lookUp: Option.none(),
      send: (orders) =>
        around(
          method,
          orders.map(({ token }) => token),
          Effect.orDie(Effect.zipLeft(perform(method, orders, subject, charge), changed))
        ).pipe(Effect.catchAll((error) => Effect.succeed(orders.map(() => Either.left(error)))))
    })

    return {
      state,
      balance,
      setBalance,
      observed: observations.get,
      news: Stream.map(observations.changes, () => undefined),
      setObservations: (all) => Effect.zipRight(SubscriptionRef.set(observations, all), changed),
      watch: Stream.mapEffect(version.changes, () => state),
      calls: Effect.map(calls.get, Chunk.toReadonlyArray),
      script: (method, effect, when = "before") =>
        Effect.sync(() => {
          scripts[method].push({ effect, when })
        }),
      call: (method, act) => around(method, [], act),
      outward
    }
  })

const again = (deed: Deed): Deed => ({ ...deed, times: deed.times + 1 })

const affords = (account: Money.Money, price: Money.Money): boolean =>
  account.currency === price.currency && price.minor <= account.minor

export const unpaid = (needed: Money.Money, available: Money.Money): InsufficientFunds =>
  new InsufficientFunds({ needed, available })
