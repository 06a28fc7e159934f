import { describe, expect, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Local from "../../src/Local.js"
import * as Store from "../../src/Store.js"
import { addresses, headerText } from "./arbitraries.js"
import { from, secret, withCookie } from "./visits.js"

/** Who somebody is whose visit comes to a crowd with these options. */
const worker = (options: Local.Options, visit: Local.Visit) =>
  Effect.flatMap(Local.Local, (local) => local.worker(visit)).pipe(
    Effect.map(Option.getOrNull),
    Effect.provide(Layer.provide(Local.layer(options), Store.layerMemory))
  )

const refusal = (options: Local.Options, visit: Local.Visit) =>
  Effect.map(Effect.flip(worker(options, visit)), (error) =>
    error._tag === "Unwelcome" ? [error.reason, error.address] : [error._tag]
  )

describe("visitors known by their address", () => {
  it.effect("are called by it", () =>
    Effect.gen(function* () {
      expect(yield* worker({}, from("192.0.2.1"))).toBe("192.0.2.1")
      expect(yield* worker({}, from("::ffff:192.0.2.1"))).toBe("192.0.2.1")
      expect(yield* worker({}, from("2001:DB8::0001%eth0"))).toBe("2001:db8::1")
      expect(yield* worker({}, withCookie("anything"))).toBe("192.0.2.1")
    })
  )

  it.effect("are one worker for each /64 where IPv6 is grouped", () =>
    Effect.gen(function* () {
      expect(yield* worker({ groupIPv6: true }, from("2001:db8:1:2::3"))).toBe("2001:db8:1:2::/64")
      expect(yield* worker({ groupIPv6: true }, from("192.0.2.1"))).toBe("192.0.2.1")
    })
  )

  it.effect("have one pseudonym for an address where those are asked for, and for a group of them", () =>
    Effect.gen(function* () {
      const options = { pseudonyms: true, secret }
      const one = yield* worker(options, from("192.0.2.1"))
      expect(one).toMatch(/^p_[0-9a-f]{16}$/)
      expect(yield* worker(options, from("::ffff:192.0.2.1"))).toBe(one)
      expect(yield* worker(options, from("192.0.2.2"))).not.toBe(one)
      const grouped = { ...options, groupIPv6: true }
      const house = yield* worker(grouped, from("2001:db8:1:2::3"))
      expect(yield* worker(grouped, from("2001:db8:1:2::4"))).toBe(house)
      expect(yield* worker(options, from("2001:db8:1:2::3"))).not.toBe(house)
    })
  )

  it.effect("cannot choose a name", () =>
    Effect.gen(function* () {
      const local = yield* Local.Local
      expect(local.chooses).toBe(false)
      expect((yield* Effect.flip(local.name(from("192.0.2.1"), "Ada")))._tag).toBe("InvalidName")
    }).pipe(Effect.provide(Layer.provide(Local.layer(), Store.layerMemory)))
  )

  it.effect("are told by the trusted proxy's header, and by no other's", () =>
    Effect.gen(function* () {
      const options: Local.Options = { proxies: ["10.0.0.0/8"] }
      const headers = { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.8" }
      expect(yield* worker(options, from("10.0.0.1", { headers }))).toBe("203.0.113.9")
      expect(yield* worker(options, from("11.0.0.1", { headers }))).toBe("11.0.0.1")
      expect(yield* worker({}, from("10.0.0.1", { headers }))).toBe("10.0.0.1")
      expect(yield* worker({ ...options, proxyHeader: "forwarded" }, from("10.0.0.1", { headers }))).toBe("203.0.113.8")
    })
  )

  it.effect("are not let in where nobody can say where they come from", () =>
    Effect.gen(function* () {
      const proxied = (value: string) => from("10.0.0.1", { headers: { "x-forwarded-for": value } })
      expect(yield* refusal({ proxies: ["10.0.0.1"] }, proxied("garbage"))).toEqual(["unreadable", "garbage"])
      expect(yield* refusal({}, { ...from(""), peer: Option.none() })).toEqual(["unreadable", ""])
    })
  )

  it.effect("are somebody or Unwelcome, whatever they send", () =>
    Effect.gen(function* () {
      const proxies = ["0.0.0.0/0", "::/0"]
      const crowds = yield* Effect.forEach(["forwarded", "x-forwarded-for"] as const, (proxyHeader) =>
        Effect.provide(Local.Local, Layer.provide(Local.layer({ proxies, proxyHeader }), Store.layerMemory))
      )
      const sent = FastCheck.tuple(FastCheck.oneof(addresses, FastCheck.string16bits()), headerText, headerText)
      for (const [peer, one, other] of FastCheck.sample(sent, 200)) {
        const visit = from(peer, { headers: { "x-forwarded-for": one, forwarded: other }, cookie: Option.some(other) })
        for (const crowd of crowds) {
          const answer = yield* Effect.either(crowd.worker(visit))
          const became = answer._tag === "Right" ? typeof Option.getOrNull(answer.right) : answer.left._tag
          expect(became, JSON.stringify(visit)).toMatch(/^(string|Unwelcome)$/)
        }
      }
    })
  )
})

describe("the lists of who may take part", () => {
  const house: Local.Options = { allow: ["192.0.2.0/24", "2001:db8::/32"], deny: ["192.0.2.66"] }

  it.effect("let in whom they allow and do not deny", () =>
    Effect.gen(function* () {
      expect(yield* worker(house, from("::ffff:192.0.2.1"))).toBe("192.0.2.1")
      expect(yield* worker(house, from("2001:db8::1"))).toBe("2001:db8::1")
      expect(yield* refusal(house, from("::ffff:192.0.2.66"))).toEqual(["denied", "192.0.2.66"])
      expect(yield* refusal(house, from("203.0.113.9"))).toEqual(["not_allowed", "203.0.113.9"])
      expect(yield* refusal({ allow: [] }, from("203.0.113.9"))).toEqual(["not_allowed", "203.0.113.9"])
      expect(yield* worker({ deny: ["192.0.2.66"] }, from("203.0.113.9"))).toBe("203.0.113.9")
    })
  )

  it.effect("look at the address behind the proxy", () =>
    Effect.gen(function* () {
      const options = { ...house, proxies: ["10.0.0.0/8"] }
      const headers = { "x-forwarded-for": "192.0.2.66" }
      expect(yield* refusal(options, from("10.0.0.1", { headers }))).toEqual(["denied", "192.0.2.66"])
    })
  )

  it.effect("come before names and the cookies that prove them", () =>
    Effect.gen(function* () {
      const local = yield* Local.Local
      const { cookie } = yield* local.name(from("192.0.2.1"), "Ada")
      const visit = from("203.0.113.9", { cookie: Option.some(cookie) })
      expect((yield* Effect.flip(local.worker(visit))).reason).toBe("not_allowed")
      expect((yield* Effect.flip(local.name(visit, "\u0000")))._tag).toBe("Unwelcome")
      expect((yield* Effect.flip(local.worker({ ...visit, peer: Option.none() }))).reason).toBe("unreadable")
      expect(yield* local.worker({ ...visit, peer: Option.some("192.0.2.7") })).toEqual(Option.some("Ada"))
    }).pipe(Effect.provide(Layer.provide(Local.layer({ ...house, identify: "name", secret }), Store.layerMemory)))
  )
})

describe("options that make no sense", () => {
  const fault = (options: Local.Options) => Effect.flip(worker(options, from("192.0.2.1")))

  it.effect.each<[Local.Options, string, string]>([
    [{ proxies: ["10.0.0.0/8", "10.0.0.0/33"] }, "proxies", "10.0.0.0/33"],
    [{ allow: ["the office"] }, "allow", "the office"],
    [{ deny: ["::/200"] }, "deny", "::/200"],
    [{ identify: "name" }, "secret", ""],
    [{ namesPerHour: 0 }, "namesPerHour", "0"],
    [{ pseudonyms: true }, "secret", ""],
    [{ pseudonyms: true, secret: Redacted.make("short") }, "secret", "<redacted>"]
  ])("%j are an InvalidSetting when the layer is built", ([options, setting, value]) =>
    Effect.gen(function* () {
      expect(yield* fault(options)).toMatchObject({ _tag: "InvalidSetting", setting, value })
    })
  )

  it.effect("do not tell the secret", () =>
    Effect.gen(function* () {
      const error = yield* fault({ identify: "name", secret: Redacted.make("tell nobody") })
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("tell nobody")
    })
  )
})

describe("options from the configuration", () => {
  const layer = Local.layerConfig({
    identify: Config.literal("address", "name")("IDENTIFY").pipe(Config.withDefault("address")),
    proxies: Config.array(Config.string(), "PROXIES"),
    pseudonyms: Config.succeed(true),
    secret: Config.redacted("SECRET")
  })
  const built = (settings: ReadonlyArray<readonly [string, string]>) =>
    Effect.flatMap(Local.Local, (local) =>
      local.worker(from("10.0.0.1", { headers: { "x-forwarded-for": "203.0.113.9" } }))
    ).pipe(
      Effect.provide(Layer.provide(layer, Store.layerMemory)),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(settings)))
    )

  it.effect("are the same as given by hand", () =>
    Effect.gen(function* () {
      const byHand = yield* worker({ pseudonyms: true, secret }, from("203.0.113.9"))
      const settings: ReadonlyArray<readonly [string, string]> = [
        ["PROXIES", "10.0.0.0/8,fd00::/8"],
        ["SECRET", Redacted.value(secret)]
      ]
      expect(yield* built(settings)).toEqual(Option.some(byHand))
      expect(yield* Effect.flip(built([["PROXIES", "10.0.0.0/8"]]))).toMatchObject({ _op: "MissingData" })
      const wrong = yield* Effect.flip(built([...settings, ["PROXIES", "lan"]]))
      expect(wrong).toMatchObject({ _tag: "InvalidSetting", setting: "proxies", value: "lan" })
    })
  )
})
