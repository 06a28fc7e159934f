/** People's browsers, each at an address of its own, over connections that are kept alive. */
import { Agent, type IncomingHttpHeaders, request } from "node:http"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { keyHeader, Lobby, Work } from "../../src/server/WorkApi.js"

/** The connection failed before an answer was there. */
export class Unanswered extends Data.TaggedError("Unanswered")<{ readonly cause: Error }> {}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Asked {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Of the server; the visitor's usual one by default. */
  readonly port?: number
}

export interface Visitor {
  readonly address: string
  readonly ask: (method: string, path: string, asked?: Asked) => Effect.Effect<Answer, Unanswered>
}

export const accept = (visitor: Visitor, run: string, asked: Asked = {}) =>
  visitor.ask("POST", `/api/work/runs/${run}/agents`, { json: { data: null }, ...asked })

/** What the visitor's address holds, in another browser, is theirs. */
export const mine = (visitor: Visitor, run: string, asked: Asked = {}) =>
  visitor.ask("POST", `/api/work/runs/${run}/agents/mine`, asked)

/** What the lobby has for the visitor. */
export const offersTo = (visitor: Visitor, asked: Asked = {}) =>
  visitor.ask("GET", "/api/work/lobby", asked).pipe(
    Effect.flatMap(({ body }) => Schema.decodeUnknown(Schema.parseJson(Lobby))(body)),
    Effect.map(({ offers }) => offers)
  )

/** Headers of whoever was given this answer's cookies. */
export const cookiesOf = ({ headers }: Answer) => ({
  cookie: (headers["set-cookie"] ?? []).map((header) => header.split(";")[0]).join("; ")
})

type Held = Pick<typeof Work.Type, "agent" | "key">

export const submit = (visitor: Visitor, { agent, key }: Held, answers: unknown, asked: Asked = {}) =>
  visitor.ask("POST", `/api/work/agents/${agent}/answers`, {
    json: { answers },
    ...asked,
    headers: { [keyHeader]: key, ...asked.headers }
  })

export const change = (
  visitor: Visitor,
  { agent, key }: Held,
  what: "start" | "heartbeat" | "return" | "disconnect",
  asked: Asked = {}
) =>
  visitor.ask("POST", `/api/work/agents/${agent}/${what}`, {
    ...asked,
    headers: { [keyHeader]: key, ...asked.headers }
  })

export const asWork = ({ body }: Answer) => Schema.decodeUnknown(Schema.parseJson(Work))(body)

/** `127.0.x.y`, another one for each number up to 64,000. */
export const addressOf = (index: number): string => `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`

const bytesOf = ({ json, raw }: Asked): string | Buffer | undefined =>
  raw ?? (json === undefined ? undefined : JSON.stringify(json))

/** Somebody at an address of this machine; their connections end with the scope. */
export const visitor = (port: number, address: string): Effect.Effect<Visitor, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Agent({ keepAlive: true, maxSockets: 4 })),
      (agent) => Effect.sync(() => agent.destroy())
    ),
    (agent) => ({
      address,
      ask: (method, path, asked = {}) =>
        Effect.async((resume, signal) => {
          const bytes = bytesOf(asked)
          const headers: Record<string, string | number> = { ...asked.headers }
          if (bytes !== undefined) {
            headers["content-type"] ??= "application/json"
            headers["content-length"] ??= Buffer.byteLength(bytes)
          }
          const fail = (cause: Error) => resume(new Unanswered({ cause }))
          const outgoing = request(
            {
              agent,
              signal,
              host: "127.0.0.1",
              port: asked.port ?? port,
              localAddress: address,
              method,
              path,
              headers
            },
            (response) => {
              const parts: Array<Buffer> = []
              response.on("data", (part) => parts.push(part))
              response.on("error", fail)
              response.on("end", () =>
                resume(
                  Effect.succeed({
                    status: response.statusCode ?? 0,
                    headers: response.headers,
                    body: Buffer.concat(parts).toString()
                  })
                )
              )
            }
          )
          outgoing.on("error", fail)
          outgoing.end(bytes)
        })
    })
  )

/** So many people, from the address with this number on. */
export const visitors = (port: number, count: number, from = 0) =>
  Effect.forEach(Array.from({ length: count }), (_, index) => visitor(port, addressOf(from + index)))
