/** The names a server answers to: a page of somebody else's name must not be one of ours (DNS rebinding). */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as server from "../support/server.js"
import { visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const served = Layer.provideMerge(server.layer({ server: { hosts: ["crowd.example.org"] } }), sqlite.layer())

layer(served)("A server asked for", (it) => {
  const asking = (host: string, method = "GET", path = "/api/work/lobby") =>
    Effect.gen(function* () {
      const someone = yield* visitor(yield* server.port, "127.0.1.1")
      return yield* someone.ask(method, path, { headers: { host } })
    })

  const ours = [
    "127.0.0.1",
    "127.0.0.1:8080",
    "[::1]:8080",
    "[::1]",
    "localhost:1",
    "LocalHost",
    "Crowd.Example.org:443"
  ]

  it.scoped("by an address, localhost, or a name of its own answers", () =>
    Effect.gen(function* () {
      for (const host of ours) expect([host, (yield* asking(host)).status]).toEqual([host, 200])
    })
  )

  const others = ["evil.example", "evil.example:8080", "crowd.example.org.evil.example", "127.0.0.1.evil.example", "1"]

  it.scoped("by whomever shows its documentation in nobody's frame", () =>
    Effect.gen(function* () {
      const { headers, status } = yield* asking("localhost", "GET", "/docs")
      expect(status).toBe(200)
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'")
    })
  )

  const opening = (host: string, path: string) =>
    Effect.gen(function* () {
      const someone = yield* visitor(yield* server.port, "127.0.1.1")
      return yield* someone.ask("GET", path, { headers: { host, accept: "text/html,*/*;q=0.8" } })
    })

  it.scoped("by any other name tells people so in a page, with the option that allows it", () =>
    Effect.gen(function* () {
      const named = yield* opening("crowd.other.org:8080", "/")
      expect([named.status, named.headers["content-type"]]).toEqual([421, "text/html; charset=utf-8"])
      expect(named.body).toContain("<code>--allow-host crowd.other.org:8080</code>")
      const joke = yield* opening("<script>alert(1)</script>", "/")
      expect(joke.body).toContain("<code>--allow-host NAME</code>")
      expect(joke.body).not.toContain("<script")
    })
  )

  it.scoped("for what is not there tells people so in a page, with a way back", () =>
    Effect.gen(function* () {
      for (const [path, way] of [
        ["/nowhere", '<a href="/">See all tasks</a>'],
        ["/task", '<a href="/">See all tasks</a>'],
        ["/consoles", '<a href="/">See all tasks</a>']
      ] as const) {
        const { body, status } = yield* opening("localhost", path)
        expect([path, status]).toEqual([path, 404])
        expect(body).toContain(way)
      }
      const asked = yield* asking("localhost", "GET", "/nowhere")
      expect([asked.status, asked.body]).toEqual([404, "There is nothing here."])
    })
  )

  it.scoped("by any other name says so, whatever is asked", () =>
    Effect.gen(function* () {
      for (const host of others) {
        for (const [method, path] of [
          ["GET", "/"],
          ["GET", "/api/work/lobby"],
          ["GET", "/frame/preview/run"],
          ["POST", "/api/work/name"]
        ] as const) {
          const { body, status } = yield* asking(host, method, path)
          expect([host, path, status]).toEqual([host, path, 421])
          expect(JSON.parse(body)).toMatchObject({
            _tag: "WrongHost",
            message: expect.stringContaining("--allow-host")
          })
        }
      }
    })
  )
})
