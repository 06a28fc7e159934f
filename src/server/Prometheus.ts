/**
 * Effect's metrics as Prometheus reads them. Needs `@effect/opentelemetry` and `@opentelemetry/exporter-prometheus`.
 *
 * @since 0.1.0
 */
import * as Metrics from "@effect/opentelemetry/Metrics"
import * as Resource from "@effect/opentelemetry/Resource"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as tokenAttempts from "./console/tokenAttempts.js"

/**
 * Who may read the metrics.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Only who shows it as `Authorization: Bearer <token>` gets an answer; everybody without one. */
  readonly token?: Redacted.Redacted<string> | undefined
}

const contentType = "text/plain; version=0.0.4; charset=utf-8"

const refused = HttpServerResponse.text("Metrics are for whoever shows the console's token.\n", {
  status: 401,
  headers: { "www-authenticate": "Bearer" }
})

const bearerOf = ({ headers }: HttpServerRequest.HttpServerRequest): string =>
  /^Bearer +(\S.*)$/i.exec(headers["authorization"] ?? "")?.[1] ?? ""

/**
 * Adds `GET /metrics` to a router: what this process counts, the server's requests among it. For `Server.layer` it goes
 * into the option `routes`.
 *
 * @example
 * import * as Prometheus from "effect-crowd/server/Prometheus"
 * import * as Server from "effect-crowd/server/Server"
 * import * as Redacted from "effect/Redacted"
 *
 * const token = Redacted.make("what opens the console")
 *
 * export const served = Server.layer({
 *   secret: Redacted.make("the same at every start, 16 characters or more"),
 *   token,
 *   routes: Prometheus.layer({ token })
 * })
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<never, never, HttpLayerRouter.HttpRouter> =>
  HttpLayerRouter.use((router) =>
    Effect.gen(function* () {
      const producer = yield* Metrics.makeProducer
      const serializer = new PrometheusSerializer()
      const collected = Effect.map(
        Effect.promise(() => producer.collect()),
        ({ resourceMetrics }) => HttpServerResponse.text(serializer.serialize(resourceMetrics), { contentType })
      )
      const check = options.token === undefined ? () => Effect.void : yield* tokenAttempts.checking(options.token)
      yield* router.add("GET", "/metrics", (request) =>
        Effect.zipRight(check(bearerOf(request)), collected).pipe(
          Effect.catchTags({
            NotSignedIn: () => Effect.succeed(refused),
            TooManyAttempts: ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 429 }))
          })
        )
      )
    })
  ).pipe(Layer.provide(Resource.layer({ serviceName: "effect-crowd" })))
