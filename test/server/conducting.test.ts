/** Where several processes share the runs, the server says which has which; to the operator alone. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { RunId } from "../../src/Ids.js"
import { Owners } from "../../src/Owners.js"
import * as Store from "../../src/Store.js"
import * as Prometheus from "../../src/server/Prometheus.js"
import { Units } from "../../src/Units.js"
import * as server from "../support/server.js"
import { authorization, client, launched, raw } from "./consoleClient.js"

const other = "10.0.0.6:34431"
const mine = RunId.make("run_00000000000000000000000001")

const owners = Layer.succeed(Owners, {
  address: "10.0.0.5:34431",
  owned: Effect.succeed([mine]),
  ownersOf: (runs) => Effect.succeed(new Map(runs.map((run) => [run, other])))
})

const served = server
  .layer({ server: { routes: Prometheus.layer({ token: server.token }) } })
  .pipe(Layer.provide(owners), Layer.provideMerge(Layer.merge(Store.layerMemory, FetchHttpClient.layer)))

const json = Schema.decodeSync(Schema.parseJson(Schema.Unknown))

layer(served, { excludeTestServices: true })("a server of a cluster", (it) => {
  it.effect("tells in its health who conducts each undecided run, whoever shows the console's token", () =>
    Effect.gen(function* () {
      const run = yield* launched("health", 1)
      const { text } = yield* raw("/health", { headers: { authorization } })
      expect(json(text)).toEqual({ status: "ok", cluster: { address: "10.0.0.5:34431", owners: { [run.id]: other } } })
      yield* Effect.flatMap(Units, (units) => units.expireAll(run.id))
      expect((yield* raw("/health", { headers: { authorization } })).text).not.toContain(run.id)
    })
  )

  it.effect("tells nobody else more than that it is up", () =>
    Effect.gen(function* () {
      for (const headers of [{}, { authorization: "Bearer wrong" }]) {
        const { status, text } = yield* raw("/health", { headers })
        expect([status, json(text)]).toEqual([200, { status: "ok" }])
      }
    })
  )

  it.effect("has in its metrics how many runs it conducts, and which", () =>
    Effect.gen(function* () {
      const { text } = yield* raw("/metrics", { headers: { authorization } })
      const lines = text.split("\n")
      expect(lines).toContain('crowd_runs_conducted{process="10.0.0.5:34431"} 1')
      expect(lines).toContain(`crowd_run_conducted{process="10.0.0.5:34431",run="${mine}"} 1`)
    })
  )

  it.effect("shows in its console who conducts a run, until it is decided", () =>
    Effect.gen(function* () {
      const { run: view } = yield* client
      const { id: run } = yield* launched("console", 1)
      expect((yield* view({ path: { run } })).conductedBy).toEqual(Option.some(other))
      yield* Effect.flatMap(Units, (units) => units.expireAll(run))
      expect((yield* view({ path: { run } })).conductedBy).toEqual(Option.none())
    })
  )
})

layer(Layer.provideMerge(server.layer(), Layer.merge(Store.layerMemory, FetchHttpClient.layer)), {
  excludeTestServices: true
})("a server on its own", (it) => {
  it.effect("says nothing of other processes", () =>
    Effect.gen(function* () {
      const { run: view } = yield* client
      const { id: run } = yield* launched("alone", 1)
      expect((yield* view({ path: { run } })).conductedBy).toEqual(Option.none())
      expect(json((yield* raw("/health", { headers: { authorization } })).text)).toEqual({ status: "ok" })
    })
  )
})
