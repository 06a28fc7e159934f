/** The line to a database, which can be cut. */
import * as net from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { listening } from "../support/listening.js"

export interface Line {
  /** The database's address by way of the line. */
  readonly url: string
  /** Nothing goes through any more, and nothing is connected. */
  readonly cut: Effect.Effect<void>
  readonly mend: Effect.Effect<void>
}

/** Lays one to the database of this address, until the scope ends. */
export const lay = (database: string): Effect.Effect<Line, never, Scope.Scope> =>
  Effect.gen(function* () {
    const target = new URL(database)
    const sockets = new Set<net.Socket>()
    let isCut = false
    const keep = (socket: net.Socket) => {
      sockets.add(socket)
      socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket))
    }
    const server = net.createServer((near) => {
      keep(near)
      if (isCut) return near.destroy()
      const far = net.connect(Number(target.port), target.hostname)
      keep(far)
      near.pipe(far).pipe(near)
      near.on("close", () => far.destroy())
      far.on("close", () => near.destroy())
    })
    const endAll = () => {
      for (const socket of sockets) socket.destroy()
    }
    const port = yield* listening(server)
    yield* Effect.addFinalizer(() => Effect.sync(endAll))
    const near = new URL(database)
    near.port = String(port)
    return {
      url: near.toString(),
      cut: Effect.sync(() => {
        isCut = true
        endAll()
      }),
      mend: Effect.sync(() => {
        isCut = false
      })
    }
  })
