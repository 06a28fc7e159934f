import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { expect, layer } from "@effect/vitest"
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Store from "../../src/Store.js"
import * as Prometheus from "../../src/server/Prometheus.js"
import { keyHeader } from "../../src/server/WorkApi.js"
import * as server from "../support/server.js"
import { visitor } from "../support/serverVisitors.js"

const exported = new InMemorySpanExporter()

const tracing = NodeSdk.layer(() => ({
  resource: { serviceName: "somebody's program" },
  spanProcessor: new SimpleSpanProcessor(exported)
}))

const token = Redacted.make("the token of metrics")

const served = server
  .layer({ server: { routes: Prometheus.layer({ token }) } })
  .pipe(Layer.provide(Store.layerMemory), Layer.provide(tracing))

/** One sample of Prometheus' text format: name, labels, value. */
const sample = /^[a-zA-Z_:][\w:]*(\{[a-zA-Z_]\w*="(\\.|[^"\\])*"(,[a-zA-Z_]\w*="(\\.|[^"\\])*")*\})? \S+$/

/** How many requests the text tells of; those of other tests in this process are counted as well. */
const requests = (text: string, path: string, status: number): number =>
  text
    .split("\n")
    .filter(
      (line) =>
        line.startsWith("crowd_http_requests_total{") &&
        line.includes(`path="${path}"`) &&
        line.includes(`status="${status}"`)
    )
    .reduce((sum, line) => sum + Number(line.replace(/^.* /, "")), 0)

layer(served)("what can be seen of the server", (it) => {
  const somebody = Effect.flatMap(server.port, (port) => visitor(port, "127.0.0.1"))
  const authorization = `Bearer ${Redacted.value(token)}`

  it.scoped("metrics as Prometheus reads them: the server's requests, and what the program counts", () =>
    Effect.gen(function* () {
      const { ask } = yield* somebody
      const metrics = ask("GET", "/metrics", { headers: { authorization } })
      const before = (yield* metrics).body
      yield* Metric.increment(Metric.counter("crowd_test_things", { incremental: true }))
      yield* ask("GET", "/api/work/lobby")
      yield* ask("GET", "/api/work/lobby")
      yield* ask("GET", "/assets/no-such-thing.js")
      const answer = yield* metrics
      expect(answer.status).toBe(200)
      expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8")
      const lines = answer.body.trimEnd().split("\n")
      expect(lines.filter((line) => !line.startsWith("#") && !sample.test(line))).toEqual([])
      expect(lines).toContain("# TYPE crowd_http_requests_total counter")
      const counted = (path: string, status: number) =>
        requests(answer.body, path, status) - requests(before, path, status)
      expect(counted("/api/work/", 200)).toBe(2)
      expect(counted("/assets/", 404)).toBe(1)
      expect(lines.some((line) => /^crowd_http_request_milliseconds_bucket\{.*le="\+Inf"\} [1-9]\d*$/.test(line))).toBe(
        true
      )
      expect(lines.some((line) => /^crowd_test_things_total(\{.*\})? 1$/.test(line))).toBe(true)
    })
  )

  it.scoped("to nobody else", () =>
    Effect.gen(function* () {
      const { ask } = yield* somebody
      const wrong = [
        {},
        { authorization: "Bearer wrong" },
        { authorization: "Bearer" },
        { authorization: "Basic eA==" }
      ]
      for (const headers of wrong) {
        const { body, status } = yield* ask("GET", "/metrics", { headers })
        expect(status).toBe(401)
        expect(body).not.toContain("crowd_")
      }
    })
  )

  it.scoped("spans of what is asked of the API reach the user's own tracer, with nothing that opens anything", () =>
    Effect.gen(function* () {
      const { ask } = yield* somebody
      exported.reset()
      yield* ask("GET", "/frame/work/agent_1/a-key-in-the-path")
      yield* ask("POST", "/api/work/agents/agent_1/start", { headers: { [keyHeader]: "a-key-in-a-header" } })
      const spans = exported.getFinishedSpans()
      expect(spans.map(({ attributes }) => attributes["url.path"])).toEqual(["/api/work/agents/agent_1/start"])
      const [span] = spans
      expect(span?.name).toBe("http.server POST")
      expect(span?.resource.attributes["service.name"]).toBe("somebody's program")
      expect(span?.attributes["http.response.status_code"]).toBe(403)
      expect(JSON.stringify(span?.attributes)).not.toContain("a-key-in")
    })
  )
})
