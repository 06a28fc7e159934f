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
  /**
   * What is connected passes nothing any more and does not end, as where a machine is gone; new connections go through.
   */
  readonly hang: Effect.Effect<void>
  /** The same of new connections, until it is mended. */
  readonly hangAll: Effect.Effect<void>
}

/** Lays one to the database of this address, until the scope ends. */
export const lay = (database: string): Effect.Effect<Line, never, Scope.Scope> =>
  Effect.gen(function* () {
    const target = new URL(database)
    const sockets = new Set<net.Socket>()
    let isCut = false
    let isMute = false
    const keep = (socket: net.Socket) => {
      sockets.add(socket)
      socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket))
    }
    const server = net.createServer((near) => {
      keep(near)
      if (isCut) return near.destroy()
      if (isMute) return near.pause()
      const far = net.connect(Number(target.port), target.hostname)
      keep(far)
      near.pipe(far).pipe(near)
      near.on("close", () => far.destroy())
      far.on("close", () => near.destroy())
    })
    const endAll = () => {
      for (const socket of sockets) socket.destroy()
    }
    const silence = () => {
      for (const socket of sockets) socket.unpipe().pause()
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
        isMute = false
      }),
      hang: Effect.sync(silence),
      hangAll: Effect.sync(() => {
        isMute = true
        silence()
      })
    }
  })
