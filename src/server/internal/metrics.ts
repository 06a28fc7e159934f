/** Requests, counted and timed by what they asked for. */
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

const requests = Metric.counter("crowd_http_requests", { description: "Requests answered", incremental: true })

const duration = Metric.histogram(
  "crowd_http_request_milliseconds",
  MetricBoundaries.fromIterable([1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]),
  "Time to answer a request"
)

const prefixes = ["/api/work/", "/api/console/", "/api/session", "/frame/", "/assets/", "/task/", "/console", "/health"]

/** What a request is counted under: few names, whatever is asked for. */
const kindOf = (url: string): string => prefixes.find((prefix) => url.startsWith(prefix)) ?? "other"

const counters = new Map<string, Metric.Metric.Counter<number>>()

const counterOf = (kind: string, method: string, status: number): Metric.Metric.Counter<number> => {
  const key = `${kind} ${method} ${status}`
  const known = counters.get(key)
  if (known !== undefined) return known
  const tagged = requests.pipe(
    Metric.tagged("path", kind),
    Metric.tagged("method", method),
    Metric.tagged("status", String(status))
  )
  counters.set(key, tagged)
  return tagged
}

export const measured =
  (request: HttpServerRequest.HttpServerRequest) =>
  <E, R>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      const response = yield* answer
      yield* Metric.increment(counterOf(kindOf(request.url), request.method, response.status))
      yield* Metric.update(duration, (yield* Clock.currentTimeMillis) - start)
      return response
    })
