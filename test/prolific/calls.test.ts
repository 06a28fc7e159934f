/** One call: what is sent, what is believed of the answer, and how lists are read to their end. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import * as Request from "@effect/platform/HttpClientRequest"
import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { make } from "../../src/prolific/client.js"
import { type Environment, resolve } from "../../src/prolific/environment.js"
import type { CallError } from "../../src/prolific/errors.js"
import { everyOffset, everyPage, wholeList } from "../../src/prolific/paging.js"
import { freePort } from "../support/freePort.js"
import { listening } from "../support/listening.js"

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that answers so, and its address; what it was asked. */
const serving = (answer: Answer) =>
  Effect.suspend(() => {
    const asked: Array<IncomingMessage> = []
    const server = createServer((request, response) => {
      asked.push(request)
      answer(request, response)
    })
    return Effect.map(listening(server), (port) => ({ url: `http://127.0.0.1:${port}`, asked }))
  })

const secret = "sesame-open"

const environmentOf = (api: string): Environment => ({
  api,
  app: api,
  pages: Option.none(),
  token: Redacted.make(secret),
  workspace: Option.none(),
  project: Option.none()
})

const clientOf = (api: string) =>
  make({ environment: environmentOf(api), timeout: Duration.millis(500), concurrency: 2 })

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))

const Named = Schema.Struct({ name: Schema.String })

const asking = (answer: Answer, request = Request.get("/api/v1/thing/")) =>
  Effect.gen(function* () {
    const { asked, url } = yield* serving(answer)
    const client = yield* clientOf(url)
    return { asked, exit: yield* Effect.either(client.call("thing", request, Named)) }
  })

const failing = (answer: Answer, request?: Request.HttpClientRequest) =>
  Effect.flatMap(asking(answer, request), ({ exit }) => Effect.flip(exit))

const words = (error: CallError) =>
  error._tag === "Refusal" ? [error._tag, error.status, error.description] : [error._tag, error.reason]

const post = Request.post("/api/v1/thing/").pipe(Request.bodyUnsafeJson({ name: "x" }))

