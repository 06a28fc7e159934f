/** A process of the cluster, until it is stopped, frozen or killed. Tells ten times a second what it conducts. */
import { writeSync } from "node:fs"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { PgClient } from "@effect/sql-pg"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { Owners } from "../../src/Conductor.js"
import * as ConductorCluster from "../../src/ConductorCluster.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import { crowdOf } from "./crowds.js"
import { Joining, Report } from "./protocol.js"

const { crowd, endpoint, url } = Schema.decodeUnknownSync(Joining)(process.argv[2])

const done = { rounds: 0, calls: 0 }

/** Counts the spans of rounds and of calls. */
const counting = Tracer.make({
  span: (name, parent, context, links, startTime, kind) => {
    if (name === "Conductor.round") done.rounds++
    if (name.startsWith("Driver.")) done.calls++
    const attributes = new Map<string, unknown>()
    let status: Tracer.SpanStatus = { _tag: "Started", startTime }
    return {
      _tag: "Span",
      spanId: "0",
      traceId: "0",
      sampled: false,
      name,
      parent,
      context,
      links,
      kind,
      attributes,
      get status() {
        return status
      },
      end: (endTime, exit) => {
        status = { _tag: "Ended", startTime, endTime, exit }
      },
      attribute: (key, value) => void attributes.set(key, value),
      event: () => undefined,
      addLinks: () => undefined
    }
  },
  context: (run) => run()
})

const database = (connections: number) => PgClient.layer({ url: Redacted.make(url), maxConnections: connections })

const cluster = ConductorCluster.layer().pipe(
  Layer.provide(database(4)),
  Layer.provideMerge(crowdOf(crowd, endpoint).pipe(Layer.provide(SqlStore.layer), Layer.provide(database(6))))
)

const telling = Effect.gen(function* () {
  const { address, owned } = yield* Owners
  yield* Effect.sync(() => writeSync(1, `${address}\n`))
  const tell = Effect.map(owned, (runs) => {
    const report = Schema.encodeSync(Report)({ at: Date.now(), owned: runs, ...done })
    writeSync(1, `${report}\n`)
  })
  return yield* Effect.forever(Effect.zipRight(tell, Effect.sleep("100 millis")))
})

/** Standard output is for reports. */
const logging = Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.stringLogger))

NodeRuntime.runMain(telling.pipe(Effect.provide(cluster), Effect.withTracer(counting), Effect.provide(logging)), {
  disablePrettyLogger: true
})
