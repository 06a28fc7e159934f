/** Options of layers from the configuration. */

import { createServer } from "node:http"
import * as path from "node:path"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Local from "../../src/Local.js"
import * as Money from "../../src/Money.js"
import * as MTurkServer from "../../src/MTurkServer.js"
import * as Store from "../../src/Store.js"
import * as Server from "../../src/server/Server.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as sqlite from "../support/sqlite.js"

const configured = (values: Record<string, string>) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(values))))

const crowd = Layer.provideMerge(Local.layer(), Store.layerMemory)

const store = SqliteStore.layerConfig({ filename: Config.string("CROWD_DB") })

const server = Server.layerConfig({
  secret: Config.redacted("CROWD_SECRET"),
  token: Config.redacted("CROWD_TOKEN"),
  url: Config.string("CROWD_URL"),
  hosts: Config.array(Config.string(), "CROWD_ALLOW_HOST")
}).pipe(Layer.provide(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })), Layer.provide(crowd))

const requester = MTurkServer.layerConfig({
  accessKeys: Config.map(Config.redacted("KEY_SECRET"), (secret) => [{ id: "AKID", secret }]),
  account: { balance: Config.map(Config.integer("BALANCE"), (minor) => Money.make(minor)) },
  secret: Config.redacted("CROWD_SECRET")
}).pipe(Layer.provide(HttpLayerRouter.layer), Layer.provide(crowd))

const build = <A, E>(layer: Layer.Layer<A, E>, values: Record<string, string>) =>
  Effect.scoped(Layer.build(Layer.provide(layer, configured(values))))

const failureOf = <A, E>(layer: Layer.Layer<A, E>) => Effect.map(Effect.flip(build(layer, {})), String)

it.effect("SqliteStore, Server and MTurkServer take their options from the configuration", () =>
  Effect.gen(function* () {
    const filename = path.join(yield* sqlite.directory, "crowd.db")
    yield* build(store, { CROWD_DB: filename })
    yield* build(server, {
      CROWD_SECRET: "a secret, long enough for it",
      CROWD_TOKEN: "what opens the console",
      CROWD_URL: "https://crowd.example.org",
      CROWD_ALLOW_HOST: "other.example.org,third.example.org:8443"
    })
    yield* build(requester, {
      KEY_SECRET: "the secret of the script",
      BALANCE: "100",
      CROWD_SECRET: "a secret, long enough for it"
    })
  }).pipe(Effect.scoped)
)

it.effect("and say which of them is missing", () =>
  Effect.gen(function* () {
    expect(yield* failureOf(store)).toContain("CROWD_DB")
    expect(yield* failureOf(server)).toContain("CROWD_SECRET")
    expect(yield* failureOf(requester)).toContain("KEY_SECRET")
  })
)