describe("a call", () => {
  it.scopedLive("carries the token, and nothing of ours but what it is about", () =>
    Effect.gen(function* () {
      const { asked, exit } = yield* Effect.withSpan(
        asking((_, response) => json(response, 200, { name: "y" })),
        "ours"
      )
      expect(exit).toMatchObject({ right: { name: "y" } })
      const headers = asked[0]?.headers ?? {}
      expect(headers.authorization).toBe(`Token ${secret}`)
      expect(Object.keys(headers).filter((name) => /trace|b3|cookie/.test(name))).toEqual([])
    })
  )

  for (const [shape, body, said] of [
    ["wrapped", { error: { status: 400, title: "Bad", detail: { reward: ["too low"] } } }, "Bad: reward: too low"],
    ["bare", { status: 400, error_code: 1, title: "Bad", detail: ["one", "two"] }, "Bad: one; two"],
    ["a message", { message: "no such thing", detail: null }, "no such thing"],
    ["a detail alone", { detail: "Not found." }, "Not found."]
  ] as const) {
    it.scopedLive(`that is refused says why, where the error is ${shape}`, () =>
      Effect.gen(function* () {
        const error = yield* failing((_, response) => json(response, 400, body))
        expect(words(error)).toEqual(["Refusal", 400, `status 400: ${said}`])
      })
    )
  }

  it.scopedLive("may have happened where a 4xx is none of Prolific's, or a 2xx says nothing that can be read", () =>
    Effect.gen(function* () {
      const page = yield* failing((_, response) => response.writeHead(403).end("<html>go away</html>"), post)
      const cut = yield* failing((_, response) => response.writeHead(201).end('{"name":'), post)
      expect([page, cut].map(words)).toEqual([
        ["ProviderError", "Malformed"],
        ["ProviderError", "Malformed"]
      ])
    })
  )

  it.scopedLive("waits as long as a 429 asks for", () =>
    Effect.gen(function* () {
      const error = yield* failing((_, response) => json(response, 429, { detail: "slow" }, { "retry-after": "7" }))
      expect(error).toMatchObject({ reason: "Throttled", retryAfter: Duration.seconds(7) })
    })
  )

  it.scopedLive("that is broken, cut off, or late may have happened", () =>
    Effect.gen(function* () {
      const errors = [
        yield* failing((_, response) => json(response, 503, { detail: "later" })),
        yield* failing((request) => request.socket.destroy()),
        yield* failing((_, response) => {
          response.writeHead(200, { "content-length": "100" }).write('{"name"')
          setTimeout(() => response.destroy(), 20)
        }),
        yield* failing(() => undefined)
      ]
      expect(errors.map(words)).toEqual(errors.map(() => ["ProviderError", "Unavailable"]))
      expect(String(errors[3])).toContain("no answer within 500ms")
    })
  )

  it.scopedLive("is never sent on where it is no GET, and did not happen then", () =>
    Effect.gen(function* () {
      for (const status of [301, 302, 303, 307, 308]) {
        const answer: Answer = ({ url }, response) =>
          url === "/api/v1/thing/"
            ? response.writeHead(status, { location: "/elsewhere" }).end()
            : json(response, 200, {})
        const { asked, exit } = yield* asking(answer, post)
        expect(words(yield* Effect.flip(exit))).toEqual(["ProviderError", "Rejected"])
        expect(asked.map(({ url }) => url)).toEqual(["/api/v1/thing/"])
      }
    })
  )

  it.scopedLive("that reads is sent on within the API, and never to another host", () =>
    Effect.gen(function* () {
      const other = yield* serving((_, response) => json(response, 200, { name: "stolen" }))
      const within: Answer = ({ url }, response) =>
        url === "/api/v1/thing/"
          ? response.writeHead(301, { location: "/moved/" }).end()
          : json(response, 200, { name: "y" })
      expect((yield* asking(within)).exit).toMatchObject({ right: { name: "y" } })
      const away = yield* failing((_, response) => response.writeHead(302, { location: `${other.url}/x` }).end())
      expect(words(away)).toEqual(["ProviderError", "Rejected"])
      expect(other.asked).toEqual([])
      const { asked } = yield* asking((_, response) => response.writeHead(302, { location: "/api/v1/thing/" }).end())
      expect(asked.length).toBeLessThan(6)
    })
  )

  it.scopedLive("does not show its token in an error, whatever the answer says", () =>
    Effect.gen(function* () {
      const closed = yield* clientOf(`http://127.0.0.1:${yield* Effect.promise(() => freePort())}`)
      const error = yield* Effect.flip(closed.call("thing", post, Named))
      const { cause, ...shown } = error
      expect(`${error} ${JSON.stringify(error)} ${JSON.stringify(shown)} ${String(cause)}`).not.toContain(secret)
    })
  )
})

const Item = Schema.Struct({ id: Schema.String })

const items = (from: number, until: number) =>
  Array.from({ length: Math.max(0, until - from) }, (_, n) => ({ id: String(from + n) }))

const listing = (
  answer: (query: URLSearchParams, response: ServerResponse) => void,
  list: typeof everyPage = everyPage
) =>
  Effect.gen(function* () {
    const { asked, url } = yield* serving(({ url }, response) =>
      answer(new URL(url ?? "", "http://x").searchParams, response)
    )
    const client = yield* clientOf(url)
    const found = yield* Effect.either(Stream.runCollect(list(client, "list", "/list/", { study: "s" }, Item)))
    return { asked, found: Option.map(Option.getRight(found), Chunk.toReadonlyArray), failed: Option.getLeft(found) }
  })

