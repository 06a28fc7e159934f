/** Who gets to see the console. */

import * as HttpApi from "@effect/platform/HttpApi"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import { Api } from "../../src/server/Api.js"
import { cookieName } from "../../src/server/ConsoleApi.js"
import * as server from "../support/server.js"
import * as consoleClient from "./consoleClient.js"

interface Endpoint {
  readonly method: string
  readonly path: string
}

const endpoints: ReadonlyArray<Endpoint> = (() => {
  const found: Array<Endpoint> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => {
      if (group.identifier === "console") found.push({ method: endpoint.method, path: endpoint.path })
    }
  })
  return found
})()

/** So much later nothing is known any more of wrong tokens. */
const forgotten = TestClock.adjust("16 minutes")

const signIn = (token = Redacted.value(server.token), headers: Record<string, string> = {}) =>
  consoleClient.post("/api/session/", { token }, headers)

/** What a browser sends back. */
const cookieOf = ({ headers }: { readonly headers: Headers }): string => headers.getSetCookie()[0]?.split(";")[0] ?? ""

const statusWith = (headers: Record<string, string>) =>
  Effect.map(consoleClient.raw("/api/console/runs", { headers }), ({ status }) => status)

layer(consoleClient.layer)("Access to the console", (it) => {
  it.effect("is refused at every endpoint without the token, and nothing is done", () =>
    Effect.gen(function* () {
      const run = yield* consoleClient.launched("Access", 1)
      const agent = yield* consoleClient.submitted(run.id, "10.0.0.1")
      const foreign: ReadonlyArray<Record<string, string>> = [
        {},
        { authorization: "Bearer wrong" },
        { authorization: `Basic ${Redacted.value(server.token)}` },
        { cookie: `${cookieName}=${Redacted.value(server.token)}` },
        { cookie: `${cookieName}=` }
      ]
      expect(endpoints.length).toBeGreaterThanOrEqual(12)
      for (const { method, path } of endpoints) {
        yield* forgotten
        const at = path.replace(":run", run.id).replace(":worker", agent.worker).replace(":format", "csv")
        for (const headers of foreign) {
          const payload = { decision: { _tag: "Approve" }, agents: [agent.id], reason: "spam" }
          const answer =
            method === "GET"
              ? yield* consoleClient.raw(at, { headers })
              : yield* consoleClient.post(at, payload, headers)
          expect([method, path, answer.status]).toEqual([method, path, 401])
          expect(JSON.parse(answer.text)).toMatchObject({
            _tag: "NotSignedIn",
            message: expect.stringContaining("address")
          })
        }
      }
      const { status } = yield* Effect.flatMap(Agents, (agents) => agents.get(agent.id))
      expect(status).toBe("completed")
    })
  )

  it.effect("is given by the token, in a cookie that no script reads, until signing out", () =>
    Effect.gen(function* () {
      const wrong = yield* consoleClient.post("/api/session/", { token: "guess" }, {})
      expect([wrong.status, wrong.headers.getSetCookie()]).toEqual([401, []])
      const right = yield* consoleClient.post("/api/session/", { token: Redacted.value(server.token) }, {})
      expect(right.status).toBe(204)
      const [cookie = ""] = right.headers.getSetCookie()
      expect(cookie).toMatch(/HttpOnly/)
      expect(cookie).toMatch(/SameSite=Strict/)
      expect(cookie).not.toMatch(/Secure/)
      expect(cookie).not.toContain(Redacted.value(server.token))
      const [pair = ""] = cookie.split(";")
      expect((yield* consoleClient.raw("/api/console/runs", { headers: { cookie: pair } })).status).toBe(200)
      const out = yield* consoleClient.raw("/api/session/", { method: "DELETE", headers: { cookie: pair } })
      expect(out.headers.getSetCookie()[0]).toMatch(/Max-Age=0|1970/)
    })
  )

  it.effect("ends with signing out: the cookie opens nothing any more, others' do", () =>
    Effect.gen(function* () {
      const [mine, others] = [cookieOf(yield* signIn()), cookieOf(yield* signIn())]
      expect(mine).not.toBe(others)
      yield* consoleClient.raw("/api/session/", { method: "DELETE", headers: { cookie: mine } })
      expect([yield* statusWith({ cookie: mine }), yield* statusWith({ cookie: others })]).toEqual([401, 200])
    })
  )

  it.effect("is by another cookie after signing in again: the one before opens nothing", () =>
    Effect.gen(function* () {
      const before = cookieOf(yield* signIn())
      const after = cookieOf(yield* signIn(undefined, { cookie: before }))
      expect([yield* statusWith({ cookie: before }), yield* statusWith({ cookie: after })]).toEqual([401, 200])
    })
  )

  it.effect("is guessed at slowly: after ten failures an address waits, at sign-in and with a bearer's token", () =>
    Effect.gen(function* () {
      yield* forgotten
      const cookie = cookieOf(yield* signIn())
      for (let n = 0; n < 5; n++) {
        expect((yield* signIn("a guess")).status).toBe(401)
        expect(yield* statusWith({ authorization: "Bearer another guess" })).toBe(401)
      }
      const slowed = yield* signIn()
      expect([slowed.status, slowed.headers.get("retry-after")]).toEqual([429, "1"])
      expect(JSON.parse(slowed.text)).toMatchObject({
        _tag: "TooManyAttempts",
        message: "Too many wrong tokens came from your address. Try again in 1 second."
      })
      expect(yield* statusWith({ authorization: consoleClient.authorization })).toBe(429)
      expect(yield* statusWith({ cookie })).toBe(200)
      yield* TestClock.adjust("1 seconds")
      expect((yield* signIn()).status).toBe(204)
    })
  )

  it.effect("is given, by a proxy with TLS, in a cookie for TLS alone", () =>
    Effect.gen(function* () {
      const token = Redacted.value(server.token)
      const host = yield* Effect.map(server.port, (port) => `127.0.0.1:${port}`)
      const given = yield* consoleClient.post("/api/session/", { token }, { origin: `https://${host}` })
      expect(given.headers.getSetCookie()[0]).toMatch(/; Secure/)
    })
  )

  it.effect("is refused to changes that a page of another site asks for", () =>
    Effect.gen(function* () {
      const run = yield* consoleClient.launched("Foreign", 1)
      const { authorization } = consoleClient
      const path = `/api/console/runs/${run.id}/expire`
      const foreign = yield* consoleClient.post(path, {}, { authorization, origin: "http://evil.example" })
      expect(foreign.status).toBe(403)
      const sandboxed = yield* consoleClient.post(path, {}, { authorization, origin: "null" })
      expect(sandboxed.status).toBe(403)
    })
  )
})
