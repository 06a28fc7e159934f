/** Where the other processes reach this one. */
import * as net from "node:net"
import * as os from "node:os"
import type * as SocketServer from "@effect/platform/SocketServer"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { InvalidSetting } from "../CrowdError.js"
import { isLoopback, isUnspecified } from "../internal/hosts.js"
import type { Options } from "./options.js"

export interface Address {
  readonly host: string
  readonly port: number
}

export const toText = ({ host, port }: Address): string => `${host}:${port}`

export const fromText = (text: string): Address => {
  const colon = text.lastIndexOf(":")
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) }
}

const firstPort = 34_431
/** So many ports are tried where none is named. */
const portsTried = 100

const wrongHost = (value: string, description: string) => new InvalidSetting({ setting: "host", value, description })
const wrongPort = (value: number, description: string) =>
  new InvalidSetting({ setting: "port", value: String(value), description })

const names = /^[A-Za-z0-9._:-]{1,200}$/

/** Of this machine, as far as one can tell. */
export const isHere = (host: string): boolean =>
  isLoopback(host) ||
  Object.values(os.networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host))

const checked = ({ host = "127.0.0.1", port }: Options): Effect.Effect<string, InvalidSetting> => {
  if (!names.test(host)) return wrongHost(host, "it is the name or the address of this machine, such as 10.0.0.5")
  if (isUnspecified(host)) {
    return wrongHost(
      host,
      "others cannot reach a machine by it; name the address that they have for this one, such as 10.0.0.5"
    )
  }
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535)) {
    return wrongPort(port, "a port is a whole number from 1 to 65535")
  }
  return Effect.succeed(host)
}

const codeOf = (error: SocketServer.SocketServerError): string =>
  Predicate.hasProperty(error.cause, "code") ? String(error.cause.code) : ""

const refused = ({ host, port }: Address, error: SocketServer.SocketServerError): InvalidSetting => {
  const code = codeOf(error)
  if (code === "EADDRINUSE") return wrongPort(port, `another program has it on ${host}; choose one that is free`)
  if (code === "EACCES") return wrongPort(port, "this process may not use it; choose one from 1024 on")
  return wrongHost(host, `it is no address of this machine (${code || "cannot be listened on"})`)
}

interface Listening {
  readonly address: Address
  readonly server: SocketServer.SocketServer["Type"]
}

const listenOn = (address: Address) =>
  Effect.map(NodeSocketServer.make(address), (server): Listening => ({ address, server }))

const firstFree = (host: string, port: number): Effect.Effect<Listening, InvalidSetting, Scope.Scope> =>
  Effect.catchAll(listenOn({ host, port }), (error) =>
    codeOf(error) === "EADDRINUSE" && port + 1 < firstPort + portsTried
      ? firstFree(host, port + 1)
      : refused({ host, port }, error)
  )

/** Takes the port, on this host alone. */
export const listen = (options: Options): Effect.Effect<Listening, InvalidSetting, Scope.Scope> =>
  Effect.flatMap(checked(options), (host) => {
    const { port } = options
    if (port === undefined) return firstFree(host, firstPort)
    return Effect.mapError(listenOn({ host, port }), (error) => refused({ host, port }, error))
  })

/** Whether something listens there that this process can reach. */
export const isReachable = ({ host, port }: Address): Effect.Effect<boolean> =>
  Effect.acquireUseRelease(
    Effect.sync(() => net.connect({ host, port, timeout: 1_000 })),
    (socket) =>
      Effect.async<boolean>((resume) => {
        const answer = (reached: boolean) => () => resume(Effect.succeed(reached))
        socket.once("connect", answer(true)).once("error", answer(false)).once("timeout", answer(false))
      }),
    (socket) => Effect.sync(() => socket.destroy())
  )
