/** Local's server in this process, over any store, at a port of its own on this machine. */
import { createServer } from "node:http"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import * as Local from "../../src/Local.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import * as Server from "../../src/server/Server.js"
import * as TaskRuns from "../../src/TaskRuns.js"
import { visitor } from "./serverVisitors.js"

export const secret = Redacted.make("a secret of the tests, long enough")

export const token = Redacted.make("the console's token of the tests")

export interface Options {
  readonly local?: Local.Options
  readonly server?: Partial<Server.Options>
  /** Node's own by default. */
  readonly http?: () => ReturnType<typeof createServer>
  /** Any free one by default. */
  readonly port?: number
}

export const layer = ({ http = createServer, local, port = 0, server }: Options = {}) =>
  Server.layer({ secret, token, ...server }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(http, { port, host: "127.0.0.1" })),
    Layer.provideMerge(Local.layer(local))
  )

/** The port on which the server of the environment listens. */
export const port: Effect.Effect<number, never, HttpServer.HttpServer> = Effect.map(
  HttpServer.HttpServer,
  ({ address }) => (address._tag === "TcpAddress" ? address.port : 0)
)

/** A task of 0.05 USD. */
export const task = (title: string, other: Partial<TaskRuns.Task> = {}): TaskRuns.Task => ({
  ...TaskRuns.taskDefaults,
  title,
  reward: Money.make(5),
  maxUnitsPerWorker: Option.none(),
  ...other
})

/** Somebody at this address. */
export const visitorAt = (address: string) => Effect.flatMap(port, (port) => visitor(port, address))

/** A run of so many rows on offer. */
export const launched = (task: TaskRuns.Task, rows: number, template = "<p>${text}</p><input name=label>") =>
  Effect.gen(function* () {
    const batch = yield* Batch.fromRows({
      name: task.title,
      task,
      template,
      rows: Array.from({ length: rows }, (_, row) => ({ text: `row ${row}` }))
    })
    const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
    return yield* Crowd.launch(batch, { requester: requester.id })
  })
