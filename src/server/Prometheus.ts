/**
 * Effect's metrics as Prometheus reads them. Needs `@effect/opentelemetry` and `@opentelemetry/exporter-prometheus`.
 *
 * @since 0.1.0
 */
import * as Metrics from "@effect/opentelemetry/Metrics"
import * as Resource from "@effect/opentelemetry/Resource"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Owners from "../Owners.js"
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

/** Which runs the process conducts, one sample each; not as Effect's metrics, which would keep those that are over. */
const conducted = ({ address, owned }: Owners.Service): Effect.Effect<string> =>
  Effect.map(owned, (runs) => {
    const process = address.replace(/[^A-Za-z0-9._:-]/g, "_")
    return [
      "# HELP crowd_runs_conducted Runs that this process conducts",
      "# TYPE crowd_runs_conducted gauge",
      `crowd_runs_conducted{process="${process}"} ${runs.length}`,
      "# HELP crowd_run_conducted A run that this process conducts",
      "# TYPE crowd_run_conducted gauge",
      ...runs.map((run) => `crowd_run_conducted{process="${process}",run="${run}"} 1`),
      ""
    ].join("\n")
  })

/**
 * Adds `GET /metrics` to a router: what this process counts, the server's requests among it, and the
 * runs that it conducts where several processes share them. For `Server.layer` it goes
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
        ({ resourceMetrics }) => serializer.serialize(resourceMetrics)
      )
      const owners = yield* Effect.serviceOption(Owners.Owners)
      const shared = Option.match(owners, { onNone: () => Effect.succeed(""), onSome: conducted })
      const answer = Effect.zipWith(collected, shared, (own, shared) =>
        HttpServerResponse.text(`${own}${shared}`, { contentType })
      )
      const check = options.token === undefined ? () => Effect.void : yield* tokenAttempts.checking(options.token)
      yield* router.add("GET", "/metrics", (request) =>
        Effect.zipRight(check(tokenAttempts.bearerOf(request)), answer).pipe(
          Effect.catchTags({
            NotSignedIn: () => Effect.succeed(refused),
            TooManyAttempts: ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 429 }))
          })
        )
      )
    })
  ).pipe(Layer.provide(Resource.layer({ serviceName: "effect-crowd" })))
