/**
 * So many people who accept and submit, one unit after another, at addresses of their own, until all units are done. A
 * client as plain as can be, so that it is the server that is measured. Prints `Measured` as JSON.
 *
 * httpClients.ts <port> <run> <units> <clients>
 */
import { connect, type Socket } from "node:net"
import { addressOf } from "../support/serverVisitors.js"

const [port, run, units, clients] = [Number(process.argv[2]), process.argv[3], ...process.argv.slice(4).map(Number)]

interface Exchange {
  /** Answers the body of the response. */
  readonly post: (path: string, key: string, body: string) => Promise<string>
  readonly end: () => void
}

const headEnd = Buffer.from("\r\n\r\n")

/** The body, once all of it is there. */
const bodyOf = (received: Buffer): string | undefined => {
  const at = received.indexOf(headEnd)
  if (at < 0) return undefined
  const head = received.toString("latin1", 0, at)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
  if (received.length < at + 4 + length) return undefined
  const body = received.toString("utf8", at + 4)
  if (!head.startsWith("HTTP/1.1 200")) throw new Error(`${head}\n${body}`)
  return body
}

const exchange = (socket: Socket): Exchange => {
  let received: Buffer = Buffer.alloc(0)
  let answered = (_: string) => {}
  socket.setNoDelay(true)
  socket.on("data", (part: Buffer) => {
    received = received.length === 0 ? part : Buffer.concat([received, part])
    const body = bodyOf(received)
    if (body === undefined) return
    received = Buffer.alloc(0)
    answered(body)
  })
  socket.on("close", () => {
    throw new Error(`closed with ${left} units left; received ${received}`)
  })
  return {
    post: (path, key, body) =>
      new Promise((resolve) => {
        answered = resolve
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\nx-crowd-key: ${key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
        )
      }),
    end: () => socket.removeAllListeners("close").destroy()
  }
}

const open = (index: number): Promise<Exchange> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: addressOf(index) }, () => resolve(exchange(socket)))
    socket.once("error", reject)
  })

const exchanges = await Promise.all(Array.from({ length: clients ?? 0 }, (_, index) => open(index)))

let left = units ?? 0
const millis: Array<number> = []

const work = async ({ post }: Exchange): Promise<void> => {
  const timed = async (path: string, key: string, body: string) => {
    const start = performance.now()
    const answer = await post(path, key, body)
    millis.push(performance.now() - start)
    return JSON.parse(answer)
  }
  while (left > 0) {
    const n = left--
    const { agent, key } = await timed(`/api/work/runs/${run}/agents`, "none", '{"data":null}')
    await timed(`/api/work/agents/${agent}/answers`, key, JSON.stringify({ answers: { label: "positive", n } }))
  }
}

const start = performance.now()
await Promise.all(exchanges.map(work))
const seconds = (performance.now() - start) / 1000
for (const { end } of exchanges) end()

millis.sort((a, b) => a - b)
const at = (share: number): number => millis[Math.floor(share * (millis.length - 1))] ?? 0
console.log(JSON.stringify({ seconds, p50: at(0.5), p99: at(0.99) }))
