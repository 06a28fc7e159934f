/** A database that says nothing any more, and does not end its connections. */
import * as net from "node:net"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Scope from "effect/Scope"
import * as ConductorCluster from "../../src/ConductorCluster.js"
import { sockets } from "../../src/conductor-cluster/connection.js"
import * as members from "../../src/conductor-cluster/members.js"
import { Units } from "../../src/Units.js"
import { lay } from "../machines/line.js"
import { kit } from "../support/failures.js"
import { listening } from "../support/listening.js"
import { make } from "../support/offersCrowd.js"
import * as postgres from "../support/postgres.js"
import { unanswered } from "../support/unanswered.js"
import { until } from "../support/until.js"
import { clientOf, over, start } from "./process.js"

/** Of the store's client also, which has more patience in the command. */
const options = { ...ConductorCluster.clientOptions, maxConnections: 10 }

const crowdOf = () => make({ offers: { holds: "unit" } }).over

/** A process that conducts so many runs, over a line that can hang; others launch past it. */
const conducting = (count: number) =>
  Effect.gen(function* () {
    const url = yield* postgres.url
    const line = yield* lay(url)
    const crowd = crowdOf()
    const process = yield* start(line.url, crowd, options)
    const launcher = over(url, crowd)
    const runs = yield* Effect.provide(Effect.replicateEffect(kit.launched({ rows: 1 }), count), launcher)
    yield* until("they are conducted", process.owned, (owned) => owned.length === count)
    return { launcher, line, process, runs, url }
  })

describe("a connection", () => {
  it.scopedLive("ends once nothing came or went for so long, and not while that is not meant", () =>
    Effect.gen(function* () {
      const port = yield* listening(net.createServer((socket) => socket.resume()))
      let isMeant = false
      const socket = sockets(Duration.millis(50), () => isMeant)()
      yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
      let error = ""
      socket.on("error", ({ message }) => {
        error = message
      })
      socket.connect(port, "127.0.0.1")
      yield* Effect.sleep("300 millis")
      expect(socket.closed).toBe(false)
      isMeant = true
      socket.write("something")
      yield* until(
        "it ends",
        Effect.sync(() => socket.closed),
        (closed) => closed
      )
      expect(error).toBe("Connection terminated: silent for 50ms")
    })
  )
})

describe.concurrent("a process whose database says nothing any more", () => {
  it.scopedLive(
    "conducts its runs within ten seconds, and to their end, where only its connections hang",
    () =>
      Effect.gen(function* () {
        const { launcher, line, process, runs, url } = yield* conducting(3)
        yield* line.hang
        yield* Effect.forEach(runs, ({ id }) => Effect.flatMap(Units, (units) => units.expireAll(id))).pipe(
          Effect.provide(launcher)
        )
        const [time] = yield* Effect.timed(
          until("their rounds go on", Effect.provide(unanswered, clientOf(url)), (left) => left === 0)
        )
        expect(Duration.toSeconds(time)).toBeLessThan(10)
        expect(yield* process.owned).toEqual([])
      }).pipe(Logger.withMinimumLogLevel(LogLevel.None)),
    60_000
  )

  it.scopedLive(
    "stops within seconds, though it cannot say so",
    () =>
      Effect.gen(function* () {
        const { line, process } = yield* conducting(1)
        yield* line.hangAll
        yield* Effect.sleep("1 second")
        const [time] = yield* Effect.timed(process.stop)
        expect(Duration.toSeconds(time)).toBeLessThan(15)
      }).pipe(Logger.withMinimumLogLevel(LogLevel.None)),
    60_000
  )

  it.scopedLive("leaves without a word, whatever its client has", () =>
    Effect.gen(function* () {
      const line = yield* lay(yield* postgres.url)
      const here = { address: { host: "127.0.0.1", port: 34_433 }, process: "here", shards: 64 }
      const scope = yield* Scope.make()
      yield* Effect.gen(function* () {
        yield* members.createTable("crowd_cluster_silent")
        yield* Scope.extend(members.join("crowd_cluster_silent", here), scope)
        yield* line.hangAll
        const [time] = yield* Effect.timed(Scope.close(scope, Exit.void))
        expect(Duration.toSeconds(time)).toBeLessThan(7)
        yield* line.cut
      }).pipe(Effect.provide(clientOf(line.url)))
    })
  )
})
