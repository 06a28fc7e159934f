/**
 * The pages for people, over HTTP at this machine's port; imported only by commands that serve them, because others
 * need not wait for it.
 */
import * as HttpServer from "@effect/platform/HttpServer"
import type { ServeError } from "@effect/platform/HttpServerError"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Core } from "../Provider.js"
import * as connections from "../server/connections.js"
import * as Server from "../server/Server.js"
import { CannotListen } from "./failure.js"
import * as optionalPackages from "./optionalPackages.js"
import { type Addresses, addressesOf, hostsOf, type Settings } from "./serverSettings.js"

/** Counted from when nothing is under way any more, or patience has ended: for answers on their way to slow clients. */
const grace = "2 seconds"

const listening = ({ host, people, port }: Settings): Layer.Layer<HttpServer.HttpServer, ServeError> =>
  Layer.suspend(() => {
    const isBehindProxy = (people.proxies ?? []).length > 0
    const { perAddress } = connections.byDefault
    const server = connections.make({
      ...connections.byDefault,
      perAddress: isBehindProxy ? undefined : perAddress
    })
    const cutOff = Effect.forkDaemon(
      Effect.delay(
        Effect.sync(() => server.closeAllConnections()),
        grace
      )
    )
    return Layer.provideMerge(
      Layer.scopedDiscard(Effect.addFinalizer(() => cutOff)),
      NodeHttpServer.layerServer(() => server, { host, port })
    )
  })

const adviceFor = (code: unknown, { host, port }: Settings): string => {
  if (code === "EADDRINUSE") return `Port ${port} is taken. Stop what listens there, or choose another with --port.`
  if (code === "EACCES") return `This process may not listen at port ${port}. Choose one above 1023 with --port.`
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `This machine has no address ${host} to listen at. Choose another with --host.`
  }
  return `Cannot listen at ${host}, port ${port} (${String(code)}). Choose others with --host and --port.`
}

const cannotListen = (settings: Settings, { cause }: ServeError): CannotListen => {
  const code = Predicate.hasProperty(cause, "code") ? cause.code : cause
  return new CannotListen({ host: settings.host, port: settings.port, description: adviceFor(code, settings) })
}

/** Where its packages are not installed, nobody asks for metrics. */
const metrics = ({ token }: Settings) =>
  Effect.map(
    optionalPackages.imported(() => import("../server/Prometheus.js")),
    Option.match({ onNone: () => Layer.empty, onSome: (prometheus) => prometheus.layer({ token }) })
  )

const reach = ({ isReachable }: Addresses, { people, url }: Settings): ReadonlyArray<string> => {
  if (Option.isSome(url)) return []
  if (!isReachable) return ["Only this machine reaches them; --host 0.0.0.0 opens them to your network."]
  return people.allow === undefined
    ? ["Everybody who can reach this machine may take part; --allow CIDR says who may."]
    : []
}

/** How people are told from one another. */
const identity = ({ people: { identify } }: Settings): string =>
  identify === "name"
    ? "People are told apart by a name they choose, kept in their browser."
    : "People are told apart by their ip address: two behind one address count as one, and take turns; --identify name tells them apart."

export interface Opened {
  readonly workers: ReadonlyArray<string>
  /** With what opens it; browsers keep the part after `#` to themselves. */
  readonly console: string
  /** For people. */
  readonly description: string
}

const describe = (addresses: Addresses, settings: Settings): Opened => {
  const console = `${addresses.console}#${encodeURIComponent(Redacted.value(settings.token))}`
  const description =
    settings.serves === "sent"
      ? [...addresses.workers.map((address) => `Participants are sent to ${address}`), `Requester: ${console}`]
      : [
          ...addresses.workers.map((address) => `Workers:   ${address}`),
          `Requester: ${console}`,
          identity(settings),
          ...reach(addresses, settings)
        ]
  return { workers: addresses.workers, console, description: description.join("\n") }
}

/** What is served at the same port, beside the pages. */
export type More = Pick<Server.Options, "routes" | "accepts">

/** Serves until the scope ends; then finishes what is under way. */
export const open = (
  settings: Settings,
  { accepts, routes: more = Layer.empty }: More = {}
): Effect.Effect<Opened, CannotListen, Core | Scope.Scope> =>
  Effect.gen(function* () {
    const { framed, notice, secret, token } = settings
    const routes = Layer.merge(yield* metrics(settings), more)
    const served = Layer.provideMerge(
      Server.layer({
        secret,
        token,
        notice,
        routes,
        accepts,
        url: Option.getOrUndefined(Option.orElse(settings.url, () => Option.map(framed, ({ pages }) => pages))),
        framesUrl: Option.getOrUndefined(Option.map(framed, ({ frames }) => frames)),
        hosts: hostsOf(settings)
      }),
      listening(settings)
    )
    const context = yield* Layer.build(served).pipe(
      Effect.catchTags({
        ServeError: (error) => cannotListen(settings, error),
        // These were checked before.
        InvalidSetting: Effect.die
      })
    )
    const { address } = Context.get(context, HttpServer.HttpServer)
    return describe(addressesOf(settings, address._tag === "TcpAddress" ? address.port : settings.port), settings)
  })
