/** What the layer does with the wire: drops, pages of proxies, throttling, silence. */
import * as http from "node:http"
import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Budget, Requesters, TaskRuns, Units } from "../../src/index.js"
import * as MTurk from "../../src/MTurk.js"
import { fromThrown } from "../../src/mturk/errors.js"
import * as Store from "../../src/Store.js"
import { hurried } from "../support/clocks.js"
import { listening } from "../support/listening.js"
import { spoilt } from "../support/unprintable.js"
import { credentials, hit, launched, make, ok, on, opened, over, type Reply, refuse, throttle } from "./wire.js"

const balance = Effect.gen(function* () {
  const requesters = yield* Requesters.Requesters
  const { id } = yield* requesters.register("me", {})
  return yield* (yield* Budget.Budget).available(id)
})

describe("an answer that is lost", () => {
  const lost: ReadonlyArray<readonly [string, Reply]> = [
    ["the connection is cut", "drop"],
    ["500 of the service", { status: 500, body: { __type: "ServiceFault", Message: "oops" } }],
    ["503 with HTML", { status: 503, html: "<html>Service Unavailable</html>" }],
    ["a date that is text", ok({ HIT: { ...hit("HIT9"), Expiration: "2026-01-01T00:00:00Z" } })]
  ]

  it.scopedLive.each(lost)("%s: is asked for again by us alone, under the same token", ([, reply]) =>
    on((wire) =>
      Effect.gen(function* () {
        wire.on("CreateHITWithHITType", (_, nth) => (nth === 1 ? reply : ok({ HIT: hit("HIT1") })))
        const { units } = yield* launched()
        expect(units.map(({ status }) => status)).toEqual(["launched"])
        const sent = wire.of("CreateHITWithHITType")
        expect(sent).toHaveLength(2)
        expect(sent[0]).toEqual(sent[1])
        expect(sent[0]?.["UniqueRequestToken"]).toBe(`launch_${units[0]?.id}`)
        expect(sent[0]?.["RequesterAnnotation"]).toBe(units[0]?.id)
      })
    )()
  )

  it.scopedLive(
    "JSON of which no text can be made is no answer",
    on((wire) =>
      Effect.gen(function* () {
        for (const body of spoilt({ AvailableBalance: "12.5" })) {
          wire.on("GetAccountBalance", () => ok(body))
          expect(yield* Effect.flip(balance)).toMatchObject({ _tag: "ProviderError", reason: "Malformed" })
        }
      })
    )
  )

  it("JSON of which no text can be made is no refusal", () => {
    const refusal = { name: "X", message: "oops", TurkErrorCode: "AWS.MechanicalTurk.X", $metadata: {} }
    for (const body of spoilt(refusal)) {
      const error = fromThrown("GetAccountBalance", Object.assign(new Error("no"), body))
      expect(error).toMatchObject({ _tag: "ProviderError", reason: "Unavailable" })
    }
  })

  it.scopedLive(
    "a silent service is given up after the timeout",
    on(
      (wire) =>
        Effect.gen(function* () {
          wire.on("GetAccountBalance", (_, nth) => (nth === 1 ? "silence" : ok({ AvailableBalance: "12.5" })))
          expect((yield* balance).minor).toBe(1_250)
          expect(wire.aborted).toEqual(["GetAccountBalance"])
        }),
      { timeout: "1 second" }
    )
  )

  it.scopedLive(
    "a connection at rest is ended by us before the service ends it, which could be under the next call",
    () =>
      Effect.gen(function* () {
        const ended = yield* Deferred.make<string>()
        const service = http.createServer({ keepAliveTimeout: 2_000 }, (request, response) => {
          request.resume().on("end", () => response.end(JSON.stringify({ AvailableBalance: "12.5" })))
        })
        service.on("connection", (socket) => {
          for (const by of ["end", "close"]) socket.once(by, () => Deferred.unsafeDone(ended, Effect.succeed(by)))
        })
        const url = `http://127.0.0.1:${yield* listening(service)}`
        const layer = Layer.provide(MTurk.layer({ endpoint: url, credentials }), Store.layerMemory)
        const seen = Effect.zipRight(balance, Deferred.await(ended))
        expect(yield* Effect.provide(seen, layer)).toBe("end")
      })
  )

  it.scopedLive(
    "interruption reaches the wire",
    on((wire) =>
      Effect.gen(function* () {
        wire.on("GetAccountBalance", () => "silence")
        const asking = yield* Effect.fork(balance)
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => wire.calls.length > 0 })
        yield* Fiber.interrupt(asking)
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => wire.aborted.length > 0 })
        expect(wire.aborted).toEqual(["GetAccountBalance"])
      })
    )
  )
})

