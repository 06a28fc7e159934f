/** How many connections there may be, and how much may be asked over one: nobody keeps the server from the others. */
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"

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

/** The connections by where they come from, the oldest first. */
const makeTable = () => {
  const byAddress = new Map<string, Set<Socket>>()
  let count = 0
  return {
    add: (address: string, socket: Socket) => {
      const there = byAddress.get(address) ?? new Set()
      byAddress.set(address, there.add(socket))
      count++
    },
    remove: (address: string, socket: Socket) => {
      const there = byAddress.get(address)
      if (there?.delete(socket) !== true) return
      count--
      if (there.size === 0) byAddress.delete(address)
    },
    count: () => count,
    of: (address: string): ReadonlySet<Socket> => byAddress.get(address) ?? new Set(),
    /** Those of whoever has most. */
    most: (): ReadonlySet<Socket> =>
      [...byAddress.values()].reduce((most, there) => (there.size > most.size ? there : most), new Set<Socket>())
  }
}

const cutOffOldest = (sockets: ReadonlySet<Socket>) => {
  for (const socket of sockets) return socket.destroy()
}

/** Keeps the server to the limits. Too many from one address lose their oldest; too many in all, whoever has most. */
export const bound = (
  server: Server,
  { inAll, perAddress = inAll, perConnection, unanswered }: Limits = byDefault
): Server => {
  const connections = makeTable()
  const waiting = new WeakMap<Socket, number>()

  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? ""
    socket.once("close", () => connections.remove(address, socket))
    connections.add(address, socket)
    if (connections.of(address).size > perAddress) cutOffOldest(connections.of(address))
    else if (connections.count() > inAll) cutOffOldest(connections.most())
  })

  server.maxRequestsPerSocket = perConnection
  server.on("dropRequest", (_, socket) => socket.destroy())
  server.prependListener("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    const count = (waiting.get(socket) ?? 0) + 1
    waiting.set(socket, count)
    response.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    if (count > unanswered) socket.destroy()
  })
  return server
}
