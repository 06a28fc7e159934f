/** Requests, counted and timed by what they asked for. */
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"

const requests = Metric.counter("crowd_http_requests", { description: "Requests answered", incremental: true })

const duration = Metric.histogram(
  "crowd_http_request_milliseconds",
  MetricBoundaries.fromIterable([1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]),
  "Time to answer a request"
)

const prefixes = ["/api/work/", "/api/console/", "/api/session", "/frame/", "/assets/", "/task/", "/console", "/health"]

/** What a request is counted under: few names, whatever is asked for. */
const kindOf = (url: string): string => prefixes.find((prefix) => url.startsWith(prefix)) ?? "other"

type Labels = ReadonlyArray<MetricLabel.MetricLabel>

const known = new Map<string, Labels>()

/** The same array each time: a metric finds its counter by it at once. */
const labelsOf = (path: string, method: string, status: number): Labels => {
  const key = `${path} ${method} ${status}`
  const found = known.get(key)
  if (found !== undefined) return found
  const made = [
    MetricLabel.make("path", path),
    MetricLabel.make("method", method),
    MetricLabel.make("status", String(status))
  ]
  known.set(key, made)
  return made
}

export const measured =
  (request: HttpServerRequest.HttpServerRequest) =>
  <E, R>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.clockWith((clock: Clock.Clock) => {
      const start = clock.unsafeCurrentTimeMillis()
      return Effect.map(answer, (response) => {
        requests.unsafeUpdate(1, labelsOf(kindOf(request.url), request.method, response.status))
        duration.unsafeUpdate(clock.unsafeCurrentTimeMillis() - start, [])
        return response
      })
    })
