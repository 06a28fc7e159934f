import type * as Conductor from "../Conductor.js"

/**
 * How this process takes part in the cluster, and conducts the runs that are given to it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Pick<Conductor.Options, "every"> {
  /**
   * The address of this machine by which the other processes reach this one; `127.0.0.1` by default, where all of them
   * run on one machine. The port binds to this address alone.
   */
  readonly host?: string | undefined
  /** By default, the first port from 34431 on that is free. */
  readonly port?: number | undefined
}
