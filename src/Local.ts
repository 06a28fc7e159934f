/**
 * Your own people, without a marketplace: whoever can reach the server works on its pages, known by their ip address or
 * by a name they choose. A driver on the Store; money changes hands outside, what is owed is in the run's payments.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type {
  InvalidName,
  InvalidSetting,
  NameNotTaken,
  NameTaken,
  StoreError,
  TooManyNames,
  Unwelcome
} from "./CrowdError.js"
import * as Driver from "./Driver.js"
import * as visitors from "./local/people.js"
import { check } from "./local/settings.js"
import * as Money from "./Money.js"
import * as Provider from "./Provider.js"
import type { Qualifications } from "./Qualifications.js"
import type { Store } from "./Store.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * How a worker is told from another: by their ip address (the default), or by a name they choose once, kept in a
   * signed cookie, where many share an address.
   */
  readonly identify?: "address" | "name" | undefined
  /**
   * How many new names visitors from one address (of IPv6, one /64 network) may take in an hour, in each process; 100 by
   * default.
   */
  readonly namesPerHour?: number | undefined
  /**
   * Whether a block also holds for the addresses (of IPv6, the /64 networks) at which the blocked name was seen: nobody of
   * another name takes part from there, within 3 seconds. Off by default, since names are for people who share an address.
   */
  readonly blockAddress?: boolean | undefined
  /** CIDR ranges of the proxies whose word on the client's address counts; none by default. */
  readonly proxies?: ReadonlyArray<string> | undefined
  /** The one header in which those proxies tell it; `x-forwarded-for` by default. The other is never looked at. */
  readonly proxyHeader?: "x-forwarded-for" | "forwarded" | undefined
  /** CIDR ranges from which people may take part; everywhere by default. IPv4 addresses are in no IPv6 range. */
  readonly allow?: ReadonlyArray<string> | undefined
  /** CIDR ranges from which nobody may, even where `allow` has them. */
  readonly deny?: ReadonlyArray<string> | undefined
  /** Takes all IPv6 addresses of one /64 network, which one household or machine has, for one worker. */
  readonly groupIPv6?: boolean | undefined
  /** Stores a keyed pseudonym in place of each address; needs `secret`. */
  readonly pseudonyms?: boolean | undefined
  /**
   * Signs names and makes pseudonyms; needed for both, 16 characters or more. The same in every process over one
   * database, and of that database alone: a cookie from another one would prove a name here.
   */
  readonly secret?: Redacted.Redacted<string> | undefined
}

/**
 * Where a request comes from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Visit {
  /** The address at the other end of the connection; none where there is no such thing. */
  readonly peer: Option.Option<string>
  /** Request headers by their names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  /** The cookie `crowd_worker`, if there is one. */
  readonly cookie: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Whether visitors give themselves a name. */
  readonly chooses: boolean
  /**
   * Where a visit comes from, as the peer and the trusted proxies say, whether it may take part or not: an address, of
   * IPv6 its /64 network; none where nobody can tell.
   */
  readonly network: (visit: Visit) => Option.Option<string>
  /** The worker's name; none for a visitor who has yet to choose one. */
  readonly worker: (visit: Visit) => Effect.Effect<Option.Option<string>, Unwelcome | StoreError>
  /** Gives a visitor the name they chose, first come, first served. Answers the value of the cookie that proves it. */
  readonly name: (
    visit: Visit,
    name: string
  ) => Effect.Effect<
    { readonly worker: string; readonly cookie: string },
    Unwelcome | InvalidName | NameTaken | TooManyNames | StoreError
  >
  /**
   * Frees a name whose cookie was lost: what proved it proves it no more, and whoever chooses it next is the same worker,
   * with their work and pay. Answers the name as the worker has it. Every process over the database knows within 3
   * seconds, and gives the name to nobody before 5.
   */
  readonly release: (name: string) => Effect.Effect<string, NameNotTaken | StoreError>
}

/**
 * Who visitors are.
 *
 * @since 0.1.0
 * @category services
 */
export class Local extends Context.Tag("effect-crowd/Local")<Local, Service>() {}

/**
 * Everything Local provides. Money changes hands outside, so there is no `Budget`; nobody can be written to, so there are
 * no `Messages`.
 *
 * @since 0.1.0
 * @category models
 */
export type Provides = Provider.Core | Qualifications | Local

/**
 * What `Agents.register` takes on Local: who arrives. Behind a server, that is what `Local.worker` says of the visit, not
 * what a browser says.
 *
 * @since 0.1.0
 * @category models
 */
export const ProviderData = Schema.Struct({ worker: Schema.NonEmptyTrimmedString })
/**
 * @since 0.1.0
 * @category models
 */
export interface ProviderData extends Schema.Schema.Type<typeof ProviderData> {}

const provider = "local"

/** All there is of an effect is in our own Store, so each is `settled`. */
const driver = Driver.make({
  provider,
  mode: "live",
  timeout: Duration.seconds(5),
  fee: ({ amount }) => Money.zero(amount.currency),
  registration: Driver.registration({
    provider,
    args: Schema.Struct({}),
    check: () => Effect.void,
    isRegistered: () => Effect.succeed(true)
  }),
  arrivals: Driver.arrivals({
    provider,
    schema: ProviderData,
    arrival: ({ worker }) => ({ workerName: worker, remoteUnit: Option.none(), remoteAgent: Option.none() })
  }),
  setup: () => Effect.succeed(null),
  observe: () => Stream.empty,
  news: Stream.never,
  launch: Driver.settled,
  expire: Driver.settled,
  approve: Driver.settled,
  reject: Driver.settled,
  bonus: Driver.settled,
  block: Driver.settled
})

const qualifications: Driver.QualificationsDriver = {
  create: () => Effect.succeedNone,
  delete: () => Effect.void,
  grant: Driver.settled,
  revoke: Driver.settled
}

/**
 * Local over the Store of the environment. Whoever can reach the server may work, unless the options say otherwise.
 *
 * @example
 * import * as Local from "effect-crowd/Local"
 * import * as Store from "effect-crowd/Store"
 * import * as Layer from "effect/Layer"
 *
 * const office = Layer.provide(Local.layer({ allow: ["192.168.0.0/16"] }), Store.layerMemory)
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Provides, InvalidSetting, Store> =>
  Layer.unwrapEffect(
    Effect.map(check(options), (settings) =>
      Layer.merge(Provider.layer({ driver, qualifications }), Layer.effect(Local, visitors.make(settings)))
    )
  )

/**
 * Local with options from the configuration.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<Provides, InvalidSetting | ConfigError, Store> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))
