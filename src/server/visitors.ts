/** Who is at the other end of a request, where the crowd knows its people by their connection. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { NameNeeded, type StoreError, type Unwelcome } from "../CrowdError.js"
import type { Json } from "../Json.js"
import { Local, type Visit } from "../Local.js"
import * as addresses from "../local/address.js"
import type { Worker, Service as WorkersService } from "../Workers.js"
import { noneIfNotFound } from "./notFound.js"

export const cookieName = "crowd_worker"

export const visitOf = (request: HttpServerRequest.HttpServerRequest): Visit => ({
  peer: request.remoteAddress,
  headers: request.headers,
  cookie: Option.fromNullable(request.cookies[cookieName])
})

/** Where a request comes from: what `Local` takes for it, or else the peer; of IPv6 the network. */
export const addressOf = (
  local: Option.Option<Local["Type"]>,
  { headers, remoteAddress }: HttpServerRequest.HttpServerRequest
): string =>
  Option.match(local, {
    onNone: () => Option.map(Option.flatMap(remoteAddress, addresses.read), addresses.networkOf),
    onSome: ({ network }) => network({ peer: remoteAddress, headers, cookie: Option.none() })
  }).pipe(Option.getOrElse(() => "unknown"))

/** The visit, and who is visiting. */
export interface Visitor {
  readonly visit: Visit
  /** The name of the worker; none where the crowd cannot tell, or they have yet to choose one. */
  readonly worker: Option.Option<string>
  /** Whether the crowd tells its workers by their connections. */
  readonly isTold: boolean
}

/** The worker of this name; none where the crowd cannot tell who it is, or has never met them. */
export const workerOf = (
  workers: WorkersService,
  name: Option.Option<string>
): Effect.Effect<Option.Option<Worker>, StoreError> =>
  Option.match(name, {
    onNone: () => Effect.succeedNone,
    onSome: (name) => noneIfNotFound(workers.findByName(name))
  })

export const make = Effect.map(Effect.serviceOption(Local), (local) => {
  const isTold = Option.isSome(local)

  const visitor: Effect.Effect<Visitor, Unwelcome | StoreError, HttpServerRequest.HttpServerRequest> = Effect.gen(
    function* () {
      const visit = visitOf(yield* HttpServerRequest.HttpServerRequest)
      const worker = Option.isSome(local) ? yield* local.value.worker(visit) : Option.none()
      return { visit, worker, isTold }
    }
  )

  /** What `Agents.register` is given: what the crowd knows of the visitor, or else what the page's shim says. */
  const providerData = ({ isTold, worker }: Visitor, said: Json): Effect.Effect<Json, NameNeeded> => {
    if (!isTold) return Effect.succeed(said)
    return Option.match(worker, { onNone: () => new NameNeeded(), onSome: (worker) => Effect.succeed({ worker }) })
  }

  return { local, isTold, visitor, providerData, chooses: Option.exists(local, ({ chooses }) => chooses) }
})
