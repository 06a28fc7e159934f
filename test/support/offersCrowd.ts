/**
 * A crowd in this process whose offers hold a row's units, or a run's: what it was asked, what it has, and what it
 * says.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../../src/CrowdError.js"
import * as Driver from "../../src/Driver.js"
import type { Token } from "../../src/Ids.js"
import * as Money from "../../src/Money.js"
import * as Provider from "../../src/Provider.js"
import * as Store from "../../src/Store.js"
import * as QuietCrowd from "./quietCrowd.js"

const provider = "places"

const Data = Schema.Struct({
  worker: Schema.String,
  offer: Schema.optionalWith(Schema.String, { as: "Option" }),
  work: Schema.optionalWith(Schema.String, { as: "Option" })
})

export interface Options {
  readonly offers: Driver.Offers
  /** Whether a launch can be neither repeated nor looked up; what is lost of it is uncertain. */
  readonly uncertain?: boolean
  /** Whether it is told of who has done all they may. */
  readonly excludes?: boolean
}

export type Sending = (act: Effect.Effect<Driver.Receipt>) => Effect.Effect<Driver.Receipt, ProviderError>

/** One crowd, and all that it was asked. */
export const make = ({ excludes = false, offers, uncertain = false }: Options) => {
  const launched: Array<{ readonly token: Token; readonly order: Driver.LaunchOrder }> = []
  const closed: Array<string> = []
  const excluded: Array<string> = []
  const says: Array<Driver.Observation> = []
  const sendings: Array<Sending> = []
  const places = new Map<string, number>()
  const done = new Map<Token, Driver.Receipt>()
  /** Takes no more places in these. */
  const full = new Set<string>()

  const offerFor = ({ offer, places: wanted, units }: Driver.LaunchOrder): string => {
    const known = Option.getOrUndefined(Option.filter(offer, (id) => !full.has(id)))
    const id = known ?? `offer-${places.size}`
    places.set(id, known === undefined ? units.length : Math.max(wanted, places.get(id) ?? 0))
    return id
  }

  /** Does it once under each token, and as the test says this time. */
  const outward = <Order>(
    act: (order: Order, token: Token) => Driver.Receipt
  ): Driver.Outward<Order, ProviderError> => ({
    pageSize: 10,
    concurrency: 1,
    repeatableFor: uncertain ? Duration.zero : Duration.infinity,
    lookUp: Option.none(),
    send: (orders) =>
      Effect.forEach(orders, ({ order, token }) => {
        const once = Effect.sync(() => {
          const receipt = done.get(token) ?? act(order, token)
          done.set(token, receipt)
          return receipt
        })
        return Effect.either((sendings.shift() ?? ((act) => act))(once))
      })
  })

  const driver = Driver.make({
    ...QuietCrowd.make(provider),
    offers,
    fee: ({ amount, places }) => Money.percent(amount, places >= 3 ? 40 : 20),
    arrivals: Driver.arrivals({
      provider,
      schema: Data,
      arrival: ({ offer, work, worker }) => ({ workerName: worker, offer, remoteAgent: work })
    }),
    observe: () => Stream.suspend(() => Stream.fromIterable([...says])),
    launch: outward((order, token) => {
      launched.push({ token, order })
      return Driver.receipt({ remoteId: offerFor(order) })
    }),
    expire: outward(({ offer }) => {
      closed.push(Option.getOrElse(offer, () => ""))
      return Driver.receipt()
    }),
    approve: Driver.settled,
    reject: Driver.settled,
    bonus: Driver.settled,
    block: Driver.settled,
    ...(excludes
      ? {
          exclude: outward(({ worker }: Driver.ExcludeOrder) => {
            excluded.push(worker.name)
            return Driver.receipt()
          })
        }
      : {})
  })

  const over = Provider.layer({ driver })

  return {
    /** A process of ours that hires it. */
    over,
    layer: Layer.provideMerge(over, Store.layerMemory),
    launched,
    /** What was asked of each launch, in short. */
    asked: () =>
      launched.map(({ order }) => ({
        units: order.units.length,
        offer: Option.getOrNull(order.offer),
        size: order.size,
        places: order.places
      })),
    closed,
    excluded,
    says,
    places,
    full,
    /** How the next sendings go, one after the other. */
    next: (...ways: ReadonlyArray<Sending>) => sendings.push(...ways)
  }
}

/** The crowd does it, and its answer is lost. */
export const lost =
  (error: ProviderError): Sending =>
  (act) =>
    Effect.zipRight(act, Effect.fail(error))

/** The crowd does it, and never answers. */
export const silent: Sending = (act) => Effect.zipRight(act, Effect.never)
