import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { InvalidName, type StoreError, Unwelcome } from "../CrowdError.js"
import type { Secret } from "../internal/signature.js"
import * as Store from "../Store.js"
import { type Address, isWithin, networkOf, pseudonym } from "./address.js"
import * as blockedNetworks from "./blockedNetworks.js"
import { originOf } from "./clientAddress.js"
import * as names from "./names.js"
import * as NewNames from "./newNameLimit.js"
import type { Service, Visit } from "./options.js"
import * as reservations from "./reservations.js"
import type { Identity, Settings } from "./settings.js"

/** The address of a visitor who may take part. */
const welcome =
  ({ allow, deny, proxies, proxyHeader }: Settings) =>
  (visit: Visit): Effect.Effect<Address, Unwelcome> => {
    const origin = originOf(visit, proxies, proxyHeader)
    if (Either.isLeft(origin)) return new Unwelcome({ address: origin.left, reason: "unreadable" })
    const refuse = (reason: Unwelcome["reason"]) => new Unwelcome({ address: origin.right.toString(), reason })
    if (isWithin(origin.right, deny)) return refuse("denied")
    return Option.exists(allow, (ranges) => !isWithin(origin.right, ranges))
      ? refuse("not_allowed")
      : Effect.succeed(origin.right)
  }

const networkIn =
  ({ proxies, proxyHeader }: Settings): Service["network"] =>
  (visit) =>
    Option.map(Either.getRight(originOf(visit, proxies, proxyHeader)), networkOf)

const byAddress = (
  { workerAt }: Identity & { readonly _tag: "Address" },
  settings: Settings,
  { release }: reservations.Service
): Service => {
  const address = welcome(settings)
  return {
    chooses: false,
    network: networkIn(settings),
    worker: (visit) => Effect.map(address(visit), (origin) => Option.some(workerAt(origin))),
    name: (visit, name) =>
      Effect.zipRight(address(visit), new InvalidName({ name, description: "people are known by their address here" })),
    release
  }
}

interface Beside {
  /**
   * Refuses whoever comes from where somebody else is blocked; who is blocked themselves is told when they want to
   * work.
   */
  readonly check: (network: string, name: Option.Option<string>) => Effect.Effect<void, Unwelcome | StoreError>
  /** Writes down that the name comes from there. */
  readonly see: (network: string, name: string) => Effect.Effect<void, StoreError>
}

/** Blocks hold for names alone. */
const besideAnybody: Beside = { check: () => Effect.void, see: () => Effect.void }

/** Blocks also hold for addresses. */
const besideNobodyBlocked = ({ blockedAt, see }: blockedNetworks.Service, secret: Secret): Beside => ({
  check: (network, name) =>
    Effect.flatMap(blockedAt(pseudonym(secret, network)), (blocked) => {
      const isOneOfThem = Option.exists(name, (name) => blocked.has(names.keyOf(name)))
      return blocked.size === 0 || isOneOfThem ? Effect.void : new Unwelcome({ address: network, reason: "blocked" })
    }),
  see: (network, name) => see(pseudonym(secret, network), name)
})

/** Where nobody is kept out, it does not matter from where visitors with a name come. */
const byName = (
  { secret }: Identity & { readonly _tag: "Name" },
  settings: Settings,
  { isCurrent, release, take }: reservations.Service,
  beside: Beside
): Service => {
  const network = networkIn(settings)
  /** All of which nothing can be read are one. */
  const placeOf = (visit: Visit): string => Option.getOrElse(network(visit), () => "an unknown address")
  const newNames = NewNames.make(settings.namesPerHour)
  const isOpen = Option.isNone(settings.allow) && settings.deny.length === 0
  const admit = isOpen ? () => Effect.void : welcome(settings)

  const proven = ({ cookie }: Visit): Effect.Effect<Option.Option<names.Proof>, StoreError> => {
    const signed = Option.flatMap(cookie, (value) => names.provenBy(secret, value))
    if (Option.isNone(signed)) return Effect.succeedNone
    return Effect.map(isCurrent(signed.value), (current) => (current ? signed : Option.none()))
  }

  return {
    chooses: true,
    network,
    worker: (visit) =>
      Effect.gen(function* () {
        yield* admit(visit)
        const name = Option.map(yield* proven(visit), ({ name }) => name)
        if (Option.isSome(name)) yield* beside.see(placeOf(visit), name.value)
        yield* beside.check(placeOf(visit), name)
        return name
      }),
    name: (visit, given) =>
      Effect.gen(function* () {
        yield* admit(visit)
        const name = yield* names.checked(given)
        yield* beside.check(placeOf(visit), Option.some(name))
        const own = Option.filter(yield* proven(visit), (held) => names.keyOf(held.name) === names.keyOf(name))
        const proof = Option.isSome(own) ? own.value : yield* newNames.taking(placeOf(visit), take(name))
        yield* beside.see(placeOf(visit), proof.name)
        return { worker: proof.name, cookie: names.cookieOf(secret, proof) }
      }),
    release
  }
}

export const make = (settings: Settings): Effect.Effect<Service, never, Store.Store> =>
  Effect.gen(function* () {
    const store = yield* Store.Store
    const kept = reservations.make(store)
    const { identity } = settings
    if (identity._tag === "Address") return byAddress(identity, settings, kept)
    const beside = identity.blocksAddress
      ? besideNobodyBlocked(yield* blockedNetworks.make(store), identity.secret)
      : besideAnybody
    return byName(identity, settings, kept, beside)
  })
