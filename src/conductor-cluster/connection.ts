/**
 * Connections that die without a word: the database's machine is gone, or something between forgets them. The system tells
 * that after a quarter of an hour, and until then the client gives the same connection to one statement after the other.
 */
import * as net from "node:net"
import type { Duplex } from "node:stream"
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as timings from "./timings.js"

/** Sockets for a client, each of which ends once nothing has come or gone for so long, as far as that is meant. */
export const sockets =
  (silence: Duration.Duration, isMeant: () => boolean = () => true): (() => net.Socket) =>
  () => {
    const socket = new net.Socket()
    const end = () => socket.destroy(new Error(`Connection terminated: silent for ${Duration.format(silence)}`))
    return socket
      .setKeepAlive(true, Duration.toMillis(timings.keepAlive))
      .setTimeout(Duration.toMillis(silence))
      .on("timeout", () => (isMeant() ? end() : undefined))
  }

/**
 * Options of `PgClient.layer`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientOptions {
  readonly maxConnections: number
  readonly connectTimeout: Duration.Duration
  readonly idleTimeout: Duration.Duration
  readonly stream: () => Duplex
}

/** Connections that nobody uses end before they are taken for dead; the one for the locks is used at every refresh. */
export const clientOptions: ClientOptions = {
  /** One of them the engine keeps for its locks. */
  maxConnections: 4,
  connectTimeout: timings.connect,
  idleTimeout: timings.idle,
  stream: sockets(timings.databaseSilence)
}

/**
 * What a process does for the others when it stops: where the database does not answer, it goes without, for what it had
 * ends by itself. Bounded also where nothing may be interrupted, and not kept by what does not end when it is.
 */
export const farewell = <A, E, R>(saying: Effect.Effect<A, E, R>): Effect.Effect<A, E | Cause.TimeoutException, R> =>
  Effect.disconnect(saying).pipe(Effect.interruptible, Effect.timeout(timings.farewell))
