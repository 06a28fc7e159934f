/** Prolific calls us: verified over what was sent, written down before it is answered, twice is once, in any order. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Agents, Store } from "../../src/index.js"
import * as Prolific from "../../src/Prolific.js"
import { sign } from "../../src/prolific/hookSignature.js"
import * as Server from "../../src/server/Server.js"
import * as tables from "../../src/store/tables.js"
import * as breakingStore from "../support/breakingStore.js"
import { later, restlessLayer } from "../support/clocks.js"
import { freePort } from "../support/freePort.js"
import { type Double, makeDouble } from "../support/prolific/double.js"
import type { Settings } from "../support/prolific/settings.js"
import { callsOf, over } from "./onProlific.js"
import { finished, out, submissionOf, sync } from "./participants.js"

const confirm = "POST /api/v1/hooks/subscriptions/{subscription_id}/"
const secrets = "GET /api/v1/hooks/secrets/"
const minute = 60_000

/** Who waits no minutes, nor says that they do. */
const impatient = Layer.merge(restlessLayer(1_000), Logger.minimumLogLevel(LogLevel.Error))

interface Called {
  readonly double: Double
  readonly address: string
}

/** Our server, with the crowd behind it that Prolific calls. */
const called =
  <A, E>(
    act: (called: Called) => Effect.Effect<A, E, Prolific.Provides | Store.Store | Scope.Scope>,
    settings?: Settings,
    clock: Layer.Layer<never> = Layer.empty,
    store: Layer.Layer<Store.Store> = Store.layerMemory
  ) =>
  () =>
    Effect.gen(function* () {
      const double = yield* makeDouble(settings)
      const port = yield* Effect.promise(freePort)
      const pages = `http://127.0.0.1:${port}`
      const context = yield* Layer.build(
        Layer.provideMerge(over(double, { hooks: true, pages, timeout: "10 minutes" }), store)
      )
      const crowd = Layer.succeedContext(context)
      const server = Server.layer({
        secret: Redacted.make("a secret of the tests, long enough"),
        token: Redacted.make("the console's token of the tests"),
        routes: Layer.provide(Prolific.routes, crowd)
      })
      const listening = NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })
      yield* Layer.build(server.pipe(Layer.provide([listening, crowd])))
      return yield* Effect.provide(act({ double, address: `${pages}/prolific/hooks` }), context)
    }).pipe(Effect.provide(clock))

const hooks = Effect.map(Prolific.Prolific, ({ hooks }) => Option.getOrThrow(hooks))

const isConfirmed = ({ world }: Double) =>
  [...world.subscriptions.values()].filter((one) => one.isConfirmed).length >= 2

/** Hears of news, and has subscribed. What was told at once is heard. */
const heard = (double: Double) =>
  Effect.gen(function* () {
    const { news } = yield* hooks
    const queue = yield* Queue.unbounded<void>()
    yield* Effect.forkScoped(Stream.runForEach(news, () => Queue.offer(queue, undefined)))
    yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => isConfirmed(double) })
    yield* Queue.take(queue)
    return queue
  })

/** For those to whom it is not news that counts. */
const subscribed = (double: Double) => Effect.asVoid(heard(double))

const events = Effect.flatMap(Store.Store, (store) =>
  store.page(tables.hookEvents, { where: { provider: "prolific" }, orderBy: "receivedAt", limit: 100 })
)

const settled = ({ hooks }: Double) => Effect.promise(() => hooks.settled())

