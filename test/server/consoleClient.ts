/** The console's API as its clients ask it, over real HTTP, and a crowd whose work there is to review. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import { Agents, type Answers } from "../../src/Agents.js"
import type { RunId } from "../../src/Ids.js"
import type { Store } from "../../src/Store.js"
import { Api } from "../../src/server/Api.js"
import * as server from "../support/server.js"
import * as sqlite from "../support/sqlite.js"

/** The server over this store. */
export const over = <E>(store: Layer.Layer<Store, E>) =>
  Layer.provideMerge(server.layer(), Layer.merge(store, FetchHttpClient.layer))

export const layer = over(sqlite.layer())

export const authorization = `Bearer ${Redacted.value(server.token)}`

export const baseUrl = Effect.map(server.port, (port) => `http://127.0.0.1:${port}`)

/** Everything the console asks, signed in. */
export const client = Effect.gen(function* () {
  const made = yield* HttpApiClient.make(Api, {
    baseUrl: yield* baseUrl,
    transformClient: HttpClient.mapRequest(HttpClientRequest.setHeader("authorization", authorization))
  })
  return made.console
})

/** A request that no client of ours would make. */
export const raw = (path: string, init: RequestInit = {}) =>
  Effect.gen(function* () {
    const url = `${yield* baseUrl}${path}`
    const response = yield* Effect.promise(() => fetch(url, init))
    return { status: response.status, headers: response.headers, text: yield* Effect.promise(() => response.text()) }
  })

export const post = (path: string, body: unknown, headers: Record<string, string> = { authorization }) =>
  raw(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) })

export const { task } = server

export const launched = (title: string, rows: number) => server.launched(task(title), rows)

/** A worker accepts a unit of the run and submits these answers. */
export const submitted = (run: RunId, worker: string, answers: Answers = { label: "good" }) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const agent = yield* agents.register(run, { worker })
    return yield* agents.submit({ agent: agent.id, worker: agent.worker, answers })
  })

export interface Event {
  readonly name: string
  readonly data: string
}

/** The events of the console's stream, one after the other; none when it has ended. */
export const listen = (query: string) =>
  Effect.gen(function* () {
    const url = `${yield* baseUrl}/api/console/events${query}`
    const response = yield* Effect.acquireRelease(
      Effect.promise(() => fetch(url, { headers: { authorization } })),
      ({ body }) => Effect.promise(() => body?.cancel().catch(() => {}) ?? Promise.resolve())
    )
    expect(response.headers.get("content-type")).toContain("text/event-stream")
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader() ?? assert.fail("no body")
    let text = ""
    const next = async (): Promise<Event | undefined> => {
      for (;;) {
        const end = text.indexOf("\n\n")
        if (end >= 0) {
          const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
          text = text.slice(end + 2)
          if (name !== undefined && data !== undefined) return { name, data }
        } else {
          const { done, value } = await reader.read()
          if (done) return undefined
          text += value
        }
      }
    }
    return { next: Effect.promise(next) }
  })

/** Lets the server's time go on, until what is awaited is there. */
export const soon = <A>(awaited: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(awaited)
    const passing = TestClock.adjust("1 second").pipe(
      Effect.zipRight(TestServices.provideLive(Effect.sleep("5 millis"))),
      Effect.forever
    )
    return yield* Effect.raceFirst(fiber, passing)
  })
