import { isIP } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { isGiven, isWithin, networkOf, pseudonym, read, readRange } from "../../src/local/address.js"
import { addresses, addressOf } from "./arbitraries.js"

const written = (text: string) => Option.getOrNull(Option.map(read(text), String))

describe("an address", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:C000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["fe80::1%br-lan.2", "fe80::1"],
    ["::1", "::1"],
    ["::", "::"]
  ])("%s has the one form %s", (text, form) => {
    expect(written(text)).toBe(form)
  })

  it.each([
    "",
    " ",
    "localhost",
    "unknown",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "010.0.0.1",
    "0x7f.0.0.1",
    "127.1",
    "1.2.3.4 ",
    "1.2.3.4%eth0",
    "1.2.3.4/32",
    "1:2:3",
    "::1::",
    "12345::",
    ":::",
    "::ffff:1.2.3.256",
    "::ffff:0x1.2.3.4",
    "[::1]"
  ])("%j is none", (text) => {
    expect(written(text)).toBeNull()
  })

  it.prop("has a form that reads as itself, and Node agrees that it is one", [addresses], ([text]) => {
    const form = String(addressOf(text))
    expect(isIP(form)).not.toBe(0)
    expect(written(form)).toBe(form)
  })

  it.prop("in IPv4 is the same when mapped into IPv6, in each way of writing", [FastCheck.ipV4()], ([text]) => {
    const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number)
    const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
    for (const mapped of [`::ffff:${text}`, `::ffff:${hex}`, `0:0:0:0:0:FFFF:${hex}`, `::ffff:${text}%eth0`]) {
      expect(written(mapped)).toBe(text)
    }
  })

  it.prop("is read from any text or it is not, never thrown at", [FastCheck.string16bits()], ([text]) => {
    expect(Option.isOption(read(text))).toBe(true)
    expect(Option.isOption(readRange(text))).toBe(true)
  })
})

describe("a range", () => {
  const holds = (range: string, address: string) => isWithin(addressOf(address), Option.toArray(readRange(range)))

  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.1.2.3/8", "10.9.9.9", true],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "203.0.113.9", false],
    ["::/0", "2001:db8::1", true],
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.2.7", "192.0.2.8", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["::ffff:10.0.0.0/104", "10.4.4.4", true],
    ["::ffff:10.0.0.0/104", "11.4.4.4", false],
    ["::ffff:0:0/96", "203.0.113.9", true]
  ])("%s over %s: %s", (range, address, answer) => {
    expect(holds(range, address)).toBe(answer)
  })

  it.each([
    "",
    "/8",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10/8",
    "::/129",
    "::ffff:0:0/90",
    "lan",
    "1.2.3.4/8/8"
  ])("%j is none", (text) => {
    expect(Option.isNone(readRange(text))).toBe(true)
  })

  it.prop("of one address holds that address alone", [addresses, addresses], ([one, other]) => {
    expect(holds(one, one)).toBe(true)
    expect(holds(one, other)).toBe(String(addressOf(one)) === String(addressOf(other)))
  })
})

describe("what stands for an address", () => {
  const secret = Redacted.make("a secret of the test")

  it("is the /64 network where IPv6 is grouped", () => {
    expect(networkOf(addressOf("2001:db8:1:2:3:4:5:6"))).toBe("2001:db8:1:2::/64")
    expect(networkOf(addressOf("2001:db8:1:2::"))).toBe("2001:db8:1:2::/64")
    expect(networkOf(addressOf("2001:db8:1:3::"))).toBe("2001:db8:1:3::/64")
    expect(networkOf(addressOf("::ffff:192.0.2.1"))).toBe("192.0.2.1")
  })

  it("is one pseudonym for an address and a secret, short and readable", () => {
    const name = pseudonym(secret, "192.0.2.1")
    expect(name).toMatch(/^p_[0-9a-f]{16}$/)
    expect(pseudonym(secret, "192.0.2.1")).toBe(name)
    expect(pseudonym(secret, "192.0.2.2")).not.toBe(name)
    expect(pseudonym(Redacted.make("another secret of it"), "192.0.2.1")).not.toBe(name)
  })

  it.prop("is told from a name that people choose", [addresses], ([text]) => {
    const address = addressOf(text)
    for (const name of [String(address), networkOf(address), pseudonym(secret, text)]) expect(isGiven(name)).toBe(true)
    expect(isGiven("Ada")).toBe(false)
  })
})