describe("a list", () => {
  it.scopedLive("is read page by page, with its study in each call, to the count it is said to have", () =>
    Effect.gen(function* () {
      const { asked, found } = yield* listing((query, response) => {
        const from = (Number(query.get("page")) - 1) * 100
        json(response, 200, {
          results: items(from, Math.min(250, from + 100)),
          meta: { count: 250 },
          _links: { next: { href: "http://internal.example/next" } }
        })
      })
      expect(Option.map(found, (all) => all.length)).toEqual(Option.some(250))
      expect(asked).toHaveLength(3)
      expect(asked.every(({ url }) => url?.includes("study=s"))).toBe(true)
    })
  )

  it.scopedLive("ends where next is null, or at the 404 past its end", () =>
    Effect.gen(function* () {
      const short = yield* listing((_, response) =>
        json(response, 200, { results: items(0, 20), _links: { next: { href: null } } })
      )
      expect(short.asked).toHaveLength(1)
      const past = yield* listing((query, response) =>
        query.get("page") === "1"
          ? json(response, 200, { results: items(0, 20) })
          : json(response, 404, { detail: "Invalid page." })
      )
      expect(Option.map(past.found, (all) => all.length)).toEqual(Option.some(20))
    })
  )

  it.scopedLive("that ends before its count is not taken for the whole", () =>
    Effect.gen(function* () {
      const { failed } = yield* listing((query, response) =>
        query.get("page") === "1"
          ? json(response, 200, { results: items(0, 20), meta: { count: 21 } })
          : json(response, 404, { detail: "Invalid page." })
      )
      expect(failed).toMatchObject({ value: { reason: "Malformed", description: "the list ended after 20 of 21" } })
    })
  )

  it.scopedLive("that answers every page with the same is read once", () =>
    Effect.gen(function* () {
      const same = (_: URLSearchParams, response: ServerResponse) => json(response, 200, { results: items(0, 300) })
      const { asked, found } = yield* listing(same, everyOffset)
      expect(Option.map(found, (all) => all.length)).toEqual(Option.some(300))
      expect(asked.length).toBeLessThanOrEqual(2)
    })
  )

  it.scopedLive("that comes whole is checked against its count", () =>
    Effect.gen(function* () {
      const { url } = yield* serving((_, response) =>
        json(response, 200, { results: items(0, 20), meta: { count: 22 } })
      )
      const client = yield* clientOf(url)
      expect(yield* Effect.flip(wholeList(client, "list", "/list/", {}, Item))).toMatchObject({ reason: "Malformed" })
    })
  )
})

const settings = (options: Parameters<typeof resolve>[0], variables: Record<string, string> = {}) =>
  Effect.either(Effect.withConfigProvider(resolve(options), ConfigProvider.fromMap(new Map(Object.entries(variables)))))

const token = Redacted.make(secret)

describe("settings", () => {
  it.effect("come from options, and then from the variables of Prolific's own command", () =>
    Effect.gen(function* () {
      const variables = { PROLIFIC_TOKEN: secret, PROLIFIC_URL: "http://127.0.0.1:1/", PROLIFIC_WORKSPACE: "Ours" }
      expect(yield* settings({ pages: "http://localhost:4000/" }, variables)).toMatchObject({
        right: {
          api: "http://127.0.0.1:1",
          app: "http://127.0.0.1:1",
          pages: Option.some("http://localhost:4000"),
          workspace: Option.some("Ours")
        }
      })
      expect(yield* settings({ token, pages: "https://tasks.example.org/a" })).toMatchObject({
        right: { api: "https://api.prolific.com", app: "https://app.prolific.com", project: Option.none() }
      })
    })
  )

  it.effect("need a token, never show it, and send it nowhere in the clear", () =>
    Effect.gen(function* () {
      expect(yield* settings({})).toMatchObject({ left: { _tag: "InvalidSetting", setting: "token" } })
      const clear = yield* settings({ token, url: "http://api.prolific.com" })
      expect(clear).toMatchObject({ left: { _tag: "InvalidSetting", setting: "url" } })
      expect(JSON.stringify(clear)).not.toContain(secret)
    })
  )

  it.effect("take http pages only where the API is local", () =>
    Effect.gen(function* () {
      const wrong = { left: { _tag: "InvalidSetting", setting: "pages" } }
      expect(yield* settings({ token, pages: "http://tasks.example.org" })).toMatchObject(wrong)
      expect(yield* settings({ token, pages: "http://localhost:4000" })).toMatchObject(wrong)
      expect(yield* settings({ token, pages: "ftp://tasks.example.org", url: "http://127.0.0.1:1" })).toMatchObject(
        wrong
      )
      expect(yield* settings({ token, pages: "https://a:b@tasks.example.org" })).toMatchObject(wrong)
    })
  )
})
