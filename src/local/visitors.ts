import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { InvalidName, NameTaken, type StoreError, Unwelcome } from "../CrowdError.js"
import type { Service, Visit } from "../Local.js"
import * as Store from "../Store.js"
import { data } from "../store/tables.js"
import { type Address, isWithin } from "./address.js"
import * as names from "./names.js"
import { originOf } from "./origin.js"
import type { Identity, Settings } from "./settings.js"

const provider = "local"

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

/** Keeps the name for whoever comes first: answers whether that is now. */
const reserve = (store: Store.Service, name: string): Effect.Effect<boolean, StoreError> =>
  Effect.map(
    store.insert(data, [{ id: `${provider}/name/${names.keyOf(name)}`, provider, value: { name } }]),
    (inserted) => inserted.length > 0
  )

const byAddress = ({ workerAt }: Identity & { readonly _tag: "Address" }, settings: Settings): Service => {
  const address = welcome(settings)
  return {
    chooses: false,
    worker: (visit) => Effect.map(address(visit), (origin) => Option.some(workerAt(origin))),
    name: (visit, name) =>
      Effect.zipRight(address(visit), new InvalidName({ name, description: "people are known by their address here" }))
  }
}

/** Where nobody is kept out, it does not matter from where visitors with a name come. */
const byName = (
  { secret }: Identity & { readonly _tag: "Name" },
  settings: Settings,
  store: Store.Service
): Service => {
  const isOpen = Option.isNone(settings.allow) && settings.deny.length === 0
  const admit = isOpen ? () => Effect.void : welcome(settings)
  const proven = ({ cookie }: Visit) => Option.flatMap(cookie, (value) => names.provenBy(secret, value))
  return {
    chooses: true,
    worker: (visit) => Effect.as(admit(visit), proven(visit)),
    name: (visit, given) =>
      Effect.gen(function* () {
        yield* admit(visit)
        const name = yield* names.checked(given)
        const own = Option.filter(proven(visit), (held) => names.keyOf(held) === names.keyOf(name))
        if (!(yield* reserve(store, name)) && Option.isNone(own)) return yield* new NameTaken({ name })
        const worker = Option.getOrElse(own, () => name)
        return { worker, cookie: names.cookieOf(secret, worker) }
      })
  }
}

export const make = (settings: Settings): Effect.Effect<Service, never, Store.Store> =>
  Effect.map(Store.Store, (store) =>
    settings.identity._tag === "Address"
      ? byAddress(settings.identity, settings)
      : byName(settings.identity, settings, store)
  )
