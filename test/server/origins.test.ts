/** Which pages are the server's own, as far as browsers say: for those that send no `Sec-Fetch-Site` as well. */
import * as Headers from "@effect/platform/Headers"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as origins from "../../src/server/origins.js"
import * as server from "../support/server.js"
import { visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const isForeign = (options: origins.Options, headers: Readonly<Record<string, string>>) =>
  origins.make(options).isForeign(Headers.fromInput(headers))

const behindProxy = { host: "127.0.0.1:8080" }

describe("A browser that sends no Sec-Fetch-Site", () => {
  it("asks for its own page where the origin is the host, default ports being equal", () => {
    const same = [
      ["http://192.168.1.5:8080", "192.168.1.5:8080"],
      ["https://x", "x"],
      ["https://x", "x:443"],
      ["https://x:443", "x"],
      ["http://x", "x:80"],
      ["http://x:80", "X"],
      ["http://[::1]:8080", "[::1]:8080"]
    ] as const
    for (const [origin, host] of same)
      expect([origin, host, isForeign({}, { origin, host })]).toEqual([origin, host, false])
  })

  it("asks for another site's where it is not", () => {
    const different = [
      ["http://x:8080", "x:8081"],
      ["http://x", "x:443"],
      ["https://x.evil.example", "x"],
      ["null", "x"],
      ["", "x"],
      ["http://x", ""]
    ] as const
    for (const [origin, host] of different) {
      expect([origin, host, isForeign({ hosts: ["y"] }, { origin, host })]).toEqual([origin, host, true])
    }
  })

  it("behind a proxy that rewrites Host asks from the origin of --url", () => {
    for (const url of ["https://crowd.example.org", "https://crowd.example.org:443/"]) {
      const from = (origin: string) => isForeign({ url }, { ...behindProxy, origin })
      expect(from("https://crowd.example.org")).toBe(false)
      expect(from("http://crowd.example.org")).toBe(true)
      expect(from("https://crowd.example.org:8443")).toBe(true)
      expect(from("https://evil.example")).toBe(true)
    }
  })

  it("behind a proxy that rewrites Host asks from a name of --allow-host", () => {
    const from = (origin: string) =>
      isForeign({ hosts: ["one.example", "Two.example:8443", "::1"] }, { ...behindProxy, origin })
    expect(["https://one.example", "http://one.example", "https://two.example:8443"].map(from)).toEqual([
      false,
      false,
      false
    ])
    expect(["https://one.example:8443", "https://two.example", "https://localhost", "null"].map(from)).toEqual([
      true,
      true,
      true,
      true
    ])
  })

  it("which sends one is believed, whatever its origin", () => {
    const own = { ...behindProxy, origin: "https://crowd.example.org" }
    expect(isForeign({}, { ...own, "sec-fetch-site": "same-origin" })).toBe(false)
    expect(isForeign({ url: own.origin }, { ...own, "sec-fetch-site": "cross-site" })).toBe(true)
  })
})

const served = Layer.provideMerge(
  server.layer({
    local: { identify: "name", secret: server.secret },
    server: { url: "https://crowd.example.org", hosts: ["other.example:8443"] }
  }),
  sqlite.layer()
)

layer(served)("A server with a url and a host", (it) => {
  const naming = (origin: string, host: string) =>
    Effect.gen(function* () {
      const someone = yield* visitor(yield* server.port, "127.0.1.1")
      const headers = { host, origin, "content-type": "application/json" }
      return (yield* someone.ask("POST", "/api/work/name", { headers, json: { name: "" } })).status
    })

  it.scoped("takes from its own pages what it refuses to other sites", () =>
    Effect.gen(function* () {
      expect(yield* naming("https://crowd.example.org", "127.0.0.1:8080")).toBe(400)
      expect(yield* naming("https://other.example:8443", "127.0.0.1:8080")).toBe(400)
      expect(yield* naming("https://evil.example", "127.0.0.1:8080")).toBe(403)
    })
  )

  it.scoped("goes by their names", () =>
    Effect.gen(function* () {
      expect(yield* naming("https://crowd.example.org", "crowd.example.org:443")).toBe(400)
      expect(yield* naming("https://other.example:8443", "other.example:8443")).toBe(400)
      expect(yield* naming("https://evil.example", "evil.example")).toBe(421)
    })
  )
})
