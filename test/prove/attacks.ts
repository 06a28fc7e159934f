/**
 * What nobody without a right can do to a server: each attack against a `crowd mturk-server` of its own, with how long it
 * took, how long the server's health took to be told meanwhile, and how much memory the server had at the most.
 * `npm run prove:attacks -- [--at DIRECTORY] [--only NAME]`; `--at` is another checkout, to compare with.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { CreateHITCommand, MTurkClient } from "@aws-sdk/client-mturk"

const { values } = parseArgs({ options: { at: { type: "string", default: "." }, only: { type: "string" } } })

/** An attack that takes longer is given up: the longest that was ever met took 192 s. */
const patience = 240_000

interface Target {
  readonly url: string
  readonly port: number
  readonly token: string
  readonly client: MTurkClient
}

const post = (url: string, type: string, body: string) =>
  fetch(url, { method: "POST", headers: { "content-type": type }, body }).then(async (response) => {
    const { length } = await response.text()
    return `${response.status}, ${length} characters`
  })

const json = "application/json"

/** Pages are read for what they hold of `${…}`; one is enough. */
const htmlQuestion = (page: string): string =>
  `<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<form><input name="label"></form>${page}\${x}]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>`

/** How long it takes, in seconds. */
const timed = async (act: () => Promise<unknown>): Promise<string> => {
  const start = performance.now()
  await act()
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}

/** A HIT whose page is this, which somebody without a name looks at twice. */
const previews =
  (page: string) =>
  async ({ client, url }: Target): Promise<string> => {
    const hit = {
      Title: "Look",
      Description: "Look at it",
      Reward: "0.05",
      AssignmentDurationInSeconds: 600,
      LifetimeInSeconds: 86_400,
      Question: htmlQuestion(page)
    }
    const made = await timed(() => client.send(new CreateHITCommand(hit)))
    const lobby = await fetch(`${url}api/work/lobby`).then((answer) => answer.text())
    const run = /run_\w+/.exec(lobby)?.[0] ?? ""
    const preview = () => fetch(`${url}frame/preview/${run}`).then((answer) => answer.text())
    return `CreateHIT ${made}, previews ${await timed(preview)} and ${await timed(preview)}`
  }

const open = async (port: number, bytes: string): Promise<Socket> => {
  const socket = connect(port, "127.0.0.1")
  socket.on("error", () => {})
  await Promise.race([once(socket, "connect"), once(socket, "close")])
  socket.write(bytes)
  return socket
}

const openFor = async (seconds: number, sockets: ReadonlyArray<Promise<Socket>>) => {
  const all = await Promise.all(sockets)
  await pause(seconds * 1000)
  const left = all.filter(({ destroyed }) => !destroyed).length
  for (const socket of all) socket.destroy()
  return `${left} of ${all.length} left`
}

const times = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, index) => make(index))

const head = (method: string, path: string, more = "") => `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${more}`

const attacks: { readonly [name: string]: (target: Target) => Promise<string> } = {
  "100,000 fields to externalSubmit": ({ url }) => {
    const fields = times(100_000, () => "f=x").join("&")
    return post(`${url}mturk/externalSubmit`, "application/x-www-form-urlencoded", `assignmentId=A1&${fields}`)
  },
  "8 arrivals with 2 MB of data": async ({ url }) => {
    // 1e999 is no number of JSON's: what does not fit is at the end of all the rest.
    const body = `{"data":[${times(80_000, (i) => `"data ${i} ${"x".repeat(10)}"`).join(",")},1e999]}`
    const answers = times(8, () => post(`${url}api/work/runs/run_1/agents`, json, body).catch(String))
    return (await Promise.all(answers)).at(-1) ?? ""
  },
  "Page of 5,000 <svg><title>": previews("<svg><title>".repeat(5_000)),
  "Page of 7,000 <!--a--!>": previews("<!--a--!>".repeat(7_000)),
  "Page of <script> and 60,000 newlines": previews(`<script>${"\n".repeat(60_000)}`),
  "50 connections that pipeline assets": ({ port }) =>
    openFor(
      10,
      times(50, () => open(port, `${head("GET", "/assets/worker.js")}\r\n`.repeat(5_000)))
    ),
  "3,000 names from one address": async ({ url }) => {
    let given = 0
    for (const index of times(3_000, (i) => i)) {
      const answer = await post(`${url}api/work/name`, json, JSON.stringify({ name: `Sock ${index}` }))
      if (answer.startsWith("200")) given++
    }
    return `${given} given`
  },
  "400 slow requests": ({ port }) =>
    openFor(
      15,
      times(400, () =>
        open(port, `${head("POST", "/api/work/name", `content-type: ${json}\r\ncontent-length: 20\r\n`)}\r\n{`)
      )
    ),
  "200 streams of events": ({ port, token }) =>
    openFor(
      10,
      times(200, () => open(port, `${head("GET", "/api/console/events", `authorization: Bearer ${token}\r\n`)}\r\n`))
    )
}

const started = async (directory: string): Promise<readonly [ChildProcess, Target]> => {
  const words = ["mturk-server", "--json", "--port", "0", "--identify", "name", "--db", join(directory, "crowd.db")]
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/bin.ts", ...words], {
    cwd: resolve(values.at),
    stdio: ["ignore", "pipe", "ignore"]
  })
  let told = ""
  for await (const part of child.stdout) {
    told += String(part)
    if (told.includes("\n")) break
  }
  const { accessKeyId, console, secretAccessKey, workers } = JSON.parse(told.slice(0, told.indexOf("\n")))
  const url = String(workers[0])
  const token = decodeURIComponent(new URL(String(console)).hash.slice(1))
  const client = new MTurkClient({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1
  })
  return [child, { url, port: Number(new URL(url).port), token, client }]
}

/** In MB. */
const mostMemory = ({ pid }: ChildProcess): number =>
  Math.round(Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024)

/** The longest that the server's health took to be told, in milliseconds, as long as it is asked for. */
const watching = (url: string) => {
  let isOver = false
  let longest = 0
  const watch = async () => {
    while (!isOver) {
      const start = performance.now()
      await fetch(`${url}health`, { signal: AbortSignal.timeout(patience) }).then(
        (answer) => answer.text(),
        () => ""
      )
      longest = Math.max(longest, performance.now() - start)
      await pause(50)
    }
    return Math.round(longest)
  }
  const watched = watch()
  return () => {
    isOver = true
    return watched
  }
}

const suffered = async (name: string, attack: (target: Target) => Promise<string>) => {
  const directory = mkdtempSync(join(tmpdir(), "crowd-attacks-"))
  const [child, target] = await started(directory)
  const before = mostMemory(child)
  const stop = watching(target.url)
  const start = performance.now()
  const came = await Promise.race([attack(target).catch(String), pause(patience, "given up", { ref: false })])
  const seconds = (performance.now() - start) / 1000
  const health = await stop()
  const memory = mostMemory(child)
  child.kill("SIGKILL")
  rmSync(directory, { recursive: true, force: true })
  return {
    attack: name,
    seconds: seconds.toFixed(1),
    "health, ms": health,
    "MB before": before,
    "MB most": memory,
    came
  }
}

const rows: Array<Awaited<ReturnType<typeof suffered>>> = []
for (const [name, attack] of Object.entries(attacks)) {
  if (values.only === undefined || name.includes(values.only)) rows.push(await suffered(name, attack))
}
console.table(rows)
process.exit(0)
