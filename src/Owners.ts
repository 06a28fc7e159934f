/**
 * Owners: which of several processes conducts which run. Absent where this process conducts all there is;
 * `ConductorCluster.layer` provides it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StoreError } from "./CrowdError.js"
import type { RunId } from "./Ids.js"

/**
 * What this process knows of who conducts what.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** `host:port` of this process, as the others know it. */
  readonly address: string
  /** The runs that this process conducts at the moment. */
  readonly owned: Effect.Effect<ReadonlyArray<RunId>>
  /** The address of the process that each of these runs belongs to. Those that belong to none just now are left out. */
  readonly ownersOf: (runs: ReadonlyArray<RunId>) => Effect.Effect<ReadonlyMap<RunId, string>, StoreError>
}

/** Who conducts which run. @since 0.1.0 @category services */
export class Owners extends Context.Tag("effect-crowd/Owners")<Owners, Service>() {}
