/**
 * Crowds that speak Amazon Mechanical Turk's protocol: its sandbox, its marketplace (whose end Amazon announced for
 * 30 September 2026), and any other endpoint. A run is one HITType, a row one HIT with an assignment for
 * each of its units.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import type { Budget } from "./Budget.js"
import type { InvalidSetting, StoreError } from "./CrowdError.js"
import type { Messages } from "./Messages.js"
import { balance } from "./mturk/account.js"
import * as client from "./mturk/client.js"
import type { Crowd } from "./mturk/crowd.js"
import * as driver from "./mturk/driver.js"
import { keep, resolve } from "./mturk/environment.js"
import { feesOf } from "./mturk/fees.js"
import type { Options } from "./mturk/options.js"
import { messages } from "./mturk/people.js"
import * as qualifications from "./mturk/qualifications.js"
import { checkHost } from "./mturk/questions.js"
import { paceOf } from "./mturk/sharedPacer.js"
import * as Provider from "./Provider.js"
import type { Qualifications } from "./Qualifications.js"
import * as Store from "./Store.js"

export type { Credentials, Mode, Options, Requirement } from "./mturk/options.js"

/**
 * Everything a crowd of this protocol provides.
 *
 * @since 0.1.0
 * @category models
 */
export type Provides = Provider.Core | Qualifications | Budget | Messages

/**
 * What `Agents.register` takes: what the service wrote into the address of the page that a worker opened.
 *
 * @since 0.1.0
 * @category models
 */
export const ProviderData = driver.ProviderData
/**
 * @since 0.1.0
 * @category models
 */
export interface ProviderData extends Schema.Schema.Type<typeof ProviderData> {}

/** An order takes few calls, and may wait for its turn before each. */
const callsAnOrder = 4

const make = (options: Options) =>
  Effect.gen(function* () {
    const environment = yield* resolve(options.endpoint, options.mode ?? "sandbox")
    yield* checkHost(options.host, environment)
    const store = yield* Store.Store
    yield* keep(store, environment)
    const timeout = Duration.decode(options.timeout ?? "15 seconds")
    const concurrency = options.concurrency ?? 16
    const pace = yield* paceOf(store)
    const calls = yield* client.make({ environment, credentials: options.credentials, timeout, concurrency, pace })
    const crowd: Crowd = {
      client: calls,
      store,
      environment,
      fee: feesOf(options.fees ?? "amazon", options.requirements ?? []),
      requirements: options.requirements ?? [],
      balance: balance(calls),
      compensate: options.compensate ?? false,
      concurrency
    }
    const made = driver.make(crowd, {
      host: options.host,
      timeout: Duration.times(timeout, callsAnOrder)
    })
    return Provider.layer({
      driver: made,
      qualifications: qualifications.make(crowd),
      budget: { available: () => crowd.balance },
      messages: messages(crowd)
    })
  })

/**
 * A crowd behind an endpoint of the protocol; the sandbox unless told otherwise. A database belongs to one environment:
 * ids of the sandbox mean nothing in production.
 *
 * @example
 * import * as MTurk from "effect-crowd/MTurk"
 * import * as Store from "effect-crowd/Store"
 * import * as Layer from "effect/Layer"
 *
 * const sandbox = Layer.provide(MTurk.layer(), Store.layerMemory)
 * const ours = Layer.provide(MTurk.layer({ endpoint: "http://127.0.0.1:8080", fees: "none" }), Store.layerMemory)
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Provides, InvalidSetting | StoreError, Store.Store> =>
  Layer.unwrapScoped(make(options))

/**
 * The same with options from the configuration.
 *
 * @example
 * import * as MTurk from "effect-crowd/MTurk"
 * import * as Config from "effect/Config"
 *
 * MTurk.layerConfig({ endpoint: Config.string("MTURK_ENDPOINT"), mode: Config.literal("sandbox", "production")("MTURK_MODE") })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<Provides, InvalidSetting | StoreError | ConfigError, Store.Store> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))