describe("credentials", () => {
  const unknown: Reply = {
    status: 400,
    body: { __type: "UnrecognizedClientException", message: "The security token included in the request is invalid." }
  }

  it.scopedLive(
    "that the service does not know are CredentialsRejected, and the requester is not registered",
    on((wire) =>
      Effect.gen(function* () {
        const requesters = yield* Requesters.Requesters
        const me = yield* requesters.register("me", {})
        expect(yield* requesters.isRegistered(me.id)).toBe(true)
        wire.on("GetAccountBalance", () => unknown)
        const error = yield* Effect.flip(requesters.register("you", {}))
        expect(error).toMatchObject({ _tag: "CredentialsRejected", provider: "mturk" })
        expect(yield* requesters.isRegistered(me.id)).toBe(false)
      })
    )
  )

  it.scopedLive(
    "given at registration are checked, both or none of them",
    on((wire) =>
      Effect.gen(function* () {
        const requesters = yield* Requesters.Requesters
        const args = { accessKeyId: "AKIAOTHER", secretAccessKey: "other" }
        expect((yield* requesters.register("me", args)).name).toBe("me")
        expect(wire.of("GetAccountBalance")).toHaveLength(1)
        const half = yield* Effect.flip(requesters.register("me", { accessKeyId: "AKIAOTHER" }))
        expect(half._tag).toBe("InvalidRegisterArgs")
        yield* Schema.decodeUnknown(requesters.registerArgs)(args)
      })
    )
  )
})

describe("the environment", () => {
  const build = (options: MTurk.Options, store: Layer.Layer<Store.Store> = Store.layerMemory) =>
    Effect.scoped(Effect.flip(Layer.build(Layer.provide(MTurk.layer({ credentials, ...options }), store))))

  it.scopedLive("production is not reached unless mode says so, nor the sandbox where it says production", () =>
    Effect.gen(function* () {
      const production = "https://mturk-requester.us-east-1.amazonaws.com"
      const sandbox = "https://mturk-requester-sandbox.us-east-1.amazonaws.com/"
      expect(yield* build({ endpoint: production })).toMatchObject({ _tag: "InvalidSetting", setting: "endpoint" })
      expect(yield* build({ endpoint: sandbox, mode: "production" })).toMatchObject({ _tag: "InvalidSetting" })
      expect(yield* build({ endpoint: "mturk" })).toMatchObject({ _tag: "InvalidSetting", value: "mturk" })
      expect(yield* build({ host: "http://example.com/task" })).toMatchObject({
        _tag: "InvalidSetting",
        setting: "host"
      })
      const fromVariable = build({}).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["AWS_ENDPOINT_URL_MTURK", production]])))
      )
      expect(yield* fromVariable).toMatchObject({ _tag: "InvalidSetting", setting: "AWS_ENDPOINT_URL_MTURK" })
    })
  )

  it.scopedLive("the option comes before the variable, the variable before the mode's own", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* make, yield* make]
      const variable = ConfigProvider.fromMap(new Map([["AWS_ENDPOINT_URL_MTURK", second.url]]))
      const asked = (options: MTurk.Options) =>
        balance.pipe(
          Effect.provide(Layer.provide(MTurk.layer({ credentials, ...options }), Store.layerMemory)),
          Effect.withConfigProvider(variable)
        )
      yield* asked({ endpoint: first.url })
      expect([first.calls.length, second.calls.length]).toEqual([2, 0])
      yield* asked({})
      expect([first.calls.length, second.calls.length]).toEqual([2, 2])
    })
  )

  it.scopedLive("ids of two environments are kept in two databases", () =>
    Effect.gen(function* () {
      const wire = yield* make
      const shared = Layer.succeedContext(yield* Layer.build(Store.layerMemory))
      yield* Effect.provide(launched(), Layer.provide(MTurk.layer({ endpoint: wire.url, credentials }), shared))
      const error = yield* build({}, shared)
      expect(error).toMatchObject({ _tag: "InvalidSetting", setting: "mode" })
      expect(error.message).toContain(`ids of ${new URL(wire.url).host}, which mean nothing in sandbox`)
    })
  )

  it.scopedLive("mode decides whether money can be lost", () =>
    Effect.gen(function* () {
      const wire = yield* make
      const modeOf = (options: MTurk.Options) =>
        Effect.gen(function* () {
          const { run } = yield* launched()
          return (yield* (yield* TaskRuns.TaskRuns).summary(run.id)).mode
        }).pipe(Effect.provide(over(wire, options)))
      expect(yield* modeOf({})).toBe("test")
      expect(yield* modeOf({ mode: "production" })).toBe("live")
    })
  )
})

