/** Requests that come in drops: they are over in time, and nobody else waits for them. */
import { connect, type Socket } from "node:net"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as connections from "../../src/server/connections.js"
import * as server from "../support/server.js"
import { visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const pace = { headersTimeout: 1_000, requestTimeout: 1_200, connectionsCheckingInterval: 50 }

const served = server.layer({ http: () => connections.make(connections.byDefault, pace) })

/** Opens a connection, sends this, and then a letter every 50 ms. Answers what came of it once it is closed. */
const dribbled = (port: number, begin: string) =>
  Effect.async<{ readonly answer: string; readonly letters: number }>((resume) => {
    let answer = ""
    let letters = 0
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write(begin))
    const drip = setInterval(() => {
      letters++
      socket.write("x")
    }, 50)
    const end = () => {
      clearInterval(drip)
      socket.destroy()
    }
    socket.on("data", (data) => {
      answer += data.toString()
    })
    socket.on("error", () => {})
    socket.on("close", () => {
      end()
      resume(Effect.succeed({ answer, letters }))
    })
    return Effect.sync(end)
  })

/** Node says 400 or 408, if anything. */
const cutOff = /^(?:HTTP\/1\.1 40[08] |$)/

const head = "POST /api/session HTTP/1.1\r\nhost: 127.0.0.1\r\n"
const whole = `${head}content-type: application/json\r\ncontent-length: 2000\r\n\r\n`

layer(Layer.provideMerge(served, sqlite.layer()), { excludeTestServices: true })("A request in drops", (it) => {
  const slow = (begin: string, count: number) =>
    Effect.gen(function* () {
      const port = yield* server.port
      const asks = Effect.flatMap(visitor(port, "127.0.6.1"), (me) => me.ask("GET", "/api/work/lobby"))
      const [all, others] = yield* Effect.all(
        [Effect.replicateEffect(dribbled(port, begin), count, { concurrency: count }), Effect.replicateEffect(asks, 5)],
        { concurrency: 2 }
      )
      expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
      return all
    })

  it.scoped("of headers is over when their time is, 100 at once too, while others are answered", () =>
    Effect.gen(function* () {
      for (const { answer, letters } of yield* slow(head, 100)) {
        expect(answer).toMatch(cutOff)
        expect(letters).toBeGreaterThan(0)
      }
    })
  )

  it.scoped("of a body is over when its time is, 100 at once too, while others are answered", () =>
    Effect.gen(function* () {
      for (const { answer, letters } of yield* slow(whole, 100)) {
        expect(answer).toMatch(cutOff)
        expect(letters).toBeLessThan(2_000)
      }
    })
  )
})
