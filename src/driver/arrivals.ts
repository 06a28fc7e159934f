/** What a browser says of whoever comes, and whether the crowd confirms it. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type { Details } from "../Agents.js"
import { InvalidProviderData, type ProviderError } from "../CrowdError.js"
import { decodeUntrusted } from "../internal/untrusted.js"
import type { TaskRun } from "../TaskRuns.js"

/**
 * What a browser said when its worker accepted: who it is and, where the crowd tells, of which offer and under which name
 * of its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface Arrival {
  readonly workerName: string
  /** The crowd's name for the offer; none where any free unit of the run will do. */
  readonly offer: Option.Option<string>
  /** The crowd's name for this piece of work. Crowds reuse it, so it counts only together with the worker. */
  readonly remoteAgent: Option.Option<string>
  /** What else is kept with the agent. */
  readonly details?: Details | undefined
}

/**
 * An arrival as a browser says it. The crowd is asked to confirm it before a unit is given, but not again for an agent
 * that is known by the same worker and `remoteAgent` and has not left.
 *
 * @since 0.1.0
 * @category models
 */
export interface Arriving {
  readonly arrival: Arrival
  /** Left out where what a browser says is believed. */
  readonly confirm?: ((run: TaskRun) => Effect.Effect<void, InvalidProviderData | ProviderError>) | undefined
}

/**
 * What a driver decodes arrivals with. Made by `arrivals`; by hand where what a browser sends is different in each run.
 *
 * @since 0.1.0
 * @category models
 */
export type Arrivals = (data: unknown, run: TaskRun) => Effect.Effect<Arriving, InvalidProviderData>

/**
 * `Arrivals` from the Schema of what the browser shim sends.
 *
 * @example
 * import { Driver } from "effect-crowd"
 * import * as Option from "effect/Option"
 * import * as Schema from "effect/Schema"
 *
 * export const arrivals = Driver.arrivals({
 *   provider: "acme",
 *   schema: Schema.Struct({ worker: Schema.NonEmptyString, place: Schema.String }),
 *   arrival: ({ place, worker }) => ({
 *     workerName: worker,
 *     offer: Option.some(place), // the crowd decides who gets which unit
 *     remoteAgent: Option.none()
 *   })
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const arrivals = <Data, Encoded>(options: {
  readonly provider: string
  readonly schema: Schema.Schema<Data, Encoded>
  readonly arrival: (data: Data) => Arrival
  /**
   * Asks the crowd, where what a browser says can be made up. `InvalidProviderData` where it knows of no such arrival; it
   * is asked again after an error that may pass. Default: what is said is believed.
   */
  readonly confirm?:
    | ((arrival: Arrival, run: TaskRun, data: Data) => Effect.Effect<void, InvalidProviderData | ProviderError>)
    | undefined
}): ((data: unknown) => Effect.Effect<Arriving, InvalidProviderData>) => {
  const { confirm } = options
  const decode = decodeUntrusted(options.schema)
  return (data) =>
    Either.match(decode(data), {
      onLeft: (error) =>
        Effect.fail(new InvalidProviderData({ provider: options.provider, description: error.message })),
      onRight: (decoded) => {
        const arrival = options.arrival(decoded)
        return Effect.succeed({ arrival, confirm: confirm && ((run) => confirm(arrival, run, decoded)) })
      }
    })
}
