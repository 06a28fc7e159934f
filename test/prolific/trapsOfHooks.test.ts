/** How Prolific's webhooks hurt (FACTS §4), each with a test by its name. */
import { createHmac } from "node:crypto"
import { createServer } from "node:http"
import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Prolific from "../../src/Prolific.js"
import * as Store from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import * as breakingStore from "../support/breakingStore.js"
import { freePort } from "../support/freePort.js"
import type { Double } from "../support/prolific/double.js"
import { accept, launched, layer, Market, type Options, submit } from "./market.js"
import { over } from "./onProlific.js"

const minute = 60_000

/** The layer with webhooks, and the server that takes them. */
const served = (port: number, options: Options) => {
  const crowd = layer({ ...options, client: { hooks: true, pages: `http://127.0.0.1:${port}` } })
  const server = HttpLayerRouter.serve(Prolific.routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provide(NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" }))
  )
  return Layer.provideMerge(server, crowd)
}

const hooked =
  <A, E>(
    test: (
      double: Double,
      pages: string
    ) => Effect.Effect<A, E, Prolific.Provides | Store.Store | Market | Effect.Effect.Context<typeof listening>>,
    options: Options = {}
  ) =>
  () =>
    Effect.flatMap(Effect.promise(freePort), (port) =>
      Effect.scoped(
        Effect.provide(
          Effect.flatMap(Market, (double) => test(double, `http://127.0.0.1:${port}`)),
          served(port, options)
        )
      )
    )

/** Whoever listens has Prolific call; gives how often there was news. */
const listening = Effect.gen(function* () {
  const { world } = yield* Market
  const hooks = Option.getOrThrow((yield* Prolific.Prolific).hooks)
  const news = yield* Ref.make(0)
  yield* Effect.forkScoped(Stream.runForEach(hooks.news, () => Ref.update(news, (count) => count + 1)))
  yield* Effect.repeat(
    Effect.sync(() => [...world.subscriptions.values()]),
    {
      until: (all) => all.length === 2 && all.every(({ isConfirmed }) => isConfirmed),
      schedule: Schedule.spaced("10 millis")
    }
  )
  return news
})

const keptEvents = Effect.flatMap(Store.Store, (store) =>
  Effect.map(
    store.page(tables.hookEvents, { where: { provider: "prolific" }, orderBy: "receivedAt", limit: 100 }),
    (rows) => rows.length
  )
)

const settled = ({ hooks }: Double) => Effect.promise(() => hooks.settled())

describe("a subscription is never confirmed", () => {
  it.live(
    "each is confirmed, and one that was not is made anew",
    hooked((double, pages) =>
      Effect.gen(function* () {
        const forgotten = {
          id: "5".repeat(24),
          workspace: double.workspace,
          eventType: "submission.status.change",
          challenge: "nobody saw it",
          targetUrl: `${pages}/prolific/hooks`,
          isConfirmed: false,
          isEnabled: true
        }
        double.world.subscriptions.set(forgotten.id, forgotten)
        yield* listening
        const all = [...double.world.subscriptions.values()]
        expect(all.map(({ eventType, isConfirmed }) => [eventType, isConfirmed]).toSorted()).toEqual([
          ["study.status.change", true],
          ["submission.status.change", true]
        ])
        expect(all).not.toContain(forgotten)
      })
    )
  )
})

describe("a new secret replaces that of others in the workspace", () => {
  it.live(
    "the one there is is asked for first, and kept",
    hooked((double) =>
      Effect.gen(function* () {
        double.world.secrets.set(double.workspace, { id: "5".repeat(24), value: "somebody else's" })
        yield* listening
        expect(double.world.secrets.get(double.workspace)?.value).toBe("somebody else's")
        yield* launched()
        yield* settled(double)
        expect(double.world.events.map(({ status }) => status)).toEqual(["SUCCEEDED"])
      })
    )
  )
})

describe("events twice, and in any order", () => {
  it.live(
    "each is kept once, and is a reason to look",
    hooked(
      (double) =>
        Effect.gen(function* () {
          const news = yield* listening
          const run = yield* launched()
          yield* submit(yield* accept(run))
          double.hooks.release()
          yield* settled(double)
          expect(yield* keptEvents).toBe(double.world.events.length)
          expect(double.world.events.length).toBeGreaterThan(3)
          const heard = yield* Ref.get(news)
          expect(heard).toBeGreaterThan(0)
        }),
      { double: { switches: { hookCopies: 2, hooksHeld: true } } }
    )
  )
})

/** A call such as Prolific makes, with its headers in letters of any case. */
const callOf = ({ world, workspace }: Double, event: string) => {
  const body = JSON.stringify({ event_type: "study.status.change", resource_id: "study", status: "ACTIVE" })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const secret = world.secrets.get(workspace)?.value ?? ""
  const signature = createHmac("sha256", secret).update(`${timestamp}${body}`).digest("base64")
  const headers = {
    "x-prolific-REQUEST-timestamp": timestamp,
    "X-Prolific-Request-SIGNATURE": signature,
    "X-Event-Id": event
  }
  return { headers, body: new TextEncoder().encode(body) }
}

/** What takes calls in another process, over the same store. */
const anotherProcess = (double: Double, pages: string) =>
  Effect.map(Layer.build(over(double, { hooks: true, pages })), (context) =>
    Option.getOrThrow(Context.get(context, Prolific.Prolific).hooks)
  )

describe("`X-Event-Id`, and what was seen kept in memory", () => {
  it.live(
    "the id is found in whatever letters, and another process knows it",
    hooked((double, pages) =>
      Effect.gen(function* () {
        yield* listening
        const before = yield* keptEvents
        const { body, headers } = callOf(double, "an-event")
        const hooks = Option.getOrThrow((yield* Prolific.Prolific).hooks)
        yield* hooks.receive(headers, body)
        const other = yield* anotherProcess(double, pages)
        yield* other.receive(headers, body)
        expect(yield* keptEvents).toBe(before + 1)
        const store = yield* Store.Store
        expect(Option.isSome(yield* store.get(tables.hookEvents, "prolific/an-event"))).toBe(true)
      })
    )
  )

  it.live(
    "a call is believed for what was signed, byte by byte",
    hooked((double) =>
      Effect.gen(function* () {
        yield* listening
        const { body, headers } = callOf(double, "an-event")
        const hooks = Option.getOrThrow((yield* Prolific.Prolific).hooks)
        const spaced = new TextEncoder().encode(
          JSON.stringify(JSON.parse(new TextDecoder().decode(body)), undefined, 1)
        )
        expect(yield* Effect.flip(hooks.receive(headers, spaced))).toMatchObject({ _tag: "HookRefused" })
      })
    )
  )
})

describe("200 although the handler failed", () => {
  const store = breakingStore.make(Store.layerMemory)

  it.live(
    "what is not written down is not answered with 2xx, and comes again",
    hooked(
      (double) =>
        Effect.gen(function* () {
          yield* listening
          yield* launched()
          yield* settled(double)
          const before = yield* keptEvents
          yield* Effect.scoped(
            Effect.gen(function* () {
              yield* store.broken("full")
              const { people, world } = double
              const [study] = world.studies.keys()
              people.reserve(study ?? "", people.join())
              yield* settled(double)
              expect(double.world.events.at(-1)).toMatchObject({ status: "PENDING", attempts: 1 })
            })
          )
          double.advance(minute)
          yield* settled(double)
          expect(double.world.events.at(-1)).toMatchObject({ status: "SUCCEEDED", attempts: 2 })
          expect(yield* keptEvents).toBe(before + 1)
        }),
      { store: store.layer }
    )
  )
})
