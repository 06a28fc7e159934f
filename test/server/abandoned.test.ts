/** Nobody works for those who are gone, nor twice on what is the same for all. */
import { connect } from "node:net"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { expect, it, vi } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { assets } from "../../src/internal/assets.js"
import * as server from "../support/server.js"
import * as sqlite from "../support/sqlite.js"

/** Asks for a path and reads nothing. */
const asking = (port: number, path: string) =>
  Effect.acquireRelease(
    Effect.async<ReturnType<typeof connect>>((resume) => {
      const socket = connect({ port, host: "127.0.0.1" }, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
        resume(Effect.succeed(socket))
      })
      socket.on("error", () => {})
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Work without an end, and what becomes of it. */
const endless = Effect.gen(function* () {
  const begun = yield* Deferred.make<void>()
  const over = yield* Deferred.make<void>()
  return {
    begun: Deferred.await(begun),
    over: Deferred.await(over),
    work: Deferred.succeed(begun, undefined).pipe(
      Effect.zipRight(Effect.never),
      Effect.onInterrupt(() => Deferred.succeed(over, undefined))
    )
  }
})

const serving = (options: server.Options = {}) =>
  Effect.flatMap(Layer.build(Layer.provideMerge(server.layer(options), sqlite.layer())), (context) =>
    Effect.provide(server.port, context)
  )

for (const [what, respond] of [
  ["a request is worked on no longer", (work: Effect.Effect<never>) => work],
  [
    "an answer that is under way is made no longer",
    (work: Effect.Effect<never>) => Effect.succeed(HttpServerResponse.stream(Stream.fromEffect(work)))
  ]
] as const) {
  it.scopedLive(`${what} once its connection is closed`, () =>
    Effect.gen(function* () {
      const { begun, over, work } = yield* endless
      const routes = HttpLayerRouter.use((router) => router.add("GET", "/endless", respond(work)))
      const socket = yield* asking(yield* serving({ server: { routes } }), "/endless")
      yield* begun
      socket.destroy()
      yield* Effect.timeout(over, "5 seconds")
    })
  )
}

it.scopedLive("what the pages are made of is encoded once, however often it is asked for", () =>
  Effect.gen(function* () {
    const port = yield* serving()
    const text = assets["worker.js"]?.body ?? ""
    const encode = vi.spyOn(TextEncoder.prototype, "encode")
    const fromText = vi.spyOn(Buffer, "from")
    yield* Effect.addFinalizer(() => Effect.sync(() => vi.restoreAllMocks()))
    for (let n = 0; n < 3; n++) {
      const answer = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/assets/worker.js`))
      expect((yield* Effect.promise(() => answer.text())).length).toBe(text.length)
    }
    const encoded = [...encode.mock.calls, ...fromText.mock.calls].filter(([given]) => String(given) === text)
    expect(encoded).toEqual([])
  })
)
