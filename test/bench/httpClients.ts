/**
 * So many people who accept and submit, one unit after another, at addresses of their own, until all units are done:
 * plain node:http over connections that are kept alive.
 */
import { Agent, request } from "node:http"
import { addressOf } from "../support/serverVisitors.js"

export interface Crowd {
  readonly port: number
  readonly run: string
  readonly units: number
  readonly clients: number
  /** The number of the first one's address; 0 by default. */
  readonly from?: number
}

export interface Measured {
  readonly seconds: number
  /** Of the times of all requests, in milliseconds. */
  readonly p50: number
  readonly p99: number
}

interface Posted {
  readonly path: string
  readonly key: string
  readonly body: string
}

const poster =
  (port: number, index: number) =>
  (agent: Agent, { body, key, path }: Posted): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        "x-crowd-key": key,
        "content-length": Buffer.byteLength(body)
      }
      const asked = request(
        { agent, port, host: "127.0.0.1", localAddress: addressOf(index), method: "POST", path, headers },
        (response) => {
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (part) => {
            text += part
          })
          response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))))
        }
      )
      asked.on("error", reject)
      asked.end(body)
    })

export const drive = async ({ clients, from = 0, port, run, units }: Crowd): Promise<Measured> => {
  let left = units
  const millis: Array<number> = []
  const work = async (index: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const post = poster(port, index)
    const timed = async (posted: Posted) => {
      const start = performance.now()
      const answer = await post(agent, posted)
      millis.push(performance.now() - start)
      return JSON.parse(answer)
    }
    while (left > 0) {
      const n = left--
      const work = await timed({ path: `/api/work/runs/${run}/agents`, key: "none", body: '{"data":null}' })
      const body = JSON.stringify({ answers: { label: "positive", n } })
      await timed({ path: `/api/work/agents/${work.agent}/answers`, key: work.key, body })
    }
    agent.destroy()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: clients }, (_, index) => work(from + index)))
  const seconds = (performance.now() - start) / 1000
  millis.sort((a, b) => a - b)
  const at = (share: number): number => millis[Math.floor(share * (millis.length - 1))] ?? 0
  return { seconds, p50: at(0.5), p99: at(0.99) }
}

/** What a server of the bench is started with: file, durability, run, units, clients. */
export const words = () => {
  const [filename = "", durability = "", run = "", units = "", clients = ""] = process.argv.slice(2)
  return { filename, durability, run, units: Number(units), clients: Number(clients) }
}
