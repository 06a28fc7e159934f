/**
 * A proxy before several processes, set up as `conductor-cluster/README` says: what a process refuses or answers 503 goes
 * to the next one, and it is asked no more. Whatever else fails is lost.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { listening } from "../support/listening.js"

export interface Proxy {
  readonly port: number
  readonly serve: (upstream: number) => Effect.Effect<void>
}

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const parts: Array<Buffer> = []
  for await (const part of incoming) parts.push(part)
  return Buffer.concat(parts)
}

/** None where the process refuses, or has closed a connection that was kept. */
const ask = (agent: Agent | false, upstream: number, incoming: IncomingMessage, body: Buffer) =>
  new Promise<IncomingMessage | undefined>((resolve, reject) => {
    const { headers, method, socket, url } = incoming
    const asking = request(
      {
        agent,
        host: "127.0.0.1",
        port: upstream,
        method,
        path: url,
        headers: {
          ...headers,
          connection: agent === false ? "close" : "keep-alive",
          "x-forwarded-for": socket.remoteAddress
        }
      },
      resolve
    )
    asking.on("error", (error) => {
      const isRefusal = "code" in error && error.code === "ECONNREFUSED"
      if (isRefusal || asking.reusedSocket) resolve(undefined)
      else reject(error)
    })
    asking.end(body)
  })

/** Answers when it listens, until the scope ends. */
export const make: Effect.Effect<Proxy, never, Scope.Scope> = Effect.gen(function* () {
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Agent({ keepAlive: true })),
    (agent) => Effect.sync(() => agent.destroy())
  )
  let upstreams: ReadonlyArray<number> = []
  let turn = 0

  const forward = async (incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> => {
    const upstream = upstreams[turn++ % upstreams.length]
    if (upstream === undefined) throw new Error("nobody is left who answers")
    const kept = turn % 2 === 0 && agent
    const answer = await ask(kept, upstream, incoming, body)
    if (answer === undefined || answer.statusCode === 503) {
      answer?.resume()
      upstreams = upstreams.filter((other) => other !== upstream)
      return forward(incoming, body, outgoing)
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    for await (const part of answer) outgoing.write(part)
    outgoing.end()
  }

  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) =>
    bodyOf(incoming)
      .then((body) => forward(incoming, body, outgoing))
      .catch((error: unknown) => outgoing.writeHead(502).end(String(error)))

  return {
    port: yield* listening(createServer((incoming, outgoing) => void handle(incoming, outgoing))),
    serve: (upstream) =>
      Effect.sync(() => {
        upstreams = [...upstreams, upstream]
      })
  }
})