describe("throttling", () => {
  it.scopedLive(
    "slows every call down, and nothing is lost or done twice",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        wire.on("CreateHITWithHITType", (_, nth) => (nth > 10 && nth <= 20 ? throttle : ok({ HIT: hit(`HIT${nth}`) })))
        const run = yield* opened(48)
        yield* Stream.runDrain(units.launch(run.id))
        const all = [...(yield* Stream.runCollect(units.list(run.id)))]
        expect(all.filter(({ status }) => status === "launched")).toHaveLength(48)
        expect(wire.of("CreateHITWithHITType")).toHaveLength(58)
      }).pipe(hurried(5))
    ),
    60_000
  )

  it.scopedLive(
    "that does not end is a ProviderError, and the units are there for another time",
    on((wire) =>
      Effect.gen(function* () {
        const units = yield* Units.Units
        wire.on("CreateHITWithHITType", () => throttle)
        const run = yield* opened(1)
        const error = yield* Effect.flip(Stream.runDrain(units.launch(run.id)))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Throttled", method: "CreateHITWithHITType" })
        expect([...(yield* Stream.runCollect(units.list(run.id)))].map(({ status }) => status)).toEqual(["created"])
      }).pipe(hurried(5))
    ),
    60_000
  )
})

it.scopedLive(
  "a refusal is told once, in the service's words without its time stamp",
  on((wire) =>
    Effect.gen(function* () {
      wire.on("CreateHITType", () => refuse("InvalidParameterValue", "Title is too long."))
      const error = yield* Effect.flip(opened())
      expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected", description: "Title is too long." })
      expect(wire.of("CreateHITType")).toHaveLength(1)
    })
  )
)

it.scopedLive.each<readonly [string, Reply, string]>([
  ["a refusal", refuse("AccessDenied", "not for you"), "not for you"],
  ["a page of a proxy", { status: 403, html: "<html>Forbidden</html>" }, "SyntaxError"]
])("%s is the cause of its error, without the signature and the headers that were sent", ([, reply, said]) =>
  on((wire) =>
    Effect.gen(function* () {
      wire.on("GetAccountBalance", () => reply)
      const error = yield* Effect.flip(balance)
      expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
      const all = inspect(error, { depth: 20, showHidden: true, getters: true })
      expect(inspect(error.cause)).toContain(said)
      expect(all).not.toMatch(/authorization|AKIATEST|AWS4-HMAC|x-amz-date/i)
    })
  )()
)

it.scopedLive("secrets are in no message", () =>
  Effect.gen(function* () {
    const wire = yield* make
    wire.on("GetAccountBalance", () => refuse("AccessDenied"))
    const secretAccessKey = Redacted.make("wJalrXUtnFEMI")
    const error = yield* Effect.flip(
      Effect.provide(balance, over(wire, { credentials: { accessKeyId: "AK", secretAccessKey } }))
    )
    expect(JSON.stringify(error)).not.toContain("wJalrXUtnFEMI")
  })
)
