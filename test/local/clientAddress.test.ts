import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { isWithin, type Range, readRange } from "../../src/local/address.js"
import { type Header, originOf } from "../../src/local/clientAddress.js"
import { addresses, addressOf, headerText } from "./arbitraries.js"

const ranges = (...texts: ReadonlyArray<string>): ReadonlyArray<Range> =>
  texts.flatMap((text) => Option.toArray(readRange(text)))

const proxies = ranges("10.0.0.0/8", "fd00::/8")

type Headers = { readonly [name: string]: string | undefined }

/** Where a visit comes from; what cannot be read stands in angle brackets. */
const origin = (peer: string | undefined, headers: Headers, header: Header = "x-forwarded-for", trusted = proxies) =>
  Either.match(originOf({ peer: Option.fromNullable(peer), headers, cookie: Option.none() }, trusted, header), {
    onLeft: (text) => `<${text}>`,
    onRight: String
  })

const forwardedFor = (value: string) => origin("10.0.0.1", { "x-forwarded-for": value })
const forwarded = (value: string) => origin("10.0.0.1", { forwarded: value }, "forwarded")

describe("x-forwarded-for", () => {
  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["198.51.100.1, 203.0.113.9, 10.0.0.3,10.0.0.2", "203.0.113.9"],
    ["203.0.113.9:5678", "203.0.113.9"],
    ["2001:DB8::9", "2001:db8::9"],
    ["[2001:db8::9]", "2001:db8::9"],
    ["[2001:db8::9]:443", "2001:db8::9"],
    ['"[2001:db8::9]:443"', "2001:db8::9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["203.0.113.9, fd00::5", "203.0.113.9"],
    ["10.0.0.7, 10.0.0.2", "10.0.0.7"],
    ["nonsense, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["203.0.113.9,", "203.0.113.9"],
    ["", "10.0.0.1"],
    [" , ", "10.0.0.1"],
    ["203.0.113.9, unknown", "<unknown>"],
    ["203.0.113.9, 10.0.0.2, 1.2.3", "<1.2.3>"],
    ["[2001:db8::9", "<[2001:db8::9>"],
    ["203.0.113.9:", "<203.0.113.9:>"],
    ["for=203.0.113.9", "<for=203.0.113.9>"]
  ])("%j from a proxy says %s", (value, answer) => {
    expect(forwardedFor(value)).toBe(answer)
  })
})

describe("forwarded", () => {
  it.each([
    ["for=203.0.113.9", "203.0.113.9"],
    ["For=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"],
    ['for="[2001:db8::9]:4711"', "2001:db8::9"],
    ['for="203.0.113.9:4711"', "203.0.113.9"],
    ['for="203.0.113.9:_port"', "203.0.113.9"],
    ["for=198.51.100.1, for=203.0.113.9;proto=http, for=10.0.0.2", "203.0.113.9"],
    ["for=_hidden, for=203.0.113.9", "203.0.113.9"],
    ["for=203.0.113.9, for=_hidden", "<_hidden>"],
    ["for=unknown", "<unknown>"],
    ["proto=https", "<>"],
    ["203.0.113.9", "<203.0.113.9>"],
    ['for="203.0.113.9', '<for="203.0.113.9>']
  ])("%j from a proxy says %s", (value, answer) => {
    expect(forwarded(value)).toBe(answer)
  })
})

describe("the origin of a visit", () => {
  it("is the peer where no proxy is trusted, or nothing is told", () => {
    const headers = { "x-forwarded-for": "198.51.100.1", forwarded: "for=198.51.100.1" }
    expect(origin("10.0.0.1", headers, "x-forwarded-for", [])).toBe("10.0.0.1")
    expect(origin("203.0.113.9", headers)).toBe("203.0.113.9")
    expect(origin("::ffff:10.0.0.1", {})).toBe("10.0.0.1")
  })

  it("is told by the one header that is configured", () => {
    const headers = { "x-forwarded-for": "198.51.100.1", forwarded: "for=203.0.113.9" }
    expect(origin("::ffff:10.0.0.1", headers)).toBe("198.51.100.1")
    expect(origin("fd00::1%eth0", headers, "forwarded")).toBe("203.0.113.9")
  })

  it("is not known without a peer, whatever the headers say", () => {
    expect(origin(undefined, { "x-forwarded-for": "198.51.100.1" })).toBe("<>")
    expect(origin("/run/crowd.sock", { "x-forwarded-for": "198.51.100.1" })).toBe("</run/crowd.sock>")
  })

  const headers = FastCheck.constantFrom<Header>("x-forwarded-for", "forwarded")
  const strangers = addresses.filter((text) => !isWithin(addressOf(text), proxies))

  it.prop(
    "of an untrusted peer is that peer, whatever the headers say",
    [strangers, headers, headerText, headerText],
    ([peer, header, one, other]) => {
      expect(origin(peer, { "x-forwarded-for": one, forwarded: other }, header)).toBe(String(addressOf(peer)))
    },
    { fastCheck: { numRuns: 1_000 } }
  )

  it.prop(
    "is what the nearest proxy saw, whatever was in x-forwarded-for before",
    [headerText, strangers],
    ([before, client]) => {
      expect(forwardedFor(`${before}, ${client}`)).toBe(String(addressOf(client)))
      expect(forwardedFor(`${before}, ${client}, 10.0.0.2`)).toBe(String(addressOf(client)))
    },
    { fastCheck: { numRuns: 1_000 } }
  )

  it.prop(
    "is what the nearest proxy saw or beyond reading, whatever was in forwarded before",
    [headerText, strangers],
    ([before, client]) => {
      const value = `${before}, for="${client.includes(":") ? `[${client}]` : client}";proto=https`
      expect([String(addressOf(client)), `<${value}>`]).toContain(forwarded(value))
    },
    { fastCheck: { numRuns: 1_000 } }
  )
})
