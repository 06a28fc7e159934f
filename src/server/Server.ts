/**
 * The server that workers' browsers and requesters' browsers talk to: any provider's task pages, Local's lobby, the
 * requester's console, and the typed API beneath them.
 *
 * @since 0.1.0
 */
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { InvalidSetting } from "../CrowdError.js"
import { Local } from "../Local.js"
import type { Core } from "../Provider.js"
import { Api } from "./Api.js"
import * as consoleHalf from "./console/handlers.js"
import * as signIn from "./console/signIn.js"
import * as tokenAttempts from "./console/tokenAttempts.js"
import * as guard from "./guard.js"
import * as health from "./health.js"
import * as InFlight from "./inFlight.js"
import * as Keys from "./keys.js"
import * as origins from "./origins.js"
import * as docs from "./pages/docs.js"
import * as frameOrigin from "./pages/frameOrigin.js"
import * as pageRoutes from "./pages/routes.js"
import * as StoreErrors from "./storeErrors.js"
import * as submitRoute from "./submitRoute.js"
import { addressOf } from "./visitors.js"
import * as work from "./work/handlers.js"

/**
 * The server's secrets, its addresses, and what is served beside its own pages.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Signs what browsers are given to come back with; the same in every process over one database. */
  readonly secret: Redacted.Redacted<string>
  /** Opens the requester's console. */
  readonly token: Redacted.Redacted<string>
  /**
   * The origin under which browsers reach the server where something stands before it, such as
   * `https://crowd.example.org`: its host is one of `hosts`, and pages from there are the server's own whatever a proxy
   * makes of the `Host` header.
   */
  readonly url?: string | undefined
  /**
   * The names under which the server may be asked for, beside `localhost` and every ip address. Under any other name a
   * page of somebody else could read what only people in your network can reach. Pages from `name:port`, or from a
   * `name` at the default ports, are the server's own.
   */
  readonly hosts?: ReadonlyArray<string> | undefined
  /**
   * The origin under which browsers reach this server for the frames of tasks that ask for the microphone or the camera,
   * such as `https://frames.example.org`: https, or `localhost`, and a name that no page has, since cookies go by name.
   * Nothing but frames is served there. It needs `url`. Without it such tasks are shown, and denied both.
   */
  readonly framesUrl?: string | undefined
  /** How long to wait, when the server stops, for what is under way; 10 seconds by default. */
  readonly patience?: Duration.DurationInput | undefined
  /**
   * How long, when the server stops, whoever asks is answered 503 before the port is closed; not at all by default. Where
   * several processes serve behind a proxy, a second lets it turn to the others: what comes to a port that is just being
   * closed is answered by nobody.
   */
  readonly notice?: Duration.DurationInput | undefined
  /** Served beside the server's own, such as `Prometheus.layer`. */
  readonly routes?: Layer.Layer<never, never, HttpLayerRouter.HttpRouter> | undefined
  /** Which requests `routes` takes from pages of other sites, or with a body that is no JSON; none by default. */
  readonly accepts?:
    | ((request: HttpServerRequest.HttpServerRequest, from: { readonly isForeign: boolean }) => boolean)
    | undefined
}

/**
 * Serves the provider's crowd over the `HttpServer` until the scope ends; then it takes nothing new and finishes what is
 * under way. With `Local` in the environment, workers are known by their connections. Fails with InvalidSetting where
 * `framesUrl` is no place of its own.
 *
 * @example
 * import * as Local from "effect-crowd/Local"
 * import * as Server from "effect-crowd/server/Server"
 * import * as SqliteStore from "effect-crowd/store/SqliteStore"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const people = Local.layer().pipe(Layer.provide(SqliteStore.layer({ filename: "crowd.db" })))
 *
 * export const served = Server.layer({
 *   secret: Redacted.make("the same at every start, 16 characters or more"),
 *   token: Redacted.make("what opens the console")
 * }).pipe(Layer.provideMerge(people))
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<never, InvalidSetting, Core | HttpServer.HttpServer> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const framed = yield* frameOrigin.check(options)
      const running = yield* InFlight.make({ notice: options.notice ?? 0, patience: options.patience ?? "10 seconds" })
      const errors = yield* StoreErrors.make
      const local = yield* Effect.serviceOption(Local)
      const from = (request: HttpServerRequest.HttpServerRequest) => addressOf(local, request)
      const api = HttpLayerRouter.addHttpApi(Api, { openapiPath: "/openapi.json" }).pipe(
        Layer.provide([health.layer(options), work.layer, consoleHalf.layer]),
        Layer.provide(signIn.layer(options))
      )
      const routes = Layer.mergeAll(
        api,
        docs.layer,
        pageRoutes.layer,
        submitRoute.layer,
        options.routes ?? Layer.empty
      ).pipe(
        Layer.provide(Layer.succeed(frameOrigin.Frames, framed)),
        Layer.provide(Layer.succeed(Keys.Keys, Keys.make(options.secret))),
        Layer.provide(Layer.succeed(tokenAttempts.Attempts, tokenAttempts.make())),
        Layer.provide(Layer.succeed(InFlight.InFlight, running)),
        Layer.provide(Layer.succeed(StoreErrors.StoreErrors, errors)),
        Layer.provide(
          guard.layer({
            running,
            from,
            errors,
            framed,
            origins: origins.make(options),
            accepts: (request, from) => submitRoute.isForm(request) || options.accepts?.(request, from) === true
          })
        )
      )
      const served = HttpLayerRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
        guard.serving,
        Layer.provide(HttpServer.layerContext)
      )
      // The first to end: until nothing is under way, requests are still answered.
      return Layer.provide(Layer.scopedDiscard(Effect.addFinalizer(() => running.stop)), served)
    })
  )

/**
 * The same with options from the configuration.
 *
 * @example
 * import * as Server from "effect-crowd/server/Server"
 * import * as Config from "effect/Config"
 *
 * Server.layerConfig({ secret: Config.redacted("CROWD_SECRET"), token: Config.redacted("CROWD_TOKEN") })
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Options>
): Layer.Layer<never, InvalidSetting | ConfigError, Core | HttpServer.HttpServer> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layer))