describe("subscribing", () => {
  for (const subscriptionReply of ["list", "object"] as const) {
    it.scopedLive(
      `confirms what was made, and keeps the secret that others use, where the answer is one ${subscriptionReply}`,
      called(
        ({ address, double }) =>
          Effect.gen(function* () {
            double.world.secrets.set(double.workspace, { id: "secret", value: "others use this" })
            yield* subscribed(double)
            expect(double.world.secrets.get(double.workspace)?.value).toBe("others use this")
            const all = [...double.world.subscriptions.values()]
            expect(all.map(({ eventType, targetUrl }) => [eventType, targetUrl])).toEqual([
              ["submission.status.change", address],
              ["study.status.change", address]
            ])
            yield* subscribed(double)
            expect(double.world.subscriptions.size).toBe(2)
            expect(callsOf(double, confirm)).toBe(2)
          }),
        { switches: { subscriptionReply } }
      )
    )
  }

  it.scopedLive(
    "makes anew what was never confirmed, or was switched off",
    called(
      ({ address, double }) =>
        Effect.gen(function* () {
          const before = { workspace: double.workspace, challenge: "", targetUrl: address, isConfirmed: false }
          for (const [id, isEnabled] of [
            ["65fe5c837101", true],
            ["65fe5c837102", false]
          ] as const) {
            double.world.subscriptions.set(id, { ...before, id, eventType: "study.status.change", isEnabled })
          }
          double.faults.next(confirm, { kind: "break", status: 503, after: false })
          yield* subscribed(double)
          const all = [...double.world.subscriptions.values()]
          expect(all.map(({ eventType, isConfirmed }) => [eventType, isConfirmed]).toSorted()).toEqual([
            ["study.status.change", true],
            ["submission.status.change", true]
          ])
        }),
      {},
      impatient
    )
  )
})

