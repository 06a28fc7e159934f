/** The documentation of the API: a page of some megabytes, which hardly anybody asks a server for. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as server from "../support/server.js"
import { visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const megabytesHeld = Effect.sync(() => process.memoryUsage().arrayBuffers / 1_000_000)

const started = Effect.flatMap(
  Layer.build(Layer.fresh(Layer.provideMerge(server.layer(), sqlite.layer()))),
  (context) => Effect.provide(server.port, context)
)

it.scopedLive("a server makes the page of its documentation only when somebody asks for it", () =>
  Effect.gen(function* () {
    const before = yield* megabytesHeld
    const ports = yield* Effect.replicateEffect(started, 5)
    expect((yield* megabytesHeld) - before).toBeLessThan(10)
    const someone = yield* visitor(ports[0] ?? 0, "127.0.1.1")
    const pages = yield* Effect.replicateEffect(someone.ask("GET", "/docs"), 2)
    for (const { body, status } of pages) {
      expect(status).toBe(200)
      expect(body.length).toBeGreaterThan(2_000_000)
      expect(body).toContain("/api/work/lobby")
    }
  })
)
