/** Bounded for each address, then in all; whoever has most loses first. */
import { get } from "node:http"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as InFlight from "../../src/server/inFlight.js"
import * as quotas from "../../src/server/quotas.js"
import * as server from "../support/server.js"
import * as sqlite from "../support/sqlite.js"
import * as consoleClient from "./consoleClient.js"

describe("Quotas", () => {
  it("of one address are bounded: its oldest goes", () => {
    const { give, take } = quotas.make<string>({ perAddress: 2, inAll: 100 })
    expect([take("a", "a1"), take("a", "a2"), take("b", "b1"), take("a", "a3")]).toEqual([
      undefined,
      undefined,
      undefined,
      "a1"
    ])
    give("a", "a1")
    give("a", "a2")
    expect(take("a", "a4")).toBeUndefined()
  })

  it("in all are bounded: the oldest of whoever has most goes, whoever came last", () => {
    const { take } = quotas.make<string>({ perAddress: 3, inAll: 4 })
    for (const held of ["b1", "a1", "a2", "a3"]) expect(take(held.slice(0, 1), held)).toBeUndefined()
    expect(take("c", "c1")).toBe("a1")
  })
})

/** As it is served: of a request only the handler can be interrupted. What it is answered with. */
const served = (answer: Effect.Effect<HttpServerResponse.HttpServerResponse>) =>
  Effect.gen(function* () {
    const answered = yield* Deferred.make<HttpServerResponse.HttpServerResponse>()
    yield* Effect.fork(Effect.uninterruptible(Effect.intoDeferred(answer, answered)))
    yield* Effect.yieldNow()
    return answered
  })

const never = Effect.interruptible(Effect.never)

describe("Requests under way", () => {
  it.effect("are 256 of one address: the oldest is answered that it is too much, and nobody else's is", () =>
    Effect.gen(function* () {
      const { during } = yield* InFlight.make({ notice: 0, patience: "1 second" })
      const slow = (address: string) => served(during(address, never))
      const others = yield* slow("192.0.2.2")
      const first = yield* slow("192.0.2.1")
      const second = yield* slow("192.0.2.1")
      yield* Effect.replicateEffect(slow("192.0.2.1"), 254, { discard: true })
      expect(yield* Deferred.isDone(first)).toBe(false)
      yield* Effect.asVoid(slow("192.0.2.1"))
      expect((yield* Deferred.await(first)).status).toBe(429)
      for (const answered of [others, second]) expect(yield* Deferred.isDone(answered)).toBe(false)
    })
  )

  it.effect("count no more once they are answered", () =>
    Effect.gen(function* () {
      const { during } = yield* InFlight.make({ notice: 0, patience: "1 second" })
      const first = yield* served(during("192.0.2.1", never))
      yield* Effect.replicateEffect(during("192.0.2.1", Effect.succeed(HttpServerResponse.empty())), 1_000)
      expect(yield* Deferred.isDone(first)).toBe(false)
    })
  )
})

const proxied = server.layer({ local: { proxies: ["127.0.0.0/8"] } })

layer(Layer.provideMerge(proxied, sqlite.layer()), { excludeTestServices: true })("Streams of events", (it) => {
  /** Asks for events as somebody at this address, behind a proxy. Answers whether they have ended. */
  const listen = (address: string) =>
    Effect.gen(function* () {
      const port = yield* server.port
      const headers = { authorization: consoleClient.authorization, "x-forwarded-for": address }
      const asked = { host: "127.0.0.1", port, path: "/api/console/events", headers, agent: false }
      return yield* Effect.acquireRelease(
        Effect.async<{ readonly status: number; readonly ended: Promise<void>; readonly close: () => void }>(
          (resume) => {
            const outgoing = get(asked, (response) => {
              const ended = new Promise<void>((resolve) => response.on("close", resolve))
              response.resume()
              resume(Effect.succeed({ status: response.statusCode ?? 0, ended, close: () => outgoing.destroy() }))
            })
            outgoing.on("error", () => {})
          }
        ),
        ({ close }) => Effect.sync(close)
      )
    })

  const isOpen = ({ ended }: { readonly ended: Promise<void> }) =>
    Effect.raceFirst(
      Effect.as(
        Effect.promise(() => ended),
        false
      ),
      Effect.delay(Effect.succeed(true), "100 millis")
    )

  it.scoped("are 32 for one address behind the proxy: the oldest ends, and another address's does not", () =>
    Effect.gen(function* () {
      const others = yield* listen("192.0.2.2")
      const first = yield* listen("192.0.2.1")
      const second = yield* listen("192.0.2.1")
      for (let n = 2; n < 32; n++) expect((yield* listen("192.0.2.1")).status).toBe(200)
      expect(yield* isOpen(first)).toBe(true)
      yield* listen("192.0.2.1")
      yield* Effect.promise(() => first.ended)
      expect(yield* isOpen(second)).toBe(true)
      expect(yield* isOpen(others)).toBe(true)
    })
  )
})
