/**
 * How long 16 people with a second's pause wait for the lobby, while nobody exports and while 20,000 rows are exported
 * again and again by the process that serves them. The server is a process of its own; people and the requester are here.
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { Agent, get } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as server from "../support/server.js"
import { addressOf } from "../support/serverVisitors.js"
import { inTemporaryDirectory } from "./setup.js"

const people = 16
const [rows = "20000", seconds = "30"] = process.argv.slice(2)

/** At the most as many times as long as without the export. */
const bound = 3

const Served = Schema.Struct({ port: Schema.Number, run: Schema.String })
type Served = typeof Served.Type

interface Asked {
  readonly port: number
  readonly path: string
  readonly agent: Agent
  readonly from: string
}

/** Reads the whole answer, and answers how many bytes it had. */
const ask = ({ agent, from, path, port }: Asked): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${Redacted.value(server.token)}` }
    get({ agent, host: "127.0.0.1", port, path, localAddress: from, headers }, (response) => {
      let bytes = 0
      response.on("data", (part: Buffer) => {
        bytes += part.length
      })
      response.on("error", reject)
      response.on("end", () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${path}: ${response.statusCode}`))
      )
    }).on("error", reject)
  })

/** How long each look at the lobby took, in milliseconds, in order. */
const looks = async (port: number): Promise<ReadonlyArray<number>> => {
  const until = performance.now() + Number(seconds) * 1000
  const millis: Array<number> = []
  const look = async (index: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await pause((1000 * index) / people)
    while (performance.now() < until) {
      const start = performance.now()
      await ask({ port, path: "/api/work/lobby", agent, from: addressOf(index) })
      millis.push(performance.now() - start)
      await pause(1000)
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: people }, (_, index) => look(index)))
  return millis.sort((a, b) => a - b)
}

/** Exports again and again, as long as somebody looks. */
const exporting = async ({ port, run }: Served, format: "csv" | "jsonl", isLooking: () => boolean) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const path = `/api/console/runs/${run}/results/${format}`
  const start = performance.now()
  let times = 0
  let bytes = 0
  while (isLooking()) {
    bytes = await ask({ port, path, agent, from: "127.0.0.1" })
    times++
  }
  agent.destroy()
  return { times, bytes, seconds: (performance.now() - start) / 1000 / times }
}

const at = (share: number, millis: ReadonlyArray<number>): number =>
  millis[Math.floor(share * (millis.length - 1))] ?? 0

const shown = (millis: ReadonlyArray<number>): string =>
  `p50 ${at(0.5, millis).toFixed(1)} ms, p99 ${at(0.99, millis).toFixed(1)} ms, longest ${at(1, millis).toFixed(1)} ms of ${millis.length}`

const measure = async (child: ChildProcess) => {
  const [told] = await once(child, "message")
  const served = Schema.decodeUnknownSync(Served)(told)
  await looks(served.port)
  const quiet = await looks(served.port)
  console.log(`lobby, nobody exports:     ${shown(quiet)}`)
  for (const format of ["csv", "jsonl"] as const) {
    let isLooking = true
    const looking = looks(served.port).finally(() => {
      isLooking = false
    })
    const { bytes, seconds, times } = await exporting(served, format, () => isLooking)
    const busy = await looking
    const ratio = at(0.99, busy) / at(0.99, quiet)
    console.log(`lobby, while ${rows} rows are exported as ${format}: ${shown(busy)}`)
    console.log(
      `  ${times} exports of ${bytes} bytes, ${seconds.toFixed(1)} s each; p99 is ${ratio.toFixed(2)} times as long, at most ${bound}`
    )
  }
}

const program = inTemporaryDirectory((directory) =>
  Effect.promise(async () => {
    const child = fork(fileURLToPath(new URL("exportOurs.mjs", import.meta.url)), [`${directory}/export.db`, rows])
    try {
      await measure(child)
    } finally {
      child.kill()
    }
  })
)

await Effect.runPromise(program)
