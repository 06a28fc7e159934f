import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { InsufficientFunds, type StoreError } from "../CrowdError.js"
import type { Observation, Outward } from "../Driver.js"
import type { Token } from "../Ids.js"
import type * as Money from "../Money.js"
import type * as Store from "../Store.js"
import * as Ledger from "./ledger.js"
import type { Call, Method, MethodErrors, Service } from "./options.js"

const callsKept = 10_000

interface Scripted<M extends Method> {
  readonly effect: Effect.Effect<void, MethodErrors[M]>
  readonly when: "before" | "after"
}

type Scripts = { readonly [M in Method]: Array<Scripted<M>> }

const noScripts = (): Scripts => ({
  register: [],
  isRegistered: [],
  confirm: [],
  exit: [],
  setup: [],
  draft: [],
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
    charge?: Ledger.Charge<Order, MethodErrors[M]>
  ) => Outward<Order, MethodErrors[M]>
}

/** What was called, and what a test has scripted to run around it. */
const makeCalls = Effect.map(Ref.make(Chunk.empty<Call>()), (calls) => {
  const scripts = noScripts()

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

  const script: Service["script"] = (method, effect, when = "before") =>
    Effect.sync(() => {
      scripts[method].push({ effect, when })
    })

  return { calls: Effect.map(calls.get, Chunk.toReadonlyArray), around, script }
})

export const make = (store: Store.Service, opening: Money.Money): Effect.Effect<Side> =>
  Effect.gen(function* () {
    const observations = yield* SubscriptionRef.make<ReadonlyArray<Observation>>([])
    const version = yield* SubscriptionRef.make(0)
    const { around, calls, script } = yield* makeCalls
    const ledger = Ledger.make(store, opening)

    const changed = SubscriptionRef.update(version, (n) => n + 1)

    const state: Service["state"] = Effect.gen(function* () {
      return {
        balance: yield* ledger.balance,
        deeds: yield* ledger.deeds,
        observations: yield* observations.get
      }
    })

    const outward: Side["outward"] = (method, subject, charge) => ({
      pageSize: 100,
      concurrency: 4,
      repeatableFor: Duration.infinity,
      lookUp: Option.none(),
      send: (orders) =>
        around(
          method,
          orders.map(({ token }) => token),
          Effect.orDie(Effect.zipLeft(ledger.perform(method, orders, subject, charge), changed))
        ).pipe(Effect.catchAll((error) => Effect.succeed(orders.map(() => Either.left(error)))))
    })

    return {
      state,
      balance: ledger.balance,
      setBalance: (value) => Effect.zipRight(ledger.setBalance(value), changed),
      observed: observations.get,
      news: Stream.map(observations.changes, () => undefined),
      setObservations: (all) => Effect.zipRight(SubscriptionRef.set(observations, all), changed),
      watch: Stream.mapEffect(version.changes, () => state),
      calls,
      script,
      call: (method, act) => around(method, [], act),
      outward
    }
  })

export const unpaid = (needed: Money.Money, available: Money.Money): InsufficientFunds =>
  new InsufficientFunds({ needed, available })
