/** Local's server with every check on, and its clients. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as server from "../support/server.js"
import { drive, words } from "./httpClients.js"

const { clients, durability, filename, run, units } = words()

const driven = Effect.flatMap(server.port, (port) => Effect.promise(() => drive({ port, run, units, clients })))

NodeRuntime.runMain(
  driven.pipe(
    Effect.tap((measured) => Effect.sync(() => console.log(JSON.stringify(measured)))),
    Effect.provide(server.layer()),
    Effect.provide(SqliteStore.layer({ filename, durability: durability === "full" ? "full" : "normal" })),
    Effect.scoped
  )
)