describe("events", () => {
  it.scopedLive(
    "are written down once, however often they come, and are news once",
    called(
      ({ double }) =>
        Effect.gen(function* () {
          const { study } = yield* out(double, 2)
          const queue = yield* heard(double)
          const { submission } = double.people.arrive(study.id)
          yield* settled(double)
          const told = yield* events
          const ids = double.world.events.map(({ id }) => `prolific/${id}`)
          expect(told.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
          expect(told.some(({ subject, type }) => subject === submission && type === "submission.status.change")).toBe(
            true
          )
          expect(yield* Queue.size(queue)).toBeLessThanOrEqual(ids.length)
          expect(yield* Queue.size(queue)).toBeGreaterThan(0)
          yield* Queue.takeAll(queue)
          for (const { id } of double.world.events) double.hooks.resend(id)
          yield* settled(double)
          expect((yield* events).length).toBe(ids.length)
          expect(yield* Queue.size(queue)).toBe(0)
          expect(double.world.events.every(({ status }) => status === "SUCCEEDED")).toBe(true)
        }),
      { switches: { hookCopies: 3 } }
    )
  )

  it.scopedLive(
    "may come in any order, and late: the lists stay the truth",
    called(
      ({ double }) =>
        Effect.gen(function* () {
          const { run } = yield* out(double, 2)
          const queue = yield* heard(double)
          const { agent, submission } = yield* finished(double, run)
          const agents = yield* Agents.Agents
          yield* agents.approve(agent.id)
          double.hooks.release()
          yield* settled(double)
          yield* Queue.take(queue)
          yield* sync(run)
          expect((yield* agents.get(agent.id)).status).toBe("approved")
          expect(submissionOf(double, submission).paid).toBe(60)
        }),
      { switches: { hooksHeld: true } }
    )
  )

  it.scopedLive(
    "that could not be made sure of are not taken, and come again",
    called(
      ({ double }) =>
        Effect.gen(function* () {
          const { study } = yield* out(double, 2)
          yield* subscribed(double)
          const triesOfTwoEvents = 12
          double.faults.next(secrets, { kind: "break", status: 503, after: false }, triesOfTwoEvents)
          const { submission } = double.people.arrive(study.id)
          yield* settled(double)
          expect(yield* events).toEqual([])
          expect(double.world.events.every(({ attempts, status }) => attempts > 0 && status === "PENDING")).toBe(true)
          double.advance(minute)
          yield* settled(double)
          expect((yield* events).map(({ subject }) => subject)).toEqual([submission, submission])
        }),
      {},
      impatient
    )
  )
})

const breaking = breakingStore.make(Store.layerMemory)

describe("an event that cannot be written down", () => {
  it.scopedLive(
    "is not answered with 2xx, so that it comes again",
    called(
      ({ double }) =>
        Effect.gen(function* () {
          const { study } = yield* out(double, 2)
          const queue = yield* heard(double)
          yield* breaking.broken("full")
          const { submission } = double.people.arrive(study.id)
          yield* settled(double)
          expect(double.world.events.every(({ status }) => status === "PENDING")).toBe(true)
          expect(yield* Queue.size(queue)).toBe(0)
          yield* breaking.mended
          double.advance(minute)
          yield* settled(double)
          expect((yield* events).map(({ subject }) => subject)).toEqual([submission, submission])
        }),
      {},
      undefined,
      breaking.layer
    )
  )
})

const secret = Redacted.make("the secret of the workspace")
const bytes = (text: string) => new TextEncoder().encode(text)
const body = '{ "event_type":"submission.status.change",  "resource_id":"65fe5c837109", "note":"é" }'

/** A call as Prolific makes it now, with these changes. */
const call = (
  address: string,
  changes: { readonly body?: string; readonly headers?: object; readonly at?: number } = {}
) =>
  Effect.promise(async () => {
    const timestamp = String(Math.floor((changes.at ?? Date.now()) / 1000))
    const headers = {
      "content-type": "application/json",
      "X-PROLIFIC-REQUEST-SIGNATURE": sign(secret, timestamp, bytes(body)),
      "x-prolific-request-timestamp": timestamp,
      "x-event-id": "event-1",
      ...changes.headers
    }
    return (await fetch(address, { method: "POST", headers, body: changes.body ?? body })).status
  })

describe("a call", () => {
  const knowing = (
    act: (called: Called) => Effect.Effect<void, unknown, Prolific.Provides | Store.Store | Scope.Scope>
  ) =>
    called((given) => {
      given.double.world.secrets.set(given.double.workspace, { id: "secret", value: Redacted.value(secret) })
      return act(given)
    })

  it.scopedLive(
    "is verified over the bytes that were sent, under headers of any case",
    knowing(({ address }) =>
      Effect.gen(function* () {
        expect(yield* call(address)).toBe(204)
        expect(yield* call(address, { headers: { "x-event-id": "event-2", "X-Timestamp": "0" } })).toBe(204)
        expect(yield* call(address, { body: JSON.stringify(JSON.parse(body)) })).toBe(401)
        expect(yield* call(address, { body: `${body} ` })).toBe(401)
        expect((yield* events).map(({ id, subject }) => [id, subject])).toEqual([
          ["prolific/event-1", "65fe5c837109"],
          ["prolific/event-2", "65fe5c837109"]
        ])
      })
    )
  )

  it.scopedLive(
    "that is not signed, or was sent long ago, is refused",
    knowing(({ address }) =>
      Effect.gen(function* () {
        expect(yield* call(address, { headers: { "X-PROLIFIC-REQUEST-SIGNATURE": "" } })).toBe(401)
        expect(yield* call(address, { headers: { "x-prolific-request-timestamp": "yesterday" } })).toBe(401)
        expect(yield* call(address, { at: Date.now() - 11 * minute })).toBe(401)
        expect(
          yield* call(address, {
            headers: { "X-PROLIFIC-REQUEST-SIGNATURE": sign(Redacted.make("x"), "1", bytes(body)) }
          })
        ).toBe(401)
        expect(yield* events).toEqual([])
      })
    )
  )

  it.scopedLive(
    "signed with a secret that somebody else in the workspace has made is believed, and forgers cost one call a minute",
    knowing(({ address, double }) =>
      Effect.gen(function* () {
        const { receive } = yield* hooks
        expect(yield* call(address)).toBe(204)
        const before = callsOf(double, secrets)
        for (let n = 0; n < 10; n++) expect(yield* call(address, { body: "{}" })).toBe(401)
        expect(callsOf(double, secrets) - before).toBeLessThanOrEqual(1)
        const replaced = Redacted.make("another")
        double.world.secrets.set(double.workspace, { id: "secret", value: Redacted.value(replaced) })
        const timestamp = String(Math.floor(Date.now() / 1000))
        const headers = {
          "X-Prolific-Request-Signature": sign(replaced, timestamp, bytes(body)),
          "X-Prolific-Request-Timestamp": timestamp,
          "X-Event-Id": "event-3"
        }
        yield* later("2 minutes", receive(headers, bytes(body)))
        expect((yield* events).map(({ id }) => id)).toContain("prolific/event-3")
      })
    )
  )
})
