/** Nobody without a right costs the server more than they send. */
import { createServer } from "node:http"
import { connect } from "node:net"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { maxAnswerNames } from "../../src/Agents.js"
import * as Money from "../../src/Money.js"
import * as connections from "../../src/server/connections.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { listening } from "../support/listening.js"
import * as server from "../support/server.js"
import { accept, asWork, submit, visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const served = Layer.provideMerge(server.layer(), sqlite.layer())

const task = { ...taskDefaults, title: "Bounds", reward: Money.make(1), maxUnitsPerWorker: Option.none() }

const someone = Effect.flatMap(server.port, (port) => visitor(port, "127.0.3.1"))

layer(served)("A request", (it) => {
  it.scoped("to take a unit has its body read by nobody where people are known by their connections", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task, 1)
      const raw = JSON.stringify({ data: "x".repeat(10_000), nonsense: true })
      const answer = yield* accept(yield* someone, run.id, { json: undefined, raw: `${raw}!` })
      expect(answer.status).toBe(200)
    })
  )

  it.scoped("with a larger body than its path takes is refused by its length", () =>
    Effect.gen(function* () {
      const me = yield* someone
      const raw = JSON.stringify({ token: "x".repeat(20_000) })
      for (const path of ["/api/session", "/api/work/name", "/api/work/runs/run_1/agents"]) {
        const { body, status } = yield* me.ask("POST", path, { raw })
        expect([path, status]).toEqual([path, 413])
        expect(body.length).toBeLessThan(1_000)
      }
    })
  )

  it.scoped("that cannot be decoded is answered with where and why, in 1 KB, without what was sent", () =>
    Effect.gen(function* () {
      const me = yield* someone
      const secret = "the token that must not come back ".repeat(20)
      for (const json of [{ token: [secret] }, { token: secret }, { [secret]: 1 }, secret, [secret]]) {
        const { body, status } = yield* me.ask("POST", "/api/session", { json })
        expect(status).toBe(400)
        expect(JSON.parse(body)).toMatchObject({ _tag: "HttpApiDecodeError" })
        expect(body).not.toContain("must not come back")
        expect(body.length).toBeLessThanOrEqual(1_024)
      }
    })
  )

  it.scoped("with answers of more names than are kept is refused, however it comes", () =>
    Effect.gen(function* () {
      const run = yield* server.launched({ ...task, title: "Names" }, 1)
      const me = yield* Effect.flatMap(server.port, (port) => visitor(port, "127.0.3.2"))
      const held = yield* Effect.flatMap(accept(me, run.id), asWork)
      const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, "x"]))
      const refused = yield* submit(me, held, names(maxAnswerNames + 1))
      expect([refused.status, JSON.parse(refused.body)._tag]).toEqual([400, "InvalidAnswers"])
      expect((yield* submit(me, held, names(maxAnswerNames))).status).toBe(200)
    })
  )
})

/** A server that answers nothing. */
const silent = (limits: connections.Limits) =>
  Effect.gen(function* () {
    let asked = 0
    const server = connections.bound(
      createServer(() => {
        asked++
      }),
      limits
    )
    return { port: yield* listening(server), asked: () => asked }
  })

const open = (port: number, localAddress = "127.0.0.1") =>
  Effect.acquireRelease(
    Effect.async<ReturnType<typeof connect>>((resume) => {
      const socket = connect({ port, host: "127.0.0.1", localAddress }, () => resume(Effect.succeed(socket)))
      socket.on("error", () => {})
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const closed = (socket: ReturnType<typeof connect>) =>
  Effect.async<void>((resume) => {
    if (socket.closed) resume(Effect.void)
    else socket.once("close", () => resume(Effect.void))
    socket.resume()
  })

describe("Connections", () => {
  it.scoped("of one address are bounded: the oldest is cut off", () =>
    Effect.gen(function* () {
      const { port } = yield* silent({ ...connections.byDefault, perAddress: 2 })
      const first = yield* open(port)
      const second = yield* open(port)
      yield* open(port)
      yield* closed(first)
      expect(second.closed).toBe(false)
    })
  )

  it.scoped("in all are bounded: whoever has most loses the oldest, whoever came last", () =>
    Effect.gen(function* () {
      const { port } = yield* silent({ ...connections.byDefault, perAddress: 3, inAll: 4 })
      const few = yield* open(port, "127.0.7.2")
      const first = yield* open(port, "127.0.7.1")
      const others = [yield* open(port, "127.0.7.1"), yield* open(port, "127.0.7.1")]
      const last = yield* open(port, "127.0.7.3")
      yield* closed(first)
      expect([few, ...others, last].map((socket) => socket.closed)).toEqual([false, false, false, false])
    })
  )

  it("of which the request does not come in time are cut off: 10 s for its headers, 60 s for all of it", () => {
    const { headersTimeout, requestTimeout } = connections.make()
    expect([headersTimeout, requestTimeout]).toEqual([10_000, 60_000])
  })

  it("over which nothing goes any more are cut off after two minutes, and so are those who stop reading", () => {
    const server = connections.bound(createServer())
    expect(server.timeout).toBe(120_000)
  })

  it.scoped("that ask and ask without waiting for answers are cut off", () =>
    Effect.gen(function* () {
      const { asked, port } = yield* silent({ ...connections.byDefault, unanswered: 4, perConnection: 10 })
      const socket = yield* open(port)
      socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(1_000))
      yield* closed(socket)
      expect(asked()).toBeLessThanOrEqual(10)
    })
  )
})
