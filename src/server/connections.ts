/** How many connections there may be, and how much may be asked over one: nobody keeps the server from the others. */
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { turnedAway } from "./inFlight.js"
import * as quotas from "./quotas.js"

export interface Limits {
  /** From one address; none where others come through it, as with a proxy. */
  readonly perAddress: number | undefined
  readonly inAll: number
  /** Requests that came over one connection and are not answered yet. Browsers wait for their answers. */
  readonly unanswered: number
  /** Requests that one connection is good for. */
  readonly perConnection: number
}

export const byDefault: Limits = { perAddress: 256, inAll: 4_096, unanswered: 32, perConnection: 100 }

/**
 * How long a request may take to come, in milliseconds, and how large its headers may be: dribbling is no way to stay.
 */
export const paceByDefault = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384
} satisfies ServerOptions

/** Nothing came or went over a connection for so long, in milliseconds: whoever is there has stopped reading. */
const silence = 120_000

/** Nobody serves yet, or any more: only the listener that asks is left. */
const isUnserved = (server: Server): boolean => server.listenerCount("request") === 1

/** Keeps the server to the limits. Too many from one address lose their oldest; too many in all, whoever has most. */
export const bound = (
  server: Server,
  { inAll, perAddress = inAll, perConnection, unanswered }: Limits = byDefault
): Server => {
  const connections = quotas.make<Socket>({ perAddress, inAll })
  const waiting = new WeakMap<Socket, number>()

  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? ""
    socket.once("close", () => connections.give(address, socket))
    connections.take(address, socket)?.destroy()
  })

  server.timeout = silence
  server.maxRequestsPerSocket = perConnection
  server.on("dropRequest", (_, socket) => socket.destroy())
  server.prependListener("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    if (isUnserved(server)) return void response.writeHead(503, turnedAway).end()
    const count = (waiting.get(socket) ?? 0) + 1
    waiting.set(socket, count)
    response.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    if (count > unanswered) socket.destroy()
  })
  return server
}

/** A server whose requests come in time, within the limits. */
export const make = (limits: Limits = byDefault, pace: ServerOptions = paceByDefault): Server =>
  bound(createServer(pace), limits)
