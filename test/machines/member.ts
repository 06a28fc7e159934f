/** A process of the cluster, until it is stopped, frozen or killed. Tells ten times a second what it conducts. */
import { writeSync } from "node:fs"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as ConductorCluster from "../../src/ConductorCluster.js"
import { Owners } from "../../src/Owners.js"
import { clientAt } from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import { seeing } from "../support/tracer.js"
import { crowdOf } from "./crowds.js"
import { Joining, Report } from "./protocol.js"

const { crowd, endpoint, url } = Schema.decodeUnknownSync(Joining)(process.argv[2])

const done = { rounds: 0, calls: 0 }

/** Counts the spans of rounds and of calls. */
const counting = seeing(({ name }) => {
  if (name === "Conductor.round") done.rounds++
  if (name.startsWith("Driver.")) done.calls++
})

const cluster = ConductorCluster.layer().pipe(
  Layer.provide(clientAt(url, 4)),
  Layer.provideMerge(Layer.provide(crowdOf(crowd, endpoint), storeAt(url, 6)))
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

const program = Effect.flatMap(counting, (tracer) =>
  telling.pipe(Effect.provide(cluster), Effect.withTracer(tracer), Effect.provide(logging))
)

NodeRuntime.runMain(program, { disablePrettyLogger: true })
